"""What happens in the campaign from one week to the next: each function does one thing, and keeps the truth true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from connectors.practice.campaign import google_problems as google
from connectors.practice.campaign import microsoft_mail_problems as mail
from connectors.practice.campaign import microsoft_problems as microsoft
from connectors.practice.campaign.coming_and_going import join
from connectors.practice.campaign.google_log import add_activity, authorisation, settle_log
from connectors.practice.campaign.google_policies import is_enforced
from connectors.practice.campaign.google_security import IDENTITY, SCOPE, add_token, is_administrator
from connectors.practice.campaign.repairs import can_be_mended, mend
from connectors.practice.campaign.scene import GOOGLE, Scene
from connectors.practice.campaign.vendor_ids import stream
from connectors.practice.organisation import Json, MicrosoftAccount
from connectors.practice.planted import Planted

_FINANCE = ("Finance director", "Finance assistant", "Treasurer")
_NEAR_THE_MANAGER = ("Volunteer coordinator", "Scheduler", "Policy adviser")
_ENFORCEMENT = "settings/security.two_step_verification_enforcement"
_HIDES_INVOICES = 2  # the variant of a hiding rule that moves mail about invoices away
_PUT_OFF = timedelta(days=120)  # since week 0


def an_administrator_enrols(scene: Scene) -> None:
    """Let the administrator who had no second factor enrol, with two keys."""
    addresses = {each.address for each in scene.organisation.problems if each.kind == "admin-not-enrolled"}
    # Where another provider signs somebody in, Google could not tell that it helped.
    kinds = {"not-enrolled", "admin-not-enrolled", "admin-without-key", "admin-single-sign-on"}
    _mend(scene, lambda each: each.cloud == GOOGLE and each.kind in kinds and each.address in addresses)


def a_link_is_closed(scene: Scene) -> None:
    """Close the link to the donors' pledges in the library of the finance team."""
    _mend(scene, lambda each: each.kind == "public-link" and each.address == "")


def a_guest_accepts(scene: Scene) -> None:
    """Let the guest who was invited shortly before week 0 accept; a month later it would be a finding."""
    organisation = scene.organisation
    for decoy in (each for each in organisation.decoys if each.kind == "decoy-pending-guest"):
        guest = next(each for each in organisation.microsoft.accounts if each.id == decoy.object_id)
        guest.pending, guest.last_sign_in = False, organisation.today - timedelta(days=2)
        decoy.kind = "decoy-guest-not-registered"


def an_intruder_comes(scene: Scene) -> None:
    """Forward a mailbox of the finance team outside, hide mail about invoices, and warnings in the other cloud."""
    account = _forward_from_finance(scene)
    microsoft.hiding_rule(scene, account, _HIDES_INVOICES)
    google.hiding_filter(
        scene, next(each for each in scene.organisation.google.accounts if each.address == account.address)
    )


def the_intruder_is_back(scene: Scene) -> None:
    """Forward the same mailbox to the same address again; the password was never changed."""
    _forward_from_finance(scene)


def enforcement_is_put_off(scene: Scene) -> None:
    """Put the enforcement of 2-Step Verification among the volunteers off, before it begins by itself."""
    begins = f"{scene.organisation.began + _PUT_OFF:%Y-%m-%d}T05:30:00Z"
    for policy in _announced(scene):
        policy["setting"] = {"type": _ENFORCEMENT, "value": {"enforcedFrom": begins}}


def enforcement_begins(scene: Scene) -> None:
    """Let the volunteers' unit inherit the enforcement of everybody else."""
    organisation = scene.organisation
    announced = _announced(scene)
    organisation.google.policies = [each for each in organisation.google.policies if each not in announced]
    for account in organisation.google.accounts:
        account.enforced_in_2sv = True
    over = {"setting-2sv-not-enforced", "not-enforced"}
    organisation.problems = [each for each in organisation.problems if each.kind not in over]


def three_volunteers_join(scene: Scene) -> None:
    """Let three volunteers in, the last of them without a second factor in either cloud."""
    for _ in range(3):
        account, member = join(scene)
    google.not_enrolled(scene, account)
    microsoft.not_registered(scene, member)


def an_app_reads_mail(scene: Scene) -> None:
    """Let an application read all mail of the scheduler, who knows where the candidate is at any hour."""
    account = scene.google_account("Scheduler")
    token = add_token(scene.rng, account, "Inbox Zero Coach", [*IDENTITY, SCOPE + "gmail.modify"])
    when = scene.organisation.today - timedelta(days=2)
    add_activity(scene.rng, scene.organisation.google, when, account, "token", authorisation(token))
    settle_log(scene.organisation.google)
    scene.problem("risky-app", GOOGLE, account.address, str(token["clientId"]), "Inbox Zero Coach")


def the_principals_are_read(scene: Scene) -> None:
    """Give a stranger the candidate's mailbox as a delegate, and a colleague that of the manager."""
    google.outside_delegate(scene, scene.google_account("Candidate"))
    manager = scene.microsoft_account("Campaign manager")
    named = [row["User"] for row in mail.mailbox_of(manager).permissions]  # with leave, or with a refusal
    colleagues = map(scene.microsoft_account, _NEAR_THE_MANAGER)
    mail.mailbox_full_access(scene, manager, next(each for each in colleagues if each.address not in named))


def the_mighty_are_safe(scene: Scene) -> None:
    """Mend everything of principals and of whoever holds a role, but for what the log alone still knows."""
    organisation, microsoft_tenant = scene.organisation, scene.organisation.microsoft
    powerful = [each for each in microsoft_tenant.groups if each.role_template_ids or each.eligible_role_template_ids]
    through_groups = {key for group in powerful for key in group.members}
    mighty = {each.address for each in organisation.people if each.tier in {"principal", "administrator"}}
    mighty |= {each.address for each in organisation.google.accounts if is_administrator(each)}
    mighty |= {
        each.address
        for each in microsoft_tenant.accounts
        if each.role_template_ids or each.eligible_role_template_ids or each.id in through_groups
    }
    _mend(scene, lambda each: each.address in mighty and can_be_mended(each))


def _forward_from_finance(scene: Scene) -> MicrosoftAccount:
    """Forward a mailbox of the finance team; the same one, to the same place, each time."""
    decoys = {each.object_id for each in scene.organisation.decoys}
    everybody = [each for each in map(scene.microsoft_account, _FINANCE) if microsoft.may_forward(each)]
    plain = [each for each in everybody if mail.mailbox_of(each).exchange_guid not in decoys]
    account = (plain or everybody)[0]
    microsoft.mailbox_forwarding(Scene(scene.organisation, stream(scene.organisation.seed, "intruder")), account)
    return account


def _announced(scene: Scene) -> list[Json]:
    """Return the policies by which a unit departs from the enforcement of everybody else."""
    tenant = scene.organisation.google
    apart = [str(unit["orgUnitId"]) for unit in tenant.units if not is_enforced(str(unit["orgUnitPath"]))]
    queries = [f"orgUnits/{key.removeprefix('id:')}" for key in apart]
    found = []
    for policy in tenant.policies:
        setting, query = policy["setting"], policy["policyQuery"]
        if isinstance(setting, dict) and isinstance(query, dict) and setting["type"] == _ENFORCEMENT:
            found += [policy] if query.get("orgUnit") in queries else []
    return found


def _mend(scene: Scene, chosen: Callable[[Planted], bool]) -> None:
    for planted in filter(chosen, list(scene.organisation.problems)):
        # What is mended can take others with it.
        if any(each is planted for each in scene.organisation.problems):
            mend(scene.organisation, planted)
