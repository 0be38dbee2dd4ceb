"""The vocabulary of what is read from the vendors: one class per kind of fact, in the field's standard terms.

A field is ``UNSET`` when it was not collected; that is never the same as empty or false.
"""

from __future__ import annotations

from types import MappingProxyType

from auditor.facts.account import PHISHING_RESISTANT, Account, AccountStatus, AccountType, Method, Tier
from auditor.facts.base import UNSET, Fact, Read, UnsetType
from auditor.facts.directory import Directory
from auditor.facts.mail import MailboxGrant, MailRule, Mechanism, Right
from auditor.facts.shared_item import AccessRole, Exposure, Item, SharedItem
from auditor.facts.tenant import (
    Domain,
    GoogleSettings,
    Grant,
    MicrosoftSettings,
    SecondFactors,
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
    "Directory",
    "Domain",
    "Exposure",
    "Fact",
    "GoogleSettings",
    "Grant",
    "Item",
    "MailRule",
    "MailboxGrant",
    "Mechanism",
    "Method",
    "MicrosoftSettings",
    "Read",
    "Right",
    "SecondFactors",
    "Settings",
    "SharedItem",
    "SharingLimit",
    "SignInPolicy",
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
        "shared_item": SharedItem,
        "settings": Settings,
        "sign_in_policy": SignInPolicy,
        "domain": Domain,
        "tenant": Tenant,
    }
)
"""Every kind of fact by the name that policies call it."""

_NAMES = {fact_class: name for name, fact_class in KINDS.items()}


def kind_of(fact: Fact) -> str:
    """Return the name by which policies call the kind of ``fact``."""
    return _NAMES[type(fact)]
