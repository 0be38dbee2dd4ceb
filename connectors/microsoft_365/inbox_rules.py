"""Inbox rules of every mailbox, twenty mailboxes in a batch.

Source: Graph v1.0, ``messageRule`` (the inbox is the only folder with rules). Hidden rules are not shown to anybody who
may only read. A rule names folders by opaque ids, and what a folder is called takes a permission that also shows
senders and subjects, so that every move out of the inbox counts as hiding; policies look at the other signs too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Directory, MailRule, Read
from auditor.models import Failure, NotApplicable, Target
from connectors.door import Answer, malformed
from connectors.microsoft_365.client import Graph, parsed
from connectors.microsoft_365.reads import LARGEST_BATCH
from connectors.microsoft_365.refusals import INBOX_RULES, graph_error
from connectors.microsoft_365.values import Wire, address, boolean, empty, tables, text, texts

_SENDING = ("forwardTo", "redirectTo", "forwardAsAttachmentTo")
_KNOWN = {"mechanism": "inbox_rule"}


@dataclass(frozen=True, slots=True)
class InboxRulesCollector:
    """Reads the inbox rules of each mailbox."""

    graph: Graph
    directory: Directory
    served: bool = True
    """Whether the cloud has inbox rules at all; one that has not would answer as if there were no mailbox."""

    name = "inbox_rules"
    kinds = ("mail_rule",)
    per_account = True
    batch_size = LARGEST_BATCH

    def targets(self) -> Iterator[Target]:
        """Every account but guests, whose mailbox is elsewhere; a blocked account's rules still forward mail."""
        accounts = self.directory.accounts.values()
        return (Target(each.key, each.address, each.key) for each in accounts if each.type != "guest")

    def read(self, targets: Sequence[Target]) -> Iterator[MailRule | Failure | NotApplicable]:
        """Yield the rules of each mailbox. Raises ``ReadError`` where the cloud has none to show."""
        if not self.served:
            raise ReadError(
                GapReason.LIMITATION,
                "Microsoft's cloud in China shows no inbox rules.",
                "Look for yourself, with the people who matter most: Outlook on the web > Settings > Mail > Rules.",
            )
        readable = []
        for target in targets:
            if self.directory.accounts[target.key].has_mailbox is False:
                yield NotApplicable(target, "the account has no mailbox")
            else:
                readable.append(target)
        answers = self.graph.batch([_path(target) for target in readable])
        for target, answer in zip(readable, answers, strict=True):
            reason = absent(answer)
            if reason:
                yield NotApplicable(target, reason)
                continue
            try:
                first = parsed(answer, INBOX_RULES)
                for row in self.graph.rows(_path(target), INBOX_RULES, first):
                    yield parse_rule(row, target.key, self.directory.tenant.tenant)
            except ReadError as error:
                yield Failure(target, error, "mail_rule", known=_KNOWN)


def absent(answer: Answer | ReadError) -> str | None:
    """Return why there is no mailbox to read, if that is what the answer says."""
    if isinstance(answer, ReadError) or answer.status != HTTPStatus.NOT_FOUND:
        return None
    if graph_error(answer)[0] == "MailboxNotEnabledForRESTAPI":
        return "no mailbox in Exchange Online (none, inactive, or on a server of the organisation's own)"
    return "no mailbox, or deleted while the audit was running"


def parse_rule(wire: Wire, account: str, tenant: str) -> MailRule:
    """Return the rule that a row describes. Raises ``ReadError`` for a row without an id."""
    key = text(wire.get("id"))
    if key is UNSET:
        raise malformed("an inbox rule without an id")
    # Graph writes null for the conditions of a rule that applies to every mail; exceptions narrow it.
    conditions, exceptions = _object(wire.get("conditions")), _object(wire.get("exceptions"))
    actions = _object(wire.get("actions", UNSET))
    return MailRule(
        tenant=tenant,
        key=f"{account}/{key}",  # a rule's id is unique in its mailbox only
        label=text(wire.get("displayName")) or "",  # a rule without a name is suspicious for that
        owner=account,
        mechanism="inbox_rule",
        enabled=boolean(wire.get("isEnabled")),
        destinations=UNSET if actions is UNSET else _destinations(actions),
        deletes=_either(actions, "delete", "permanentDelete"),
        hides=UNSET if actions is UNSET else not empty(actions.get("moveToFolder")),
        marks_read=_either(actions, "markAsRead"),
        matches_all=UNSET if conditions is UNSET or exceptions is UNSET else empty(conditions) and empty(exceptions),
        looks_for=UNSET if conditions is UNSET else _looks_for(conditions),
    )


def _object(value: object) -> Read[Wire]:
    if value is None:
        return {}
    return value if isinstance(value, dict) else UNSET


def _either(actions: Read[Wire], *names: str) -> Read[bool]:
    """Whether one of the actions is switched on; one that is not named is not."""
    if actions is UNSET:
        return UNSET
    found = [False if actions.get(name) is None else boolean(actions[name]) for name in names]
    return True if True in found else UNSET if UNSET in found else False


def _destinations(actions: Wire) -> Read[tuple[str, ...]]:
    """Return the addresses that mail is sent on to; unreadable as soon as one recipient has none."""
    found: set[str] = set()
    for name in _SENDING:
        given = actions.get(name)
        recipients = [] if given is None else given
        addresses = _addresses(recipients)
        if addresses is UNSET or not isinstance(recipients, list) or len(addresses) != len(recipients):
            return UNSET
        found.update(addresses)
    return tuple(sorted(found))


def _addresses(recipients: object) -> Read[tuple[str, ...]]:
    found = []
    for recipient in tables(recipients):
        given = recipient.get("emailAddress")
        each = address(given.get("address")) if isinstance(given, dict) else UNSET
        if each is UNSET:
            return UNSET
        found.append(each)
    return tuple(found)


def _looks_for(conditions: Wire) -> Read[tuple[str, ...]]:
    """Return the words and addresses of all conditions that name some."""
    found: set[str] = set()
    for name, value in conditions.items():
        if name.endswith("Contains"):
            words = texts(value)
        elif name in {"fromAddresses", "sentToAddresses"}:
            words = _addresses(value)
        else:
            continue
        if words is UNSET:
            return UNSET
        found.update(each.lower() for each in words)
    return tuple(sorted(found))


def _path(target: Target) -> str:
    return f"/users/{quote(target.key, safe='')}/mailFolders/inbox/messageRules"
