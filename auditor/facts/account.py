"""Accounts: people, guests, shared mailboxes and service identities of a tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from auditor.facts.base import UNSET, Fact, Read
from auditor.facts.mailbox import MailboxType

AccountType = Literal["person", "guest", "shared", "service"]
AccountStatus = Literal["active", "suspended", "archived", "pending"]
Protection = Literal["blocked", "phishing_resistant_mfa", "mfa", "open"]
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


class SignIn(Struct, frozen=True, kw_only=True, gc=False):
    """What is asked of somebody who has the password, in each situation (Entra Conditional Access).

    Whoever has stolen a password chooses app, client and place, but is in no trusted place and at no managed device.
    """

    any_app: Read[Protection] = UNSET
    """Any app, in a browser or an app of today, on any device of his own."""
    admin_portals: Read[Protection] = UNSET
    """The same at the portals of administrators."""
    legacy_client: Read[Protection] = UNSET
    """The same with an old mail program, which cannot ask for a second factor."""
    device_code: Read[Protection] = UNSET
    """The same by a code that is typed in on another device, as phishers like to ask for."""
    trusted_place: Read[Protection] = UNSET
    """From a place that the organisation trusts, such as its office."""
    managed_device: Read[Protection] = UNSET
    """On a device that the organisation manages."""
    always: Read[bool] = UNSET
    """Whether a password alone is refused whatever the circumstances, trusted places and managed devices included."""
    holes: Read[tuple[str, ...]] = UNSET
    """A sign-in that gets through for each situation that is open, and which policy would nearly have stopped it."""
    depends_on: tuple[str, ...] = ()
    """What was not collected, or is not known to anybody, and would decide where it is not known."""
    registration_open: Read[bool] = UNSET
    """Whether an attacker could set up the missing second factor himself."""


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
    title: Read[str | None] = UNSET
    """Job title, as the directory tells it; it may propose a tier, and never decides one."""
    priority: Read[bool] = UNSET
    """Whether it is marked as a priority account (Microsoft 365); it may propose a tier, as the title may."""
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
    mailbox_type: Read[MailboxType | None] = UNSET
    """What kind of mailbox it has, where the vendor tells several apart; null when it has none."""
    created: Read[datetime | None] = UNSET
    """When the account was made."""
    last_sign_in: Read[datetime | None] = UNSET
    """Last successful sign-in; null when there was none."""
    password_changed: Read[datetime | None] = UNSET
    """When its password was made; null when it never had one."""
    recovery_address: Read[str | None] = UNSET
    """Where a forgotten password can be reset to; null when none is set."""
    recovery_phone: Read[str | None] = UNSET
    """The same by telephone."""
    recovery_shared: Read[bool] = UNSET
    """Whether another account has the same recovery address or telephone."""
    security_keys: Read[int] = UNSET
    """How many security keys and passkeys are set up, where the vendor counts them."""
    app_passwords: Read[int] = UNSET
    """How many application passwords exist; each works without a second factor."""
    less_secure_apps: Read[bool] = UNSET
    """Whether programs may sign in with name and password alone."""
    password_strength: Read[Literal["weak", "strong"]] = UNSET
    """The vendor's own judgement of the password."""
    single_sign_on: Read[bool] = UNSET
    """Whether another identity provider signs this account in, so that MFA is decided there."""
    identity_provider: Read[str | None] = UNSET
    """What that provider is called in the settings; null where the vendor itself signs the account in."""
    admin_privileges: Read[tuple[str, ...]] = UNSET
    """What the roles allow, as the vendor spells it, roles through groups included."""
    eligible_roles: Read[tuple[str, ...]] = UNSET
    """Names of administrator roles that can be activated but are not active now."""
    permanent_roles: Read[tuple[str, ...]] = UNSET
    """Names of administrator roles that are active without end, rather than when they are needed."""
    cloud_only: Read[bool] = UNSET
    """Whether the account exists only here and is not synchronised from a directory elsewhere."""
    licences: Read[tuple[str, ...]] = UNSET
    """Licences, as the vendor names them."""
    may_forward: Read[bool] = UNSET
    """Whether the settings let this person forward mail to the outside automatically."""
    break_glass: bool = False
    """Whether the configuration declares it as an emergency account."""
    locked_out_by: Read[tuple[str, ...]] = UNSET
    """Of an emergency account, names of sign-in policies that its owner could not satisfy with password and key."""
    sign_in: SignIn | None = None
    """What an attacker with the password meets, where sign-in policies decide it; null where they do not exist."""
