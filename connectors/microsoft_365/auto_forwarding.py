"""Who may forward mail to the outside automatically: what the first outbound policy says that is about the sender.

Source: Defender for Office 365, "Configure outbound spam policies": rules are tried by priority, the first that fits
decides, and the default policy is for everybody else. Values of one condition are alternatives, different conditions
must all be met, and one exception is enough. Besides, some remote domain must allow it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Read
from connectors.door import malformed
from connectors.microsoft_365.exchange_settings import ExchangeSettings
from connectors.microsoft_365.forwarding_policies import EXCEPTIONS, SENDERS, in_force, mode
from connectors.microsoft_365.groups import Groups
from connectors.microsoft_365.mailboxes import Mailboxes
from connectors.microsoft_365.recipients import Recipients
from connectors.microsoft_365.values import Wire, boolean, text, texts

_LONGEST_PLACE = 9
"""Digits of a priority; no organisation has as many rules."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who sends: key of the account, its addresses in lower case, and the one that mail comes from."""

    key: str
    addresses: frozenset[str] = frozenset()
    primary: Read[str] = UNSET
    whole: bool = True
    """Whether those are all addresses; where they are not, nobody is known to be missing from a list of addresses."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule about outbound mail: whether its policy allows forwarding, and the values of each of its conditions."""

    allows: Read[bool]
    on: Read[bool]
    conditions: Mapping[str, Read[tuple[str, ...]]]

    def applies(self, sender: Sender, members: Callable[[str], Read[frozenset[str]]]) -> Read[bool]:
        """Return whether it is about a sender; ``members`` are keys and addresses of the members of a group."""
        met = [_meets(name, self.conditions[name], sender, members) for name in SENDERS if self.conditions[name] != ()]
        spared = [_meets(name, self.conditions[name], sender, members) for name in EXCEPTIONS]
        return _all([self.on, *(met or [UNSET]), *(UNSET if each is UNSET else not each for each in spared)])


@dataclass(slots=True)
class AutoForwarding:
    """Tells it of all accounts of a tenant. ``errors`` are those of reading groups that rules name."""

    settings: ExchangeSettings
    recipients: Recipients
    mailboxes: Mailboxes
    domains: Callable[[], Iterable[str]]
    errors: list[ReadError] = field(default_factory=list)

    def allowed(self, accounts: Mapping[str, Account], groups: Groups) -> dict[str, Read[bool]]:
        """Return for each account whether it may forward; one without a mailbox may not. Raises ``ReadError``."""
        if not (anywhere := self._anywhere()):
            return dict.fromkeys(accounts, anywhere)
        rules, default = parse_rules(self.settings.outbound_policies(), self.settings.outbound_rules())
        primary = {each.account: each.address for each in self.mailboxes.listing().mailboxes if each.account}
        known: dict[str, Read[frozenset[str]]] = {}

        def members(name: str) -> Read[frozenset[str]]:
            if name not in known:
                known[name] = self._members(name, groups)
            return known[name]

        found: dict[str, Read[bool]] = {}
        for key, account in accounts.items():
            addresses = frozenset({account.address, *(account.aliases or ())})
            sender = Sender(key, addresses, primary.get(key, UNSET), whole=account.aliases is not UNSET)
            found[key] = account.has_mailbox is not False and _all([anywhere, decided(rules, default, sender, members)])
        return found

    def _anywhere(self) -> Read[bool]:
        """Return whether any remote domain that is not the organisation's own lets forwarded mail out."""
        open_ = {
            str(row.get("DomainName")).lower(): allowed
            for row in self.settings.remote_domains()
            if (allowed := boolean(row.get("AutoForwardEnabled"))) is not False
        }
        if not open_ or open_.get("*") is True:
            return bool(open_)
        own = frozenset(self.domains())
        left = {allowed for domain, allowed in open_.items() if domain.removeprefix("*.") not in own}
        return True if True in left else UNSET if left else False

    def _members(self, name: str, groups: Groups) -> Read[frozenset[str]]:
        """Return whoever is in a group, lists and groups of Microsoft 365 within lists included."""
        try:
            reached: set[str] = set()
            for address in self._listed(name):
                inner = self.recipients.find(address)
                if inner is not None and inner.kind == "GroupMailbox":
                    reached |= groups.members(inner.account)
                else:
                    reached.add(address)
            return frozenset(reached)
        except ReadError as error:
            self.errors.append(error)
            return UNSET

    def _listed(self, name: str) -> tuple[str, ...]:
        found = UNSET if self.recipients.find(name) is None else self.recipients.destinations(name)
        if found is UNSET:
            raise ReadError(
                GapReason.LIMITATION,
                "A rule about outbound mail names a group whose members Exchange does not list.",
                "Defender portal > Policies & rules > Anti-spam > the outbound policy > Edit users, groups, and "
                "domains: name a list whose members stand in it.",
            )
        return found


def parse_rules(policies: Iterable[Wire], rules: Iterable[Wire]) -> tuple[Sequence[Rule], Read[bool]]:
    """Return the rules, first the one that is tried first, and whether the default policy allows forwarding.

    Raises ``ReadError`` for a rule without priority or policy, and unless there is one default policy.
    """
    modes: dict[str, Read[bool]] = {}
    default: list[Read[bool]] = []
    for row in policies:
        modes[str(text(row.get("Name")) or text(row.get("Identity"))).lower()] = mode(row)
        default += [mode(row)] if boolean(row.get("IsDefault")) else []
    ordered = []
    for row in rules:
        applied, place = text(row.get("HostedOutboundSpamFilterPolicy")), str(row.get("Priority"))
        if applied is UNSET or not place.isdecimal() or len(place) > _LONGEST_PLACE:
            raise malformed("a rule about outbound spam without a policy or a priority")
        conditions = {name: _values(row.get(name)) for name in (*SENDERS, *EXCEPTIONS)}
        ordered.append((int(place), Rule(modes.get(applied.lower(), UNSET), in_force(row), conditions)))
    if len(default) != 1:
        raise malformed("outbound spam policies of which not exactly one is the default")
    return [rule for _, rule in sorted(ordered, key=lambda each: each[0])], default[0]


def decided(
    rules: Sequence[Rule], default: Read[bool], sender: Sender, members: Callable[[str], Read[frozenset[str]]]
) -> Read[bool]:
    """Return what the first rule says that is about the sender; of several that may be, what they agree on."""
    possible: list[Read[bool]] = []
    for rule in rules:
        applies = rule.applies(sender, members)
        if applies is not False:
            possible.append(rule.allows)
        if applies is True:
            break
    else:
        possible.append(default)
    return possible[0] if len(set(possible)) == 1 else UNSET


def _meets(
    name: str, values: Read[tuple[str, ...]], sender: Sender, members: Callable[[str], Read[frozenset[str]]]
) -> Read[bool]:
    """Return whether the sender is among the values of one condition."""
    if values is UNSET:
        return UNSET
    if not values:
        return False
    if name.endswith("SenderDomainIs"):
        return UNSET if sender.primary is UNSET else sender.primary.rpartition("@")[2] in values
    if name.endswith("MemberOf"):
        return _any(_is_among(sender, members(group)) for group in values)
    if not sender.addresses.isdisjoint(values):
        return True
    return False if sender.whole and all("@" in each for each in values) else UNSET


def _is_among(sender: Sender, members: Read[frozenset[str]]) -> Read[bool]:
    if members is UNSET:
        return UNSET
    found = not members.isdisjoint({sender.key, *sender.addresses})
    return found if found or sender.whole else UNSET


def _values(value: object) -> Read[tuple[str, ...]]:
    listed = texts([value] if isinstance(value, str) else value)
    return UNSET if listed is UNSET else tuple(each.strip().lower() for each in listed)


def _all(values: Iterable[Read[bool]]) -> Read[bool]:
    found = set(values)
    return False if False in found else UNSET if UNSET in found else True


def _any(values: Iterable[Read[bool]]) -> Read[bool]:
    found = set(values)
    return True if True in found else UNSET if UNSET in found else False
