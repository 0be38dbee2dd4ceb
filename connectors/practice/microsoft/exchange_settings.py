"""The cmdlets that show settings of the Exchange organisation; the tenant holds their rows as they go on the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from connectors.practice.microsoft.cmdlets import Cmdlet, one_of

if TYPE_CHECKING:
    from connectors.practice.microsoft.directory import Directory
    from connectors.practice.organisation import Json, MicrosoftTenant


def accepted_domains(tenant: MicrosoftTenant) -> list[Json]:
    """Return the rows of ``Get-AcceptedDomain``: the domains of the tenant for which Exchange takes mail."""
    return [
        {
            "Name": domain["id"],
            "DomainName": domain["id"],
            "Identity": domain["id"],
            "DomainType": "Authoritative",
            "Default": domain.get("isDefault", False),
            "InitialDomain": domain.get("isInitial", False),
            "MatchSubDomains": False,
            "SendingFromDomainDisabled": False,
            "IsValid": True,
        }
        for domain in tenant.domains
    ]


def _cmdlet(name: str, rows: Callable[[MicrosoftTenant], Sequence[Json]], *, sized: bool = False) -> Cmdlet:
    def found(directory: Directory, given: Json) -> Sequence[Json]:
        return one_of(rows(directory.tenant), given)

    return Cmdlet(name, found, sized=sized)


CMDLETS = (
    _cmdlet("Get-AcceptedDomain", accepted_domains, sized=True),
    _cmdlet("Get-ApplicationAccessPolicy", lambda tenant: tenant.exchange.application_access),
    _cmdlet("Get-CASMailboxPlan", lambda tenant: [tenant.exchange.plan], sized=True),
    _cmdlet("Get-DkimSigningConfig", lambda tenant: tenant.exchange.dkim),
    _cmdlet("Get-ExternalInOutlook", lambda tenant: tenant.exchange.external_marking),
    # These two do not know ResultSize: whoever sends it to every cmdlet is refused here.
    _cmdlet("Get-HostedOutboundSpamFilterPolicy", lambda tenant: tenant.exchange.outbound_policies),
    _cmdlet("Get-HostedOutboundSpamFilterRule", lambda tenant: tenant.exchange.outbound_rules),
    _cmdlet("Get-OrganizationConfig", lambda tenant: [tenant.exchange.organisation]),
    _cmdlet("Get-OwaMailboxPolicy", lambda tenant: tenant.exchange.web_policies),
    _cmdlet("Get-RemoteDomain", lambda tenant: tenant.exchange.remote_domains, sized=True),
    _cmdlet("Get-SharingPolicy", lambda tenant: tenant.exchange.sharing_policies),
    _cmdlet("Get-TransportConfig", lambda tenant: [tenant.exchange.transport]),
    _cmdlet("Get-TransportRule", lambda tenant: tenant.transport_rules, sized=True),
)
