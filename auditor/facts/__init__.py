"""The vocabulary of what is read from the vendors: one class per kind of fact, in the field's standard terms.

A field is ``UNSET`` when it was not collected; that is never the same as empty or false.
"""

from __future__ import annotations

from types import MappingProxyType

from auditor.facts.account import (
    PHISHING_RESISTANT,
    Account,
    AccountStatus,
    AccountType,
    Method,
    Protection,
    SignIn,
    Tier,
)
from auditor.facts.admin_role import AdminRole
from auditor.facts.app_grant import AppGrant, AppRisk
from auditor.facts.app_registration import AppRegistration
from auditor.facts.base import UNSET, Fact, Read, UnsetType
from auditor.facts.directory import Directory
from auditor.facts.event import Event, EventType
from auditor.facts.google_settings import GoogleSettings, SecondFactors
from auditor.facts.group import Audience, Group
from auditor.facts.mail import ForwardingPolicy, MailboxGrant, MailRule, Mechanism, Right
from auditor.facts.mail_domain import MailDomain
from auditor.facts.mailbox import Mailbox, MailboxType
from auditor.facts.meeting_policy import MeetingPolicy
from auditor.facts.membership import Membership
from auditor.facts.microsoft_settings import MicrosoftSettings
from auditor.facts.partner import Partner
from auditor.facts.shared_item import AccessRole, Exposure, Item, SharedItem
from auditor.facts.site import Site
from auditor.facts.tenant import (
    Domain,
    Grant,
    Settings,
    SharingLimit,
    SignInPolicy,
    Tenant,
)

__all__ = [
    "KINDS",
    "PHISHING_RESISTANT",
    "UNSET",
    "AccessRole",
    "Account",
    "AccountStatus",
    "AccountType",
    "AdminRole",
    "AppGrant",
    "AppRegistration",
    "AppRisk",
    "Audience",
    "Directory",
    "Domain",
    "Event",
    "EventType",
    "Exposure",
    "Fact",
    "ForwardingPolicy",
    "GoogleSettings",
    "Grant",
    "Group",
    "Item",
    "MailDomain",
    "MailRule",
    "Mailbox",
    "MailboxGrant",
    "MailboxType",
    "Mechanism",
    "MeetingPolicy",
    "Membership",
    "Method",
    "MicrosoftSettings",
    "Partner",
    "Protection",
    "Read",
    "Right",
    "SecondFactors",
    "Settings",
    "SharedItem",
    "SharingLimit",
    "SignIn",
    "SignInPolicy",
    "Site",
    "Tenant",
    "Tier",
    "UnsetType",
    "kind_of",
]

KINDS: MappingProxyType[str, type[Fact]] = MappingProxyType(
    {
        "account": Account,
        "mail_rule": MailRule,
        "mailbox_grant": MailboxGrant,
        "mailbox": Mailbox,
        "forwarding_policy": ForwardingPolicy,
        "group": Group,
        "membership": Membership,
        "shared_item": SharedItem,
        "app_grant": AppGrant,
        "app_registration": AppRegistration,
        "site": Site,
        "meeting_policy": MeetingPolicy,
        "settings": Settings,
        "sign_in_policy": SignInPolicy,
        "admin_role": AdminRole,
        "partner": Partner,
        "domain": Domain,
        "mail_domain": MailDomain,
        "event": Event,
        "tenant": Tenant,
    }
)
"""Every kind of fact by the name that policies call it."""

_NAMES = {fact_class: name for name, fact_class in KINDS.items()}


def kind_of(fact: Fact) -> str:
    """Return the name by which policies call the kind of ``fact``."""
    return _NAMES[type(fact)]
