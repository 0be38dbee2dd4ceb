"""People who join the campaign, leave it or change their name, in both clouds at once; ids stay whoever's they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any

from connectors.practice.campaign.google_groups import add_accounts
from connectors.practice.campaign.google_security import STARTER
from connectors.practice.campaign.google_tenant import member as google_member
from connectors.practice.campaign.microsoft_tenant import member as microsoft_member
from connectors.practice.campaign.names import FAMILY_NAMES, GIVEN_NAMES, local_part
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.scene import GOOGLE, MICROSOFT, Scene
from connectors.practice.organisation import DnsRecord, GoogleAccount, MicrosoftAccount, Organisation, Person

_FIELD_IN_GOOGLE, _FIELD_IN_MICROSOFT = f"field@{DOMAIN}", 3  # a group's address, and the place among the groups
_ENDS_WITH_THE_ACCOUNT = frozenset(
    {
        "not-enrolled",
        "not-enforced",
        "weak-password",
        "less-secure-apps",
        "app-password",
        "not-registered",
        "mfa-excluded",
    }
)


def join(scene: Scene) -> tuple[GoogleAccount, MicrosoftAccount]:
    """Let a new canvasser in, two days ago, with a second factor in both clouds; return the accounts."""
    organisation, rng, today = scene.organisation, scene.rng, scene.organisation.today
    person = _newcomer(scene)
    account, member = google_member(rng, person, {}, today), microsoft_member(rng, person, today)
    account.created = member.created = today - timedelta(days=2)
    account.last_login = member.last_sign_in = today - timedelta(days=1)
    account.recovery_email = account.recovery_phone = None
    account.security.sku = STARTER
    organisation.people.append(person)
    organisation.google.accounts.append(account)
    organisation.microsoft.accounts.append(member)
    organisation.microsoft.groups[_FIELD_IN_MICROSOFT].members.append(member.id)
    group = next(each for each in organisation.google.catalogue.groups if each.address == _FIELD_IN_GOOGLE)
    add_accounts(group, [account])
    organisation.changes.joined.append(person.address)
    return account, member


def leave(scene: Scene) -> None:
    """Suspend the account of somebody who has played no part but a lapse, and disable the other one."""
    organisation = scene.organisation
    account, member = next(
        (account, member)
        for account in organisation.google.accounts
        for member in organisation.microsoft.accounts
        if account.address == member.address and _may_leave(organisation, account, member)
    )
    account.suspended, member.enabled = True, False
    for cloud, key in ((GOOGLE, account.id), (MICROSOFT, member.id)):
        for planted in [each for each in organisation.problems if (each.cloud, each.object_id) == (cloud, key)]:
            organisation.problems.remove(planted)
    if not account.enrolled_in_2sv:
        scene.decoy("suspended-not-enrolled", GOOGLE, account.address, account.id, account.display_name)
    if not member.mfa_registered:
        scene.decoy("disabled-not-registered", MICROSOFT, member.address, member.id, member.display_name)
    organisation.changes.left.append(account.address)


def marry(scene: Scene, job: str) -> None:
    """Give the first person with ``job`` another family name, hence another address; the old one stays an alias."""
    organisation = scene.organisation
    person = next(each for each in organisation.people if each.job == job)
    before, taken = person.address, {each.address for each in organisation.people}
    names = [name for name in FAMILY_NAMES if _address(person.given_name, name) not in taken]
    person.family_name = scene.rng.choice(names)
    _readdress(organisation, before, _address(person.given_name, person.family_name))
    account, member = scene.google_account(job), scene.microsoft_account(job)
    account.display_name = member.display_name = person.display_name
    account.aliases.append(before)
    organisation.changes.renamed.append((before, person.address))


def _newcomer(scene: Scene) -> Person:
    """Return a canvasser whose address nobody has or ever had."""
    google = scene.organisation.google
    taken = {key for account in google.accounts for key in (account.address, *account.aliases)}
    while True:
        given, family = scene.rng.choice(GIVEN_NAMES), scene.rng.choice(FAMILY_NAMES)
        if (address := _address(given, family)) not in taken:
            return Person(given, family, "Canvasser", "volunteer", "/Field", address)


def _may_leave(organisation: Organisation, account: GoogleAccount, member: MicrosoftAccount) -> bool:
    powerful = account.is_super_admin or account.role_ids or account.group_role_ids
    powerful = powerful or member.role_template_ids or member.eligible_role_template_ids
    if powerful or account.suspended or not account.has_gmail or not member.enabled or member.mailbox is None:
        return False
    tenant = organisation.microsoft
    owners = [key for group in tenant.groups for key in group.owners]
    owners += [key for application in tenant.entra.applications for key in application.owners]
    owners += [key for service in tenant.entra.service_principals for key in service.owners]
    if member.id in owners:
        return False
    person = next(each for each in organisation.people if each.address == account.address)
    theirs = {each.kind for each in organisation.problems if each.address == account.address}
    return person.tier == "volunteer" and theirs <= _ENDS_WITH_THE_ACCOUNT


def _address(given: str, family: str) -> str:
    return f"{local_part(f'{given} {family}')}@{DOMAIN}"


def _readdress(organisation: Organisation, before: str, now: str) -> None:
    """Write the new address wherever the old one stands."""
    pattern = re.compile(rf"(?<![\w.+-]){re.escape(before)}(?![\w-])")
    _rewritten(organisation, before, lambda text: pattern.sub(now, text))


def _rewritten(value: Any, sought: str, rewrite: Callable[[str], str]) -> Any:  # noqa: ANN401 - records and wire JSON
    """Return ``value`` with its texts rewritten; records change in place, whatever else must change is made anew."""
    if isinstance(value, str):
        return rewrite(value) if sought in value else value
    if isinstance(value, list | tuple):
        made = type(value)(_rewritten(each, sought, rewrite) for each in value)
        return made if any(new is not old for new, old in zip(made, value, strict=True)) else value
    if isinstance(value, dict):
        rewritten = {key: _rewritten(each, sought, rewrite) for key, each in value.items()}
        return rewritten if any(rewritten[key] is not value[key] for key in value) else value
    if is_dataclass(value) and not isinstance(value, DnsRecord):
        for each in fields(value):
            setattr(value, each.name, _rewritten(getattr(value, each.name), sought, rewrite))
    return value
