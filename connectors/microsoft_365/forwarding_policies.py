"""What lets mail leave by itself, or keeps it here: outbound spam policies and remote domains.

Source: ``Get-HostedOutboundSpamFilterPolicy``, ``Get-HostedOutboundSpamFilterRule`` and ``Get-RemoteDomain``. The mode
Automatic forwards nothing any more, like Off. The default policy says ``Enabled: false`` and is in force all the same;
every other one is in force if its rule is, for those whom the rule names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, Directory, ForwardingPolicy, Read
from auditor.models import Failure, Target
from connectors.door import malformed
from connectors.microsoft_365.exchange_settings import ExchangeSettings
from connectors.microsoft_365.values import Wire, boolean, text, texts

_KIND = "forwarding_policy"
_OUTBOUND = Target("outbound_policies", "the outbound spam policies")
_REMOTE = Target("remote_domains", "the remote domains")
_MODES = {"automatic": False, "off": False, "on": True}
_STATES = {"Enabled": True, "Disabled": False}
SENDERS = ("From", "FromMemberOf", "SenderDomainIs")
"""Conditions of a rule about outbound spam."""
EXCEPTIONS = tuple(f"ExceptIf{name}" for name in SENDERS)
"""And its exceptions."""


@dataclass(frozen=True, slots=True)
class ForwardingPoliciesCollector:
    """Reads both kinds."""

    settings: ExchangeSettings
    directory: Directory

    name = "forwarding_policies"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """Two listings."""
        return (_OUTBOUND, _REMOTE)

    def read(self, targets: Sequence[Target]) -> Iterator[ForwardingPolicy | Failure]:
        """Yield the policies; unless both parts of an outbound policy can be read, nothing is said about it."""
        for target in targets:
            mechanism = "outbound_policy" if target is _OUTBOUND else "remote_domain"
            try:
                if target is _OUTBOUND:
                    rules = self.settings.outbound_rules()
                    policies = self.settings.outbound_policies()
                    yield from outbound_policies(policies, rules, self.directory.tenant.tenant)
                else:
                    for row in self.settings.remote_domains():
                        yield remote_domain(row, self.directory)
            except ReadError as error:
                yield Failure(target, error, _KIND, known={"mechanism": mechanism})


def outbound_policies(policies: Iterable[Wire], rules: Iterable[Wire], tenant: str) -> Iterator[ForwardingPolicy]:
    """Yield the policies, each with whom its rule names. Raises ``ReadError`` if there is none."""
    rule_of: dict[str, Wire] = {}
    for rule in rules:
        applied = text(rule.get("HostedOutboundSpamFilterPolicy"))
        if applied is UNSET:
            raise malformed("a rule about outbound spam without a policy")
        rule_of[applied.lower()] = rule
    whole = list(policies)
    if not whole:
        raise malformed("no outbound spam policy, of which every organisation has one")
    for row in whole:
        name = text(row.get("Name")) or text(row.get("Identity")) or ""
        default, its_rule = boolean(row.get("IsDefault")), rule_of.get(name.lower())
        if not name:
            raise malformed("an outbound spam policy without a name")
        yield ForwardingPolicy(
            tenant=tenant,
            key=text(row.get("Guid")) or text(row.get("ExchangeObjectId")) or name,
            label=name,
            mechanism="outbound_policy",
            in_force=True if default else UNSET if default is UNSET and its_rule is None else in_force(its_rule),
            forwarding_allowed=mode(row),
            domain=None,
            outside=True,
            senders=() if default else senders(its_rule or {}, SENDERS),
            spared_senders=() if default else senders(its_rule or {}, EXCEPTIONS),
        )


def senders(rule: Mapping[str, object], names: Iterable[str]) -> Read[tuple[str, ...]]:
    """Return whom a rule names, or leaves out, in the conditions of these ``names``."""
    found: set[str] = set()
    for name in names:
        value = rule.get(name)
        listed = texts([value] if isinstance(value, str) else value)
        if listed is UNSET:
            return UNSET
        found.update(listed)
    return tuple(sorted(found))


def remote_domain(wire: Wire, directory: Directory) -> ForwardingPolicy:
    """Return the remote domain that a row describes. Raises ``ReadError`` for one without a domain."""
    domain = text(wire.get("DomainName"))
    if domain is UNSET:
        raise malformed("a remote domain without a domain")
    name = text(wire.get("Name")) or domain
    return ForwardingPolicy(
        tenant=directory.tenant.tenant,
        key=text(wire.get("Guid")) or name,
        label=name,
        mechanism="remote_domain",
        in_force=True,
        forwarding_allowed=boolean(wire.get("AutoForwardEnabled")),
        domain=domain.lower(),
        outside=True if domain == "*" else directory.is_outside(domain.removeprefix("*.")),
        senders=(),
        spared_senders=(),
    )


def mode(policy: Wire) -> Read[bool]:
    """Return whether an outbound spam policy lets people forward."""
    return _MODES.get(str(policy.get("AutoForwardingMode")).lower(), UNSET)


def in_force(rule: Wire | None) -> Read[bool]:
    """Return whether a policy decides about anybody: one without a rule decides about nobody."""
    return False if rule is None else _STATES.get(str(rule.get("State")), UNSET)
