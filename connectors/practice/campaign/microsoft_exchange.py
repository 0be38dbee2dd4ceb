"""The Exchange organisation of the campaign as it would be if nothing had gone wrong, as rows of its cmdlets."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connectors.practice.campaign.microsoft_policies import EVENTS_DOMAIN, INITIAL_DOMAIN
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.vendor_ids import guid
from connectors.practice.exchange_organisation import Contact, DistributionGroup, ExchangeOrganisation, Json
from connectors.practice.organisation import MicrosoftTenant

PRINTER, EVENTS_DESK = "Yard sign printer", "Events desk"
FINANCE_LIST = "Finance list"


def exchange_organisation(rng: Random, tenant: MicrosoftTenant, today: datetime) -> ExchangeOrganisation:
    """Return recipients and settings: no forwarding, no passwords for SMTP, audited, mail from outside marked."""
    finance = next(group for group in tenant.groups if group.name == "Finance")
    return ExchangeOrganisation(
        contacts=[
            Contact(guid(rng), PRINTER, "orders@sign-printers.example"),
            Contact(guid(rng), EVENTS_DESK, f"desk@{EVENTS_DOMAIN}"),
        ],
        distribution_groups=[DistributionGroup(guid(rng), FINANCE_LIST, f"finance@{DOMAIN}", list(finance.members))],
        organisation={
            "Name": INITIAL_DOMAIN,
            "Identity": INITIAL_DOMAIN,
            "Guid": guid(rng),
            "AuditDisabled": False,
            "OAuth2ClientProfileEnabled": True,
            "RejectDirectSend": True,
            "EwsEnabled": None,
            "CustomerLockBoxEnabled": False,
            "AppsForOfficeEnabled": True,
            "MailTipsAllTipsEnabled": True,
            "MailTipsExternalRecipientsTipsEnabled": True,
            "DefaultAuthenticationPolicy": None,
        },
        transport={
            "Name": "Transport Settings",
            "Identity": "Transport Settings",
            "SmtpClientAuthenticationDisabled": True,
            "AllowLegacyTLSClients": None,
            "ExternalPostmasterAddress": None,
        },
        plan={
            "Name": "ExchangeOnline",
            "Identity": "ExchangeOnline",
            "Guid": guid(rng),
            "IsDefault": True,
            "PopEnabled": False,
            "ImapEnabled": False,
            "ActiveSyncEnabled": True,
            "EwsEnabled": True,
        },
        remote_domains=[remote_domain(rng, "Default", "*", forwards=False)],
        outbound_policies=[outbound_policy(rng, "Default", "Automatic", today, default=True)],
        sharing_policies=[_sharing_policy(rng)],
        dkim=[_dkim(rng, str(domain["id"])) for domain in tenant.domains],
        web_policies=[_web_policy(rng)],
        external_marking=[{"Identity": guid(rng), "Enabled": True, "AllowList": []}],
    )


def remote_domain(rng: Random, name: str, domain: str, *, forwards: bool) -> Json:
    """Return a row of ``Get-RemoteDomain``; ``*`` stands for every domain that has no row of its own."""
    return {
        "Name": name,
        "Identity": name,
        "Guid": guid(rng),
        "DomainName": domain,
        "AutoForwardEnabled": forwards,
        "AutoReplyEnabled": True,
        "AllowedOOFType": "External",
        "TrustedMailOutboundEnabled": False,
        "IsInternal": False,
        "IsValid": True,
    }


def outbound_policy(rng: Random, name: str, mode: str, today: datetime, *, default: bool = False) -> Json:
    """Return a row of ``Get-HostedOutboundSpamFilterPolicy``; ``mode`` is Automatic, On or Off.

    The default policy says ``Enabled: false`` and is in force for everybody whom no rule leads to another.
    """
    return {
        "Name": name,
        "Identity": name,
        "Id": name,
        "Guid": guid(rng),
        "IsDefault": default,
        "Enabled": not default,
        "ConfigurationType": "HostedOutboundSpamFilterPolicy",
        "RecommendedPolicyType": "Custom",
        "AutoForwardingMode": mode,
        "RecipientLimitExternalPerHour": 0,
        "RecipientLimitInternalPerHour": 0,
        "RecipientLimitPerDay": 0,
        "ActionWhenThresholdReached": "BlockUserForToday",
        "NotifyOutboundSpam": False,
        "NotifyOutboundSpamRecipients": [],
        "BccSuspiciousOutboundMail": False,
        "BccSuspiciousOutboundAdditionalRecipients": [],
        "WhenChangedUTC": f"{today - timedelta(days=rng.randrange(30, 300)):%Y-%m-%dT%H:%M:%S}.0000000Z",
        "IsValid": True,
    }


def outbound_rule(rng: Random, policy: Json, priority: int, *, enabled: bool = True, **applies: object) -> Json:
    """Return the rule that leads somebody's mail to ``policy``; ``applies`` are From, FromMemberOf, SenderDomainIs."""
    return {
        "Name": policy["Name"],
        "Identity": policy["Name"],
        "Guid": guid(rng),
        "HostedOutboundSpamFilterPolicy": policy["Name"],
        "State": "Enabled" if enabled else "Disabled",
        "Priority": priority,
        "From": None,
        "FromMemberOf": None,
        "SenderDomainIs": None,
        "ExceptIfFrom": None,
        "ExceptIfFromMemberOf": None,
        "ExceptIfSenderDomainIs": None,
        "Conditions": None,
        "Exceptions": None,
        "Description": "",
        "IsValid": True,
        **applies,
    }


def _sharing_policy(rng: Random) -> Json:
    return {
        "Name": "Default Sharing Policy",
        "Identity": "Default Sharing Policy",
        "Guid": guid(rng),
        "Domains": [f"{EVENTS_DOMAIN}:CalendarSharingFreeBusyDetail"],
        "Enabled": True,
        "Default": True,
        "IsValid": True,
    }


def _dkim(rng: Random, domain: str) -> Json:
    label = domain.replace(".", "-")
    return {
        "Name": domain,
        "Identity": domain,
        "Domain": domain,
        "Guid": guid(rng),
        "Enabled": True,
        "Status": "Valid",
        "Selector1CNAME": f"selector1-{label}._domainkey.{INITIAL_DOMAIN}",
        "Selector2CNAME": f"selector2-{label}._domainkey.{INITIAL_DOMAIN}",
        "Selector1KeySize": 2048,
        "Selector2KeySize": 2048,
        "IsDefault": domain == DOMAIN,
        "IsValid": True,
    }


def _web_policy(rng: Random) -> Json:
    return {
        "Name": "OwaMailboxPolicy-Default",
        "Identity": "OwaMailboxPolicy-Default",
        "Guid": guid(rng),
        "IsDefault": True,
        "AdditionalStorageProvidersAvailable": False,
        "PersonalAccountCalendarsEnabled": False,
        "PersonalAccountsEnabled": False,
        "ExternalImageProxyEnabled": True,
    }
