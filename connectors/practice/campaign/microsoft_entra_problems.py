"""What goes wrong in the Entra tenant with roles, applications, settings and Conditional Access."""

from __future__ import annotations

from datetime import timedelta

from connectors.practice.campaign.microsoft_entra import consent, moment, rights, secret
from connectors.practice.campaign.microsoft_mail_problems import LARGE
from connectors.practice.campaign.microsoft_policies import (
    EXCHANGE_ADMINISTRATOR,
    GLOBAL_ADMINISTRATOR,
    USER_ADMINISTRATOR,
    policy,
)
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.campaign.vendor_ids import guid
from connectors.practice.entra_organisation import Application, ServicePrincipal
from connectors.practice.organisation import MicrosoftAccount, MicrosoftGroup

PRIVILEGED_ROLE_ADMINISTRATOR = "e8611ab8-c189-46e8-94e1-60213ab1f814"


def is_member(account: MicrosoftAccount) -> bool:
    """Return whether this is a person of the organisation without any role."""
    held = account.role_template_ids or account.eligible_role_template_ids
    return account.enabled and not account.guest and account.mfa_registered and not held


def unremarkable(scene: Scene) -> list[MicrosoftAccount]:
    """Return the members about whose accounts nothing has been written down so far."""
    known = {planted.object_id for planted in (*scene.organisation.problems, *scene.organisation.decoys)}
    excepted = {key for group in scene.organisation.microsoft.groups[:2] for key in group.members}
    return [
        account
        for account in scene.organisation.microsoft.accounts
        if is_member(account) and account.id not in known | excepted
    ]


def guest_admin(scene: Scene, guest: MicrosoftAccount) -> None:
    """Make a guest an administrator; the passkey does not help, because another organisation rules the account."""
    guest.role_template_ids, guest.methods = [USER_ADMINISTRATOR], ["passKeyDeviceBound"]
    scene.problem("guest-admin", MICROSOFT, guest.address, guest.id, guest.display_name)


def admin_synchronised(scene: Scene, account: MicrosoftAccount) -> None:
    """Let the organisation's old directory server rule an administrator."""
    account.synchronised = True
    scene.problem("admin-synchronised", MICROSOFT, account.address, account.id, account.display_name)


def eligible_admin_weak(scene: Scene, account: MicrosoftAccount) -> None:
    """Let somebody with nothing but a telephone become an administrator at will."""
    account.methods, account.eligible_role_template_ids = ["mobilePhone"], [GLOBAL_ADMINISTRATOR]
    scene.problem("eligible-admin-weak", MICROSOFT, account.address, account.id, account.display_name)


def pending_guest(scene: Scene, guest: MicrosoftAccount) -> None:
    """Leave an invitation open for months."""
    guest.pending, guest.last_sign_in = True, None
    guest.created = scene.organisation.today - timedelta(days=scene.rng.randrange(60, 250))
    scene.problem("pending-guest", MICROSOFT, guest.address, guest.id, guest.display_name)


def add_service(scene: Scene, name: str, *, home: str | None = None, publisher: str | None = None) -> ServicePrincipal:
    """Let another organisation's application in, or one of ``home``."""
    rng, today = scene.rng, scene.organisation.today
    created = moment(today, rng.randrange(30, 300))
    added = ServicePrincipal(guid(rng), guid(rng), name, home or guid(rng), created, publisher)
    scene.organisation.microsoft.entra.service_principals.append(added)
    return added


def _app_admin(scene: Scene) -> None:
    added = add_service(scene, "Directory backup")
    added.role_template_ids.append(PRIVILEGED_ROLE_ADMINISTRATOR)
    scene.problem("app-admin", MICROSOFT, "", added.id, added.name)


def _risky_app_everyone(scene: Scene) -> None:
    entra = scene.organisation.microsoft.entra
    added = add_service(scene, "Mail merge")
    scope = "Mail.ReadWrite Mail.Send Files.ReadWrite.All offline_access"
    entra.consents.append(consent(scene.rng, added, entra.service_principals[0], scope, None))
    scene.problem("risky-app-everyone", MICROSOFT, "", added.id, added.name)


def _risky_app_permission(scene: Scene) -> None:
    added = add_service(scene, "Newsletter importer")
    added.granted.append((scene.organisation.microsoft.entra.service_principals[0].id, "Mail.ReadWrite"))
    scene.problem("risky-app-permission", MICROSOFT, "", added.id, added.name)


def _app_secret_old(scene: Scene) -> None:
    rng, today, microsoft = scene.rng, scene.organisation.today, scene.organisation.microsoft
    made = rng.randrange(800, 1100)
    registered = Application(guid(rng), guid(rng), "Donation form", moment(today, made))
    registered.passwords.append(secret(rng, "do not touch", today, made=made, ends=3000))
    microsoft.entra.applications.append(registered)
    scene.problem("app-secret-old", MICROSOFT, "", registered.id, registered.name)


def _settings(scene: Scene) -> None:
    tenant = scene.organisation.microsoft
    legacy = rights(["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"])
    tenant.entra.authorization["defaultUserRolePermissions"] = legacy
    scene.problem("user-consent-open", MICROSOFT, "", tenant.tenant_id, "people allow applications anything")
    tenant.entra.methods["Sms"] = "enabled"
    scene.problem("setting-telephone-factors", MICROSOFT, "", tenant.tenant_id, "text messages count as a factor")


def _public_group(scene: Scene) -> None:
    tenant = scene.organisation.microsoft
    owner = scene.microsoft_account("Volunteer coordinator")
    added = MicrosoftGroup(
        guid(scene.rng), "Donor outreach", [owner.id], f"donor-outreach@{DOMAIN}", "Public", owners=[owner.id]
    )
    tenant.groups.append(added)
    scene.problem("public-group", MICROSOFT, "", added.id, added.name)


def _conditional_access(scene: Scene) -> None:
    tenant, today = scene.organisation.microsoft, scene.organisation.today
    # It leaves out whom the policy for everyone leaves out: otherwise it would protect them wherever a thief can be.
    left_out = tenant.conditional_access[0]["conditions"]["users"]["excludeGroups"]  # type: ignore[index]
    narrowed = policy(
        scene.rng,
        "MFA outside the office",
        today - timedelta(days=200),
        users={"includeUsers": ["All"], "excludeGroups": left_out},
        grant={"builtInControls": ["mfa"]},
        conditions={"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}},
    )
    tenant.conditional_access.append(narrowed)
    scene.problem("ca-narrowed", MICROSOFT, "", str(narrowed["id"]), str(narrowed["displayName"]))
    trial = next(row for row in tenant.conditional_access if row["state"] == "enabledForReportingButNotEnforced")
    scene.problem("ca-report-only", MICROSOFT, "", str(trial["id"]), str(trial["displayName"]))


def _sites_with_anonymous_links(scene: Scene) -> None:
    for site in scene.organisation.microsoft.sites:
        permissions = (each for drive in site.drives for item in drive.items for each in item.permissions)
        links = (permission.get("link") for permission in permissions)
        if any(isinstance(link, dict) and link.get("scope") == "anonymous" for link in links):
            scene.problem("anonymous-links-site", MICROSOFT, "", site.id, site.name)


def plant_entra_problems(scene: Scene) -> None:
    """Put these problems into the tenant; the rarer ones from ``LARGE`` accounts on."""
    tenant = scene.organisation.microsoft
    guest_admin(scene, scene.microsoft_account("Pollster"))
    admin_synchronised(scene, scene.microsoft_account("Data director"))
    _app_admin(scene)
    _risky_app_everyone(scene)
    _app_secret_old(scene)
    _settings(scene)
    _public_group(scene)
    _conditional_access(scene)
    _sites_with_anonymous_links(scene)
    if len(tenant.accounts) < LARGE:
        return
    eligible_admin_weak(scene, scene.rng.choice(unremarkable(scene)))
    _risky_app_permission(scene)
    guests = [account for account in tenant.accounts if account.guest]
    for guest in guests[3:-1]:  # the first three and the last play other parts
        if not guest.mfa_registered:
            pending_guest(scene, guest)
            break


def eligible_with_key(scene: Scene, account: MicrosoftAccount) -> None:
    """Let somebody with a passkey become an administrator at will, which is as it should be."""
    account.methods, account.eligible_role_template_ids = ["passKeyDeviceBound"], [EXCHANGE_ADMINISTRATOR]
    scene.decoy("eligible-admin-strong", MICROSOFT, account.address, account.id, account.display_name)
