"""What looks like a problem with roles, applications, settings and Conditional Access, and is none."""

from __future__ import annotations

from datetime import timedelta

from connectors.practice.campaign.microsoft_entra import HELP_DESK, PRIVATE_GROUP, certificate, consent, secret
from connectors.practice.campaign.microsoft_entra_problems import add_service, eligible_with_key, unremarkable
from connectors.practice.campaign.microsoft_policies import policy
from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.organisation import Json, MicrosoftAccount

SHAREPOINT = "00000003-0000-0ff1-ce00-000000000000"  # appId of SharePoint in every tenant


def plant_entra_decoys(scene: Scene) -> None:
    """Put one decoy of every kind into the tenant."""
    for play in (eligible_with_key, _synchronised_member, _member_of_the_help_desk, _per_user_mfa):
        play(scene, scene.rng.choice(unremarkable(scene)))
    _applications(scene)
    _groups(scene)
    _conditional_access(scene)


def _synchronised_member(scene: Scene, account: MicrosoftAccount) -> None:
    account.synchronised = True
    scene.decoy("synchronised-member", MICROSOFT, account.address, account.id, account.display_name)


def _member_of_the_help_desk(scene: Scene, account: MicrosoftAccount) -> None:
    account.methods = ["passKeyDeviceBound", "microsoftAuthenticatorPush"]
    group = next(group for group in scene.organisation.microsoft.groups if group.name == HELP_DESK)
    group.members.append(account.id)
    scene.decoy("role-through-group", MICROSOFT, account.address, account.id, f"{account.display_name} by {HELP_DESK}")


def _per_user_mfa(scene: Scene, account: MicrosoftAccount) -> None:
    account.per_user_mfa = "enforced"
    scene.decoy("per-user-mfa", MICROSOFT, account.address, account.id, account.display_name)


def _applications(scene: Scene) -> None:
    rng, today, entra = scene.rng, scene.organisation.today, scene.organisation.microsoft.entra
    graph, own, registered = entra.service_principals[0], entra.service_principals[1], entra.applications[0]
    registered.passwords = [
        secret(rng, "first", today, made=900, ends=-170),
        secret(rng, "current", today, made=40, ends=140),
    ]
    registered.keys = [certificate(rng, "map", today, made=300, ends=400)]
    scene.decoy("expired-secret", MICROSOFT, "", registered.id, f"old secret of {registered.name} has ended")
    entra.consents.append(consent(rng, own, graph, "User.Read openid profile", None))
    scene.decoy("low-risk-everyone", MICROSOFT, "", own.id, f"{own.name} reads who somebody is")
    reports = add_service(scene, "Licence counter", publisher="Counting House")
    reports.granted.append((graph.id, "Reports.Read.All"))
    scene.decoy("low-risk-permission", MICROSOFT, "", reports.id, reports.name)
    calendar = add_service(scene, "Meeting planner", publisher="Counting House")
    entra.consents.append(
        consent(rng, calendar, graph, "User.Read offline_access", scene.microsoft_account("Scheduler").id)
    )
    scene.decoy("low-risk-person", MICROSOFT, "", calendar.id, calendar.name)


def _groups(scene: Scene) -> None:
    private = next(group for group in scene.organisation.microsoft.groups if group.name == PRIVATE_GROUP)
    leads = [each.id for each in scene.organisation.microsoft.accounts if each.job == "Field organiser"]
    private.members, private.owners = leads, leads[:1]
    scene.decoy("private-group", MICROSOFT, "", private.id, private.name)


def _conditional_access(scene: Scene) -> None:
    """Add policies that ask nobody for a second factor, whatever their names say."""
    tenant, rng, today = scene.organisation.microsoft, scene.rng, scene.organisation.today
    everybody: Json = {"includeUsers": ["All"]}
    finance = next(group.id for group in tenant.groups if group.name == "Finance")
    off = policy(
        rng,
        "MFA on telephones",
        today - timedelta(days=400),
        users=everybody,
        grant={"builtInControls": ["mfa"]},
        state="disabled",
        conditions={"platforms": {"includePlatforms": ["android", "iOS"], "excludePlatforms": []}},
    )
    session = policy(rng, "Sign in again every week", today - timedelta(days=150), users=everybody, grant=None)
    session["sessionControls"] = {
        "signInFrequency": {"isEnabled": True, "type": "days", "value": 7, "authenticationType": None},
        "disableResilienceDefaults": None,
    }
    codes = policy(
        rng,
        "Block device codes",
        today - timedelta(days=150),
        users=everybody,
        grant={"builtInControls": ["block"]},
        conditions={"authenticationFlows": {"transferMethods": "deviceCodeFlow"}},
    )
    devices = policy(
        rng,
        "Finance files on managed devices",
        today - timedelta(days=60),
        users={"includeGroups": [finance]},
        grant={"operator": "OR", "builtInControls": ["compliantDevice", "domainJoinedDevice"]},
        conditions={"applications": {"includeApplications": [SHAREPOINT], "excludeApplications": []}},
    )
    for kind, row in (("ca-off", off), ("ca-session", session), ("ca-block", codes), ("ca-devices", devices)):
        tenant.conditional_access.append(row)
        scene.decoy(kind, MICROSOFT, "", str(row["id"]), str(row["displayName"]))
