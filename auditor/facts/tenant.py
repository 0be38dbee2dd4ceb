"""Tenant-wide facts: the tenant itself, its domains, its settings and its sign-in policies."""

from __future__ import annotations

from typing import Literal

from auditor.facts.base import UNSET, Fact, Read
from auditor.facts.google_settings import GoogleSettings
from auditor.facts.microsoft_settings import MicrosoftSettings

ConnectorName = Literal["google_workspace", "microsoft_365"]
SharingLimit = Literal["anyone", "new_guests", "existing_guests", "allow_listed", "nobody"]
Grant = Literal["block", "mfa", "phishing_resistant_mfa", "other", "nothing"]


class Tenant(Fact, frozen=True, kw_only=True, gc=False):
    """A Google Workspace customer or an Entra tenant, with the counts that policies judge."""

    connector: ConnectorName
    """Which vendor."""
    vendor_id: str
    """The customer or tenant id."""
    active_people: Read[int] = UNSET
    """People whose sign-in is not blocked, guests not counted."""
    guests: Read[int] = UNSET
    """Guests, pending ones included."""
    super_admins: Read[int] = UNSET
    """Active accounts with the highest administrator role."""
    break_glass: Read[int] = UNSET
    """Active accounts that the configuration declares to be for emergencies."""
    missing_break_glass: Read[tuple[str, ...]] = UNSET
    """Addresses that it declares so and that no account has."""


class Domain(Fact, frozen=True, kw_only=True, gc=False):
    """A mail domain of the organisation; addresses in it are inside. ``label`` is its name in lower case."""

    name: str
    """The domain in lower case."""
    verified: Read[bool] = UNSET
    """Whether the vendor has seen proof of ownership."""
    primary: Read[bool] = UNSET
    """Whether it is the tenant's main domain."""


class Settings(Fact, frozen=True, kw_only=True, gc=False):
    """Effective settings of a tenant, or of one organisational unit where the vendor has such units."""

    scope: str
    """Path of the organisational unit; ``/`` for the whole tenant."""
    accounts: Read[int] = UNSET
    """How many active accounts these values hold for."""
    example: Read[str | None] = UNSET
    """The address of one of these accounts; null where there are none."""
    mfa_required: Read[bool] = UNSET
    """Whether the setting demands a second factor of everyone in scope now."""
    auto_forwarding_allowed: Read[bool] = UNSET
    """Whether people may forward their mail automatically to the outside."""
    mail_delegation_allowed: Read[bool] = UNSET
    """Whether people may give others access to their mailbox."""
    outside_sharing: Read[SharingLimit] = UNSET
    """The widest circle to whom files may be opened."""
    google_workspace: GoogleSettings | None = None
    microsoft_365: MicrosoftSettings | None = None


class SignInPolicy(Fact, frozen=True, kw_only=True, gc=False):
    """A rule that decides whether a sign-in needs a second factor (an Entra Conditional Access policy)."""

    state: Read[Literal["on", "report_only", "off"]] = UNSET
    """Only ``on`` protects anybody."""
    grant: Read[Grant] = UNSET
    """What it asks for when it applies; the weakest of several alternatives."""
    everyone: Read[bool] = UNSET
    """Whether it includes all accounts, guests too."""
    every_app: Read[bool] = UNSET
    """Whether it includes all applications and excludes none."""
    narrowed_by: Read[tuple[str, ...]] = UNSET
    """Conditions that make it hold only at certain times, places, devices, clients or risks."""
    excluded_accounts: Read[tuple[str, ...]] = UNSET
    """Keys of the accounts it leaves out, groups and roles resolved to their members."""
    excluded_people: Read[tuple[str, ...]] = UNSET
    """Addresses of the same accounts, for people to read."""
