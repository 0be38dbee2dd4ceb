"""The Entra tenant as it would be if nothing had gone wrong: groups, policies, accounts, mailboxes, sites."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connectors.practice.campaign.everyday import furnish_microsoft
from connectors.practice.campaign.microsoft_objects import add_item, transport_rule
from connectors.practice.campaign.microsoft_policies import (
    EXCHANGE_ADMINISTRATOR,
    GLOBAL_ADMINISTRATOR,
    HELPDESK_ADMINISTRATOR,
    INITIAL_DOMAIN,
    USER_ADMINISTRATOR,
    conditional_access,
    domains,
    sharepoint_settings,
)
from connectors.practice.campaign.names import DOCUMENTS
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.vendor_ids import drive_id, guid
from connectors.practice.exchange_organisation import Mailbox
from connectors.practice.organisation import Drive, MicrosoftAccount, MicrosoftGroup, MicrosoftTenant, Person, Site

EXCEPTIONS, NEW_PHONES = "MFA exceptions", "Waiting for new phones"  # the second is a member of the first

_ROLES = {
    "IT volunteer": [GLOBAL_ADMINISTRATOR, EXCHANGE_ADMINISTRATOR],
    "Operations director": [GLOBAL_ADMINISTRATOR],
    "Systems volunteer": [EXCHANGE_ADMINISTRATOR],
    "Data director": [USER_ADMINISTRATOR],
    "Regional director": [HELPDESK_ADMINISTRATOR],
}
_METHODS = (
    ("microsoftAuthenticatorPush", "softwareOneTimePasscode"),
    ("mobilePhone", "microsoftAuthenticatorPush", "softwareOneTimePasscode"),
    ("mobilePhone", "email"),
    ("microsoftAuthenticatorPush",),
)
_SITES = ("Rivera for Senate", "Finance", "Field", "Press")


def guests_of(accounts: int) -> int:
    """Return how many of ``accounts`` accounts of the tenant are guests."""
    return 3 + accounts // 250


def microsoft_tenant(
    rng: Random, name: str, people: list[Person], guests: list[Person], today: datetime
) -> MicrosoftTenant:
    """Return the tenant with an account for each of ``people``, the shared press mailbox and the ``guests``.

    Who has left ("Former ...") is disabled and without methods; the last of ``people`` has no licence, hence no
    mailbox and no OneDrive; the last guest has not accepted the invitation.
    """
    groups = [MicrosoftGroup(guid(rng), group) for group in (EXCEPTIONS, NEW_PHONES, "Finance", "Field")]
    groups[0].members.append(groups[1].id)
    tenant = MicrosoftTenant(
        tenant_id=guid(rng),
        name=name,
        domains=domains(DOMAIN),
        security_defaults=False,
        conditional_access=conditional_access(rng, groups[0].id, today),
        sharepoint=sharepoint_settings(rng),
        transport_rules=[
            transport_rule(
                rng,
                "Mark mail from outside",
                today,
                priority=0,
                FromScope="NotInOrganization",
                PrependSubject="[EXTERNAL] ",
            ),
        ],
        groups=groups,
        sites=[_site(rng, site) for site in _SITES],
    )
    for number, person in enumerate(people, 1):
        account = member(rng, person, today, licensed=number != len(people) and number % 300 != 0)
        furnish_microsoft(rng, account)
        tenant.accounts.append(account)
        for group in groups[2:]:
            if person.unit == f"/{group.name}":
                group.members.append(account.id)
    tenant.accounts.append(_shared_mailbox(rng, today))
    tenant.accounts += [_guest(rng, person, today) for person in guests]
    last = tenant.accounts[-1]
    last.pending, last.last_sign_in, last.created = True, None, today - timedelta(days=6)
    return tenant


def member(rng: Random, person: Person, today: datetime, *, licensed: bool = True) -> MicrosoftAccount:
    """Return the account of a person of the organisation, as it should be; with a licence, mailbox and OneDrive."""
    left = person.job.startswith("Former ")
    administrator = person.tier == "administrator"
    last_sign_in = rng.randrange(150, 260) if left else rng.randrange(10 if administrator else 60)
    methods = ("passKeyDeviceBound", "microsoftAuthenticatorPush") if administrator else rng.choice(_METHODS)
    return MicrosoftAccount(
        id=guid(rng),
        address=person.address,
        mail=person.address if licensed else None,
        display_name=person.display_name,
        created=today - timedelta(days=rng.randrange(300, 600), seconds=rng.randrange(86_400)),
        last_sign_in=today - timedelta(days=last_sign_in, seconds=rng.randrange(60, 86_400)),
        job=person.job,
        priority=person.job == "Candidate",
        enabled=not left,
        licensed=licensed,
        methods=[] if left else list(methods),
        role_template_ids=list(_ROLES.get(person.job, [])),
        mailbox=Mailbox(guid(rng)) if licensed else None,
        drive=_onedrive(rng, person.address) if licensed else None,
    )


def _shared_mailbox(rng: Random, today: datetime) -> MicrosoftAccount:
    address = f"press@{DOMAIN}"
    return MicrosoftAccount(
        id=guid(rng),
        address=address,
        mail=address,
        display_name="Press office",
        created=today - timedelta(days=500),
        last_sign_in=None,
        enabled=False,
        licensed=False,
        mailbox=Mailbox(guid(rng), recipient_type="SharedMailbox"),
    )


def _guest(rng: Random, person: Person, today: datetime) -> MicrosoftAccount:
    return MicrosoftAccount(
        id=guid(rng),
        address=f"{person.address.replace('@', '_')}#EXT#@{INITIAL_DOMAIN}",
        mail=person.address,
        display_name=person.display_name,
        created=today - timedelta(days=rng.randrange(300, 600)),
        last_sign_in=today - timedelta(days=rng.randrange(1, 50)),
        job=person.job,
        guest=True,
        licensed=False,
    )


def _onedrive(rng: Random, address: str) -> Drive:
    folder = address.replace("@", "_").replace(".", "_").replace("-", "_")
    url = f"https://riveracampaign-my.sharepoint.com/personal/{folder}/Documents"
    return Drive(drive_id(rng), "OneDrive", url)


def _site(rng: Random, name: str) -> Site:
    host = "riveracampaign.sharepoint.com"
    url = f"https://{host}" if name == _SITES[0] else f"https://{host}/sites/{name.lower()}"
    library = Drive(drive_id(rng), "Documents", f"{url}/Shared%20Documents")
    for document in rng.sample(DOCUMENTS, 4):
        add_item(rng, library, f"{document}.docx", [])
    return Site(f"{host},{guid(rng)},{guid(rng)}", name, url, [library])
