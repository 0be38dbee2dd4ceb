"""What people of other organisations may do here, and whose second factor counts: by default, and by agreement.

Source: Graph v1.0, ``crossTenantAccessPolicyConfigurationDefault`` and ``crossTenantAccessPolicyConfigurationPartner``.
What a partner's record leaves null is as in the default, property by property; consent is never automatic by default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, Partner, Read
from auditor.models import Failure, Target
from connectors.door import malformed
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.once import Once
from connectors.microsoft_365.refusals import POLICIES
from connectors.microsoft_365.values import Wire, boolean, table, tables, text

_KIND = "partner"
_TARGET = Target("partners", "the agreements with other organisations")
_DEVICES = ("isCompliantDeviceAccepted", "isHybridAzureADJoinedDeviceAccepted")
_INHERITED = ("trusts_mfa", "trusts_devices", "direct_connect_inbound", "direct_connect_outbound", "guests_allowed")


class CrossTenant:
    """The default and the agreements, each read when first asked for. Safe to use from many threads."""

    def __init__(self, graph: Graph) -> None:
        """Take the client; nothing is read yet."""
        self.default = Once(lambda: graph.get("/policies/crossTenantAccessPolicy/default", POLICIES))
        """What holds for every organisation without an agreement. Raises ``ReadError``."""
        self.partners = Once(lambda: graph.listing("/policies/crossTenantAccessPolicy/partners", POLICIES))
        """The agreements, and the error if they are not all. Raises ``ReadError``."""

    def foreign_mfa(self) -> Read[bool]:
        """Return whether the second factor of every other organisation counts here, or of none; not told if of some.

        Raises ``ReadError``.
        """
        default = self.default()
        rows, broken = self.partners()
        if broken:
            raise broken
        found = {trusts_mfa(row, default) for row in rows} | {trusts_mfa(default, {})}
        return found.pop() if len(found) == 1 else UNSET


@dataclass(frozen=True, slots=True)
class PartnersCollector:
    """Reads every agreement."""

    cross_tenant: CrossTenant
    tenant: str

    name = "partners"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Partner | Failure]:
        """Yield the partners. Raises ``ReadError`` if the agreements cannot be listed."""
        del targets  # there is only one
        rows, broken = self.cross_tenant.partners()
        if broken:
            yield Failure(_TARGET, broken, _KIND)
        default: Wire = {}
        if rows:
            try:
                default = self.cross_tenant.default()
            except ReadError as error:
                yield Failure(_TARGET, error, _KIND, _INHERITED)
        for row in rows:
            try:
                yield parse_partner(row, default, self.tenant)
            except ReadError as error:
                yield Failure(_TARGET, error, _KIND)


def parse_partner(wire: Wire, default: Wire, tenant: str) -> Partner:
    """Return the partner that a row describes; raises ``ReadError`` for one without an id."""
    key = text(wire.get("tenantId"))
    if key is UNSET:
        raise malformed("an agreement without the other organisation's id")
    given = wire.get("automaticUserConsentSettings")
    consent = given.get("inboundAllowed") if isinstance(given, dict) else given
    return Partner(
        tenant=tenant,
        key=key,
        label=f"The organisation {key}",
        service_provider=False if wire.get("isServiceProvider") is None else boolean(wire["isServiceProvider"]),
        trusts_mfa=trusts_mfa(wire, default),
        trusts_devices=trusts_devices(wire, default),
        automatic_consent=False if consent is None else boolean(consent),
        direct_connect_inbound=lets_in(_own(wire, default, "b2bDirectConnectInbound")),
        direct_connect_outbound=lets_in(_own(wire, default, "b2bDirectConnectOutbound")),
        guests_allowed=lets_in(_own(wire, default, "b2bCollaborationInbound")),
    )


def trusts_mfa(wire: Wire, default: Wire) -> Read[bool]:
    """Return whether the other organisation's second factor counts."""
    return _trust(wire, default, "isMfaAccepted")


def trusts_devices(wire: Wire, default: Wire) -> Read[bool]:
    """Return whether devices count that the other organisation manages, in one way or the other."""
    return _any(_trust(wire, default, name) for name in _DEVICES)


def lets_in(setting: object) -> Read[bool]:
    """Return whether a setting lets anybody through: some people, and some application.

    A part says either whom it allows or whom it blocks; who blocks some lets the others through.
    """
    parts = [_part(table(table(setting).get(name)), everybody) for name, everybody in _PARTS]
    return False if False in parts else UNSET if UNSET in parts else True


_PARTS = (("usersAndGroups", "AllUsers"), ("applications", "AllApplications"))


def _part(part: Wire, everybody: str) -> Read[bool]:
    if part.get("accessType") == "allowed":
        return True
    targets = part.get("targets")
    if part.get("accessType") != "blocked" or not isinstance(targets, list):
        return UNSET
    return all(target.get("target") != everybody for target in tables(targets))


def _own(wire: Wire, default: Wire, name: str) -> object:
    """Return what a record says itself, and what the default says where that is null."""
    return default.get(name) if wire.get(name) is None else wire[name]


def _trust(wire: Wire, default: Wire, name: str) -> Read[bool]:
    own = wire.get("inboundTrust")
    if own is not None and not isinstance(own, dict):
        return UNSET
    return boolean(_own(table(own), table(default.get("inboundTrust")), name))


def _any(values: Iterable[Read[bool]]) -> Read[bool]:
    found = set(values)
    return True if True in found else UNSET if UNSET in found else False
