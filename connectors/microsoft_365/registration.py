"""Who has registered for MFA, and with which methods: one report for the whole tenant (Entra ID P1).

Source: Graph v1.0, ``userRegistrationDetails``. The report leaves people out, blocked accounts above all: somebody whom
it does not list is not known to have no second factor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, Method, Read
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.refusals import REGISTRATION
from connectors.microsoft_365.values import Wire, boolean, text, texts

_PATH = "/reports/authenticationMethods/userRegistrationDetails"
_METHODS: Mapping[str, Method] = {
    "fido2SecurityKey": "security_key",
    "passKeyDeviceBound": "passkey",
    "passKeyDeviceBoundAuthenticator": "passkey",
    "passKeyDeviceBoundWindowsHello": "passkey",
    "passKeySynced": "passkey",
    "macOsSecureEnclaveKey": "passkey",
    "windowsHelloForBusiness": "windows_hello",
    "microsoftAuthenticatorPush": "app_push",
    "microsoftAuthenticatorPasswordless": "app_push",
    "softwareOneTimePasscode": "app_code",
    "hardwareOneTimePasscode": "hardware_code",
    "mobilePhone": "sms",
    "sms": "sms",
    "alternateMobilePhone": "voice",
    "officePhone": "voice",
    "temporaryAccessPass": "temporary_pass",
}
_NO_SECOND_FACTORS = frozenset({"email", "securityQuestion", "appPassword"})
"""Entra takes these for resetting a password, or instead of MFA, never as a second factor of a member."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What the report says of one account."""

    registered: Read[bool] = UNSET
    methods: Read[tuple[Method, ...]] = UNSET


def read_registrations(graph: Graph) -> tuple[dict[str, Registration], ReadError | None]:
    """Return the report by account, and the error if it broke off. Raises ``ReadError`` if it cannot be had."""
    rows, broken = graph.listing(_PATH, REGISTRATION)
    return {key: parse_registration(row) for row in rows if (key := text(row.get("id"))) is not UNSET}, broken


def parse_registration(wire: Wire) -> Registration:
    """Return what a row of the report says; a method that we do not know is ``other``."""
    listed = texts(wire.get("methodsRegistered")) if "methodsRegistered" in wire else UNSET
    if listed is UNSET:
        return Registration(boolean(wire.get("isMfaRegistered")))
    known: set[Method] = {_METHODS.get(name, "other") for name in listed if name not in _NO_SECOND_FACTORS}
    return Registration(boolean(wire.get("isMfaRegistered")), tuple(sorted(known)))
