"""The Google Workspace customer as it would be if nothing had gone wrong: units, roles, policies, accounts."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connectors.practice.campaign.everyday import furnish_google
from connectors.practice.campaign.google_policies import cloud_identity_policies, is_enforced, organisational_units
from connectors.practice.campaign.names import local_part, personal_address
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.vendor_ids import base64url, customer_id, digits, google_user_id
from connectors.practice.organisation import GoogleAccount, GoogleTenant, Json, Person

VOLUNTEERS_DOMAIN = "rivera-volunteers.example"
ALIAS_DOMAIN = "rivera-senate.example"
SUPER_ADMINISTRATORS = ("IT volunteer", "Operations director", "Systems volunteer")

_ROLES = (
    ("_SEED_ADMIN_ROLE", "Super Admin", "SUPER_ADMIN"),
    ("_GROUPS_ADMIN_ROLE", "Groups Administrator", "GROUPS_ALL"),
    ("_USER_MANAGEMENT_ADMIN_ROLE", "User Management Administrator", "USERS_ALL"),
    ("_HELP_DESK_ADMIN_ROLE", "Help Desk Administrator", "USERS_RESET_PASSWORD"),
)
_DELEGATED = {"Data director": "_USER_MANAGEMENT_ADMIN_ROLE", "Regional director": "_HELP_DESK_ADMIN_ROLE"}


def google_tenant(rng: Random, name: str, people: list[Person], today: datetime) -> GoogleTenant:
    """Return the customer with one account for each of ``people``, enrolled, furnished and unremarkable.

    Who has left ("Former ...") is suspended and without 2-Step Verification; the last account has no Gmail.
    """
    customer = customer_id(rng)
    units = organisational_units(rng, name)
    roles = _roles(rng)
    role_ids = {str(role["roleName"]): str(role["roleId"]) for role in roles}
    tenant = GoogleTenant(
        customer_id=customer,
        primary_domain=DOMAIN,
        secondary_domains=[VOLUNTEERS_DOMAIN],
        alias_domains=[ALIAS_DOMAIN],
        admin=next(person.address for person in people if person.job == SUPER_ADMINISTRATORS[0]),
        units=units,
        roles=roles,
        policies=cloud_identity_policies(rng, customer, units, today),
    )
    for number, person in enumerate(people, 1):
        account = member(rng, person, role_ids, today)
        account.has_gmail = number != len(people) and number % 400 != 0
        furnish_google(rng, account, today)
        tenant.accounts.append(account)
    return tenant


def member(rng: Random, person: Person, role_ids: dict[str, str], today: datetime) -> GoogleAccount:
    """Return the account of a person of the organisation, as it should be; ``role_ids`` are role ids by name."""
    left = person.job.startswith("Former ")
    administrator = person.tier == "administrator"
    last_login = rng.randrange(150, 260) if left else rng.randrange(10 if administrator else 60)
    recoverable = not administrator and rng.random() < 0.4  # noqa: PLR2004 - a share of the accounts
    delegated = _DELEGATED.get(person.job)
    return GoogleAccount(
        id=google_user_id(rng),
        address=person.address,
        display_name=person.display_name,
        unit=person.unit,
        job=person.job,
        created=today - timedelta(days=rng.randrange(300, 600), seconds=rng.randrange(86_400)),
        last_login=today - timedelta(days=last_login, seconds=rng.randrange(60, 86_400)),
        is_super_admin=person.job in SUPER_ADMINISTRATORS,
        role_ids=[role_ids[delegated]] if delegated else [],
        enrolled_in_2sv=not left,
        enforced_in_2sv=is_enforced(person.unit),
        suspended=left,
        recovery_email=personal_address(rng, person.display_name) if recoverable else None,
        recovery_phone=f"+1505555{rng.randrange(100, 200):04}" if recoverable else None,
        aliases=[f"{local_part(person.given_name)}@{ALIAS_DOMAIN}"] if person.job == "Candidate" else [],
    )


def _roles(rng: Random) -> list[Json]:
    first = int(digits(rng, 17))
    return [
        {
            "kind": "admin#directory#role",
            "etag": f'"{base64url(rng, 27)}"',
            "roleId": str(first + number),
            "roleName": name,
            "roleDescription": description,
            "rolePrivileges": [{"privilegeName": privilege, "serviceId": "00haapch16h1ysv"}],
            "isSystemRole": True,
            "isSuperAdminRole": name == "_SEED_ADMIN_ROLE",
        }
        for number, (name, description, privilege) in enumerate(_ROLES)
    ]
