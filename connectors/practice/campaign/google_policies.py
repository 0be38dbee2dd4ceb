"""The settings of the Google Workspace customer: organisational units and Cloud Identity policies as wire objects.

The Policy API lists where a value is *set*; a unit without a policy inherits from the unit above it, and the greater
``sortOrder`` wins. Source: Cloud Identity ``policies.list`` and its discovery document.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connectors.practice.campaign.vendor_ids import base64url, org_unit_id, policy_name
from connectors.practice.organisation import Json

UNITS = ("/", "/Leadership", "/Finance", "/Press", "/Staff", "/Staff/IT", "/Field", "/Volunteers")
NEVER = "1970-01-01T00:00:00Z"  # what enforcedFrom says where 2-Step Verification is not enforced
LATER = "{later}"  # stands for a day in the future: announced, which protects nobody yet

_ENFORCEMENT = "security.two_step_verification_enforcement"
_FACTOR = "security.two_step_verification_enforcement_factor"
_FORWARDING = "gmail.auto_forwarding"
_DELEGATION = "gmail.mail_delegation"
_SHARING = "drive_and_docs.external_sharing"
_IMAP = "gmail.imap_access"

_SHARING_WITH_PARTNERS: Json = {
    "externalSharingMode": "ALLOWLISTED_DOMAINS",
    "allowReceivingExternalFiles": True,
    "allowReceivingFilesOutsideAllowlistedDomains": False,
    "warnForExternalSharing": True,
    "warnForSharingOutsideAllowlistedDomains": True,
    "allowNonGoogleInvites": False,
    "allowNonGoogleInvitesInAllowlistedDomains": False,
    "allowPublishingFiles": False,
    "accessCheckerSuggestions": "RECIPIENTS_ONLY",
    "allowedPartiesForDistributingContent": "ELIGIBLE_INTERNAL_USERS",
}
_SHARING_WITH_ANYBODY: Json = {
    **_SHARING_WITH_PARTNERS,
    "externalSharingMode": "ALLOWED",
    "warnForExternalSharing": False,
    "allowNonGoogleInvites": True,
    "allowPublishingFiles": True,
}
# Where a unit departs from the root. Every one of these is a planted problem, but for the passkeys.
_DEPARTURES: dict[str, dict[str, Json]] = {
    "/Leadership": {_FORWARDING: {"enableAutoForwarding": True}, _DELEGATION: {"enableMailDelegation": True}},
    "/Finance": {_SHARING: _SHARING_WITH_ANYBODY},
    "/Press": {_DELEGATION: {"enableMailDelegation": True}},
    "/Staff/IT": {_FACTOR: {"allowedSignInFactorSet": "PASSKEY_ONLY"}, _IMAP: {"enableImapAccess": True}},
    "/Field": {
        _FORWARDING: {"enableAutoForwarding": True},
        _DELEGATION: {"enableMailDelegation": True},
        _SHARING: _SHARING_WITH_ANYBODY,
    },
    "/Volunteers": {
        _ENFORCEMENT: {"enforcedFrom": LATER},
        _FORWARDING: {"enableAutoForwarding": True},
        _SHARING: _SHARING_WITH_ANYBODY,
    },
}
# What Google sets itself for every customer, below everything that an administrator sets.
_GOOGLE_DEFAULTS: dict[str, Json] = {
    "security.two_step_verification_enrollment": {"allowEnrollment": True},
    _ENFORCEMENT: {"enforcedFrom": NEVER},
    _FACTOR: {"allowedSignInFactorSet": "ALL"},
    _FORWARDING: {"enableAutoForwarding": True},
    "gmail.service_status": {"serviceState": "ENABLED"},
    "drive_and_docs.service_status": {"serviceState": "ENABLED"},
}
_KINDS = {
    _ENFORCEMENT: "setting-2sv-not-enforced",
    _FORWARDING: "setting-auto-forwarding",
    _DELEGATION: "setting-mail-delegation",
    _SHARING: "setting-external-sharing",
    _IMAP: "setting-imap",
}
UNITS_THAT_FORWARD = tuple(unit for unit, settings in _DEPARTURES.items() if _FORWARDING in settings)
UNITS_THAT_DELEGATE = tuple(unit for unit, settings in _DEPARTURES.items() if _DELEGATION in settings)
UNITS_WITH_IMAP = tuple(unit for unit, settings in _DEPARTURES.items() if _IMAP in settings)
UNITS_THAT_SHARE = tuple(unit for unit, settings in _DEPARTURES.items() if _SHARING in settings)


def is_enforced(unit: str) -> bool:
    """Return whether 2-Step Verification is enforced for the people of ``unit``."""
    return _ENFORCEMENT not in _DEPARTURES.get(unit, {})


def settings_problems() -> list[tuple[str, str, str]]:
    """Return kind of problem, unit and setting of each weak setting, at the unit that sets it."""
    return [
        (_KINDS[setting], unit, setting)
        for unit, settings in _DEPARTURES.items()
        for setting in settings
        if setting in _KINDS
    ]


def organisational_units(rng: Random, name: str) -> list[Json]:
    """Return the units as wire objects of ``orgunits.list``, the root first; their ids begin with ``id:``."""
    ids = {path: f"id:{org_unit_id(rng)}" for path in UNITS}
    units = []
    for path in UNITS:
        parent, _, own_name = path.rpartition("/")
        unit: Json = {
            "kind": "admin#directory#orgUnit",
            "etag": f'"{base64url(rng, 27)}"',
            "name": own_name or name,
            "description": "",
            "orgUnitPath": path,
            "orgUnitId": ids[path],
        }
        if path != "/":
            unit |= {"parentOrgUnitPath": parent or "/", "parentOrgUnitId": ids[parent or "/"]}
        units.append(unit)
    return units


def cloud_identity_policies(rng: Random, customer: str, units: list[Json], today: datetime) -> list[Json]:
    """Return the policies of the customer ``C0...`` as wire objects: Google's own, the root's, then each unit's.

    The last one belongs to a unit that was deleted: policies outlive their unit and then apply to nobody.
    """
    ids = {str(unit["orgUnitPath"]): str(unit["orgUnitId"]).removeprefix("id:") for unit in units}

    def policy(query: Json, setting: str, value: Json, kind: str = "ADMIN") -> Json:
        return {
            "name": policy_name(rng),
            "customer": f"customers/{customer}",
            "policyQuery": query,
            "setting": {"type": f"settings/{setting}", "value": value},
            "type": kind,
        }

    root = _root_settings(f"{today - timedelta(days=400):%Y-%m-%d}T05:30:00Z")
    later = f"{today + timedelta(days=30):%Y-%m-%d}T05:30:00Z"
    departures: dict[str, dict[str, Json]] = {
        unit: {
            setting: {"enforcedFrom": later} if value == {"enforcedFrom": LATER} else value
            for setting, value in values.items()
        }
        for unit, values in _DEPARTURES.items()
    }
    return [
        *(
            policy(_query(ids["/"], 101 + number / 10_000), setting, value, "SYSTEM")
            for number, (setting, value) in enumerate(_GOOGLE_DEFAULTS.items(), 1)
        ),
        policy(_query(ids["/"], 399.00055, "WORKSPACE_ALL_ADMIN_GROUP"), _ENFORCEMENT, root[_ENFORCEMENT], "SYSTEM"),
        *(
            policy(_query(ids[unit], 201 + _depth(unit) + (20 * place + number) / 100_000), setting, value)
            for place, (unit, values) in enumerate({"/": root, **departures}.items(), 1)
            for number, (setting, value) in enumerate(values.items())
        ),
        policy(_query(org_unit_id(rng), 202.5), _FORWARDING, {"enableAutoForwarding": True}),
    ]


def _depth(unit: str) -> int:
    return 0 if unit == "/" else unit.count("/")


def _query(unit_id: str, sort_order: float, group: str = "") -> Json:
    clause = f"entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{unit_id}'))"
    query: Json = {"query": clause, "orgUnit": f"orgUnits/{unit_id}", "sortOrder": round(sort_order, 5)}
    if group:
        query["query"] = f"entity.groups.exists(group, group.group_id == groupId('{group}')) && {clause}"
        query["group"] = f"groups/{group}"
    return query


def _root_settings(enforced_from: str) -> dict[str, Json]:
    return {
        _ENFORCEMENT: {"enforcedFrom": enforced_from},
        _FACTOR: {"allowedSignInFactorSet": "NO_TELEPHONY"},
        "security.two_step_verification_grace_period": {"enrollmentGracePeriod": "604800s"},
        "security.two_step_verification_device_trust": {"allowTrustingDevice": False},
        "security.session_controls": {"webSessionDuration": "43200s"},
        "security.less_secure_apps": {"allowLessSecureApps": False},
        "security.super_admin_account_recovery": {"enableAccountRecovery": False},
        "security.user_account_recovery": {"enableAccountRecovery": False},
        _FORWARDING: {"enableAutoForwarding": False},
        _DELEGATION: {"enableMailDelegation": False},
        "gmail.pop_access": {"enablePopAccess": False},
        _IMAP: {"enableImapAccess": False},
        _SHARING: _SHARING_WITH_PARTNERS,
        "drive_and_docs.general_access_default": {"defaultFileAccess": "PRIVATE_TO_OWNER"},
    }
