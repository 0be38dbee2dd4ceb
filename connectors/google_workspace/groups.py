"""Groups: who is in them, who may join, read and write; and those that carry mail from anyone to strangers.

A group forwards to the outside when outsiders belong to it and people outside may write to it: nobody sees a rule then.
Flags of the settings are the texts "true" and "false".
Source: Directory API, ``groups.list`` and ``members.list``; Groups Settings API, ``groups.get``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Audience, Directory, Group, MailRule
from auditor.models import Failure, NotApplicable, Target
from connectors.google_workspace.answers import nothing_there
from connectors.google_workspace.client import Call, Client, Wire, parsed_result
from connectors.google_workspace.listings import read_whole
from connectors.google_workspace.memberships import Members, members_call, parse_members
from connectors.google_workspace.scopes import GROUP_SETTINGS, GROUPS
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.values import address, text, word

_WHO: Mapping[str, Audience] = {
    "ANYONE_CAN_JOIN": "anyone",
    "ANYONE_CAN_VIEW": "anyone",
    "ANYONE_CAN_POST": "anyone",
    "ALL_IN_DOMAIN_CAN_JOIN": "organisation",
    "ALL_IN_DOMAIN_CAN_VIEW": "organisation",
    "ALL_IN_DOMAIN_CAN_POST": "organisation",
    "ALL_MEMBERS_CAN_VIEW": "members",
    "ALL_MEMBERS_CAN_POST": "members",
    "ALL_MANAGERS_CAN_VIEW": "managers",
    "ALL_MANAGERS_CAN_POST": "managers",
    "ALL_OWNERS_CAN_VIEW": "owners",
    "ALL_OWNERS_CAN_POST": "owners",
    "NONE_CAN_POST": "nobody",
    "INVITED_CAN_JOIN": "invited",
    "CAN_REQUEST_TO_JOIN": "invited",
}
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class GroupsCollector:
    """Reads every group of the customer."""

    client: Client
    directory: Directory

    name = "groups"
    kinds = ("group", "mail_rule")
    per_account = False
    batch_size = 50
    """Groups per batch: bounded by the largest answer, 50 pages of 200 members."""

    def targets(self) -> Iterator[Target]:
        """Every group of the customer. Raises ``ReadError``."""
        listing = self.client.directory.groups()
        request = listing.list(customer=self.directory.tenant.vendor_id, maxResults=200)
        for wire in self.client.pages(listing, Call(request, ADMINISTRATOR, GROUPS), "groups"):
            key = text(wire.get("id"))
            if key is UNSET:
                raise ReadError(GapReason.MALFORMED, "A group came without id.", "Run again.")
            yield Target(key, text(wire.get("name")) or text(wire.get("email")) or key)

    def read(self, targets: Sequence[Target]) -> Iterator[Group | MailRule | Failure | NotApplicable]:
        """Yield each group and, if it carries mail outside, what it does as a mail rule."""
        calls = [self._settings_call(target) for target in targets]
        settings = self.client.batch("groups", calls)
        members = self._members(targets)
        for target, call, result in zip(targets, calls, settings, strict=True):
            if not isinstance(result, ReadError) and nothing_there(result):
                yield NotApplicable(target, "deleted while the audit was running")
                continue
            wire: Wire = {}
            found = members[target.key]
            try:
                wire = parsed_result(call, result)
            except ReadError as error:
                yield Failure(target, error, "group", fields=_OF_SETTINGS)
                yield Failure(target, error, "mail_rule", known={"mechanism": "group"})
            if isinstance(found, ReadError):
                yield Failure(target, found, "group", fields=_OF_MEMBERS)
                yield Failure(target, found, "mail_rule", known={"mechanism": "group"})
            inside = None if isinstance(found, ReadError) else found
            group = parse_group(wire, target, inside, self.directory)
            yield group
            if wire and inside is not None:
                yield from forwarding(group)

    def _settings_call(self, target: Target) -> Call:
        return Call(self.client.groups_settings.groups().get(groupUniqueId=target.key), ADMINISTRATOR, GROUP_SETTINGS)

    def _members(self, targets: Sequence[Target]) -> Mapping[str, Members | ReadError]:
        """Return the members of each group, read for all of them together."""
        calls = [members_call(self.client, target.key) for target in targets]
        listings = read_whole(self.client, "directory", self.client.directory.members(), calls, "members")
        found: dict[str, Members | ReadError] = {}
        for target, wires in zip(targets, listings, strict=True):
            try:
                found[target.key] = wires if isinstance(wires, ReadError) else parse_members(wires)
            except ReadError as error:
                found[target.key] = error
        return found


def parse_group(wire: Wire, target: Target, members: Members | None, directory: Directory) -> Group:
    """Return the group that its settings and its members describe; what is missing of either is not collected."""
    outside = None if members is None else [each for each in members.addresses if directory.is_outside(each)]
    known = directory.domains_complete
    return Group(
        tenant=directory.tenant.tenant,
        key=target.key,
        label=target.label,
        address=address(wire.get("email")),
        members=UNSET if members is None or members.everybody else len(members.addresses - _nested(members, directory)),
        owners=UNSET if members is None else tuple(sorted(members.owners)),
        outside_members=UNSET if outside is None or not known else tuple(sorted(outside)),
        everybody=UNSET if members is None else members.everybody,
        joining=word(wire.get("whoCanJoin"), _WHO),
        reading=word(wire.get("whoCanViewGroup"), _WHO),
        posting=word(wire.get("whoCanPostMessage"), _WHO),
        viewing_members=word(wire.get("whoCanViewMembership"), _WHO),
        outsiders_allowed=_FLAGS.get(str(wire.get("allowExternalMembers")), UNSET),
    )


def forwarding(group: Group) -> Iterator[MailRule]:
    """Yield the mail rule that a group amounts to: what people outside write to it goes to its members outside."""
    if group.outside_members == () or group.posting not in {"anyone", UNSET}:
        return
    yield MailRule(
        tenant=group.tenant,
        key=group.key,
        label=f"Group {group.label}",
        mechanism="group",
        enabled=True if group.posting == "anyone" else UNSET,
        destinations=group.outside_members,
        deletes=False,
        hides=False,
        marks_read=False,
        matches_all=True,
        looks_for=(),
    )


def _nested(members: Members, directory: Directory) -> frozenset[str]:
    """Return the nested groups of one's own: their members are counted, they themselves are not."""
    return frozenset(each for each in members.groups if directory.is_outside(each) is False)


_OF_SETTINGS = ("address", "joining", "reading", "posting", "viewing_members", "outsiders_allowed")
_OF_MEMBERS = ("members", "owners", "outside_members", "everybody")
