"""Accounts: people, guests, shared mailboxes and service identities of a tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditor.facts.base import UNSET, Fact, Read

AccountType = Literal["person", "guest", "shared", "service"]
AccountStatus = Literal["active", "suspended", "archived", "pending"]
Tier = Literal["principal", "administrator", "finance", "communications", "staff", "volunteer", "outside"]
Method = Literal[
    "security_key",
    "passkey",
    "windows_hello",
    "certificate",
    "app_push",
    "app_code",
    "hardware_code",
    "sms",
    "voice",
    "email",
    "temporary_pass",
    "other",
]

PHISHING_RESISTANT: frozenset[Method] = frozenset({"security_key", "passkey", "windows_hello", "certificate"})
"""Methods that a look-alike sign-in page cannot relay (CISA, Implementing Phishing-Resistant MFA, 2022)."""


class Account(Fact, frozen=True, kw_only=True, gc=False):
    """Somebody, or something, that can sign in to a tenant."""

    address: str
    """Primary address (Google) or user principal name (Microsoft), in lower case."""
    aliases: Read[tuple[str, ...]] = UNSET
    """Other addresses that reach this account, in lower case."""
    type: Read[AccountType] = UNSET
    """``guest`` is an outside identity invited into the tenant; ``shared`` a mailbox without a person."""
    status: Read[AccountStatus] = UNSET
    """``suspended`` covers every account whose sign-in is blocked; ``pending`` a guest who never accepted."""
    tier: Tier = "staff"
    """How much the account matters, from the configuration; administrators and guests by what they are."""
    unit: Read[str | None] = UNSET
    """Path of the organisational unit, where the vendor has such units."""
    admin_roles: Read[tuple[str, ...]] = UNSET
    """Names of the administrator roles that are active now, directly or through groups."""
    is_admin: Read[bool] = UNSET
    """Whether any administrator role is held."""
    is_super_admin: Read[bool] = UNSET
    """Google: super administrator. Microsoft: Global Administrator."""
    mfa_registered: Read[bool] = UNSET
    """Whether a second factor is set up. Registered is not enforced."""
    mfa_methods: Read[tuple[Method, ...]] = UNSET
    """The second factors that are set up, where the vendor tells."""
    mfa_enforced: Read[bool] = UNSET
    """Whether an ordinary sign-in without a second factor is refused now."""
    mfa_enforced_by: Read[tuple[str, ...]] = UNSET
    """Names of what enforces it."""
    has_mailbox: Read[bool] = UNSET
    """Whether mail is delivered to this account here."""
    created: Read[datetime | None] = UNSET
    """When the account was made."""
    last_sign_in: Read[datetime | None] = UNSET
    """Last successful sign-in; null when there was none."""
    recovery_address: Read[str | None] = UNSET
    """Where a forgotten password can be reset to; null when none is set."""
