"""The groups of the Google Workspace customer as they should be; one of them carries an administrator role."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.vendor_ids import alphanumeric, base64url, digits
from connectors.practice.google_organisation import GoogleGroup
from connectors.practice.organisation import GoogleAccount, GoogleTenant, Json, Person

_SETTINGS: Json = {
    "whoCanJoin": "INVITED_CAN_JOIN",
    "whoCanViewMembership": "ALL_MEMBERS_CAN_VIEW",
    "whoCanViewGroup": "ALL_MEMBERS_CAN_VIEW",
    "whoCanInvite": "ALL_MANAGERS_CAN_INVITE",
    "whoCanAdd": "ALL_MANAGERS_CAN_ADD",
    "allowExternalMembers": "false",
    "whoCanPostMessage": "ALL_IN_DOMAIN_CAN_POST",
    "allowWebPosting": "true",
    "primaryLanguage": "en_US",
    "maxMessageBytes": 26_214_400,
    "isArchived": "false",
    "archiveOnly": "false",
    "messageModerationLevel": "MODERATE_NONE",
    "spamModerationLevel": "MODERATE",
    "replyTo": "REPLY_TO_IGNORE",
    "includeInGlobalAddressList": "true",
    "membersCanPostAsTheGroup": "false",
    "whoCanLeaveGroup": "ALL_MEMBERS_CAN_LEAVE",
    "whoCanContactOwner": "ALL_IN_DOMAIN_CAN_CONTACT",
    "whoCanModerateMembers": "OWNERS_AND_MANAGERS",
    "whoCanDiscoverGroup": "ALL_MEMBERS_CAN_DISCOVER",
}
_BY_UNIT = (("leadership", "/Leadership"), ("finance", "/Finance"), ("press-team", "/Press"), ("field", "/Field"))
SIGN_IN_PILOT = "Sign-in pilot"
"""The group of those who try another identity provider; its members come with the story."""
_PEOPLE_PER_TEAM = 100
_TEAM = 30
_HELP_DESK = ("IT volunteer", "Systems volunteer", "Policy adviser")


def add_group(rng: Random, tenant: GoogleTenant, local: str, name: str, **settings: str) -> GoogleGroup:
    """Add a group without members whose settings depart from the usual ones in ``settings``; return it."""
    added = GoogleGroup(f"0{alphanumeric(rng, 14)}", f"{local}@{DOMAIN}", name, {**_SETTINGS, **settings})
    tenant.catalogue.groups.append(added)
    return added


def add_accounts(group: GoogleGroup, accounts: Iterable[GoogleAccount], role: str = "MEMBER") -> None:
    """Let the accounts into the group."""
    group.members += [{"type": "USER", "role": role, "email": each.address, "id": each.id} for each in accounts]


def add_nested(group: GoogleGroup, nested: GoogleGroup) -> None:
    """Let all members of ``nested`` into the group."""
    group.members.append({"type": "GROUP", "role": "MEMBER", "email": nested.address, "id": nested.id})


def add_stranger(rng: Random, group: GoogleGroup, address: str, *, kind: str = "USER") -> None:
    """Let somebody of another organisation into the group, or with ``kind`` GROUP a whole list of theirs."""
    group.settings["allowExternalMembers"] = "true"
    group.members.append({"type": kind, "role": "MEMBER", "email": address, "id": digits(rng, 21)})


def furnish_groups(rng: Random, tenant: GoogleTenant, people: list[Person]) -> None:
    """Give the customer its groups: everybody, one for each unit, one team for every hundred people, a help desk."""
    manager = next(person.address for person in people if person.job == "Campaign manager")
    owner = [account for account in tenant.accounts if account.address == manager]
    others = [account for account in tenant.accounts if not account.suspended and account.address != manager]
    everybody = add_group(rng, tenant, "everybody", "Everybody", whoCanPostMessage="ALL_OWNERS_CAN_POST")
    everybody.members.append({"type": "CUSTOMER", "role": "MEMBER", "id": tenant.customer_id})
    add_accounts(everybody, owner, "OWNER")
    for local, unit in _BY_UNIT:
        group = add_group(rng, tenant, local, unit.strip("/"))
        add_accounts(group, owner, "OWNER")
        add_accounts(group, [each for each in others if each.unit == unit][:_TEAM])
    for number in range(1, len(tenant.accounts) // _PEOPLE_PER_TEAM + 1):
        group = add_group(rng, tenant, f"precinct-{number}", f"Precinct {number}")
        add_accounts(group, owner, "OWNER")
        add_accounts(group, rng.sample(others, _TEAM))
    add_group(rng, tenant, "sign-in-pilot", SIGN_IN_PILOT, whoCanPostMessage="ALL_OWNERS_CAN_POST")
    _help_desk(rng, tenant, people)


def _help_desk(rng: Random, tenant: GoogleTenant, people: list[Person]) -> None:
    """Let a few people reset passwords by a role of the campaign's own, which they hold through a group alone."""
    role: Json = {
        "kind": "admin#directory#role",
        "etag": f'"{base64url(rng, 27)}"',
        "roleId": str(max(int(str(each["roleId"])) for each in tenant.roles) + 1),
        "roleName": "Password desk",
        "roleDescription": "Resets passwords of volunteers",
        "rolePrivileges": [
            {"privilegeName": "USERS_RETRIEVE", "serviceId": "00haapch16h1ysv"},
            {"privilegeName": "USERS_RESET_PASSWORD", "serviceId": "00haapch16h1ysv"},
        ],
        "isSystemRole": False,
        "isSuperAdminRole": False,
    }
    tenant.roles.append(role)
    desk = add_group(rng, tenant, "help-desk", "Help desk")
    desk.role_ids.append(str(role["roleId"]))
    addresses = {person.address for person in people if person.job in _HELP_DESK}
    members = [account for account in tenant.accounts if account.address in addresses]
    add_accounts(desk, members[:1], "OWNER")
    add_accounts(desk, members[1:])
    for account in members:
        account.group_role_ids.append(str(role["roleId"]))
        account.recovery_email = account.recovery_phone = None
