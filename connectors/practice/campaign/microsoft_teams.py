"""The campaign's Teams: meetings, people outside, clients; as its configuration API shows them."""

from __future__ import annotations

from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.organisation import Json

PRESS_CALLS, TOWN_HALL = "Tag:Press calls", "Tag:Town hall"


def teams_configurations() -> dict[str, list[Json]]:
    """Return configurations by type: nobody unknown gets in by any of them."""
    federation: Json = {
        "Identity": "Global",
        "AllowFederatedUsers": True,
        "AllowedDomains": {"AllowedDomain": [{"Domain": "county-party.example"}]},
        "BlockedDomains": [],
        "AllowTeamsConsumer": False,
        "AllowTeamsConsumerInbound": False,
        "AllowPublicUsers": False,
        "ExternalAccessWithTrialTenants": "Blocked",
    }
    client: Json = {
        "Identity": "Global",
        "AllowEmailIntoChannel": False,
        **dict.fromkeys(("AllowDropBox", "AllowBox", "AllowGoogleDrive", "AllowShareFile", "AllowEgnyte"), False),
        "AllowGuestUser": True,
    }
    outside: Json = {
        "Identity": "Global",
        "EnableFederationAccess": True,
        "EnableTeamsConsumerAccess": False,
        "EnableTeamsConsumerInbound": False,
        "EnablePublicCloudAccess": False,
    }
    return {
        "TeamsMeetingPolicy": [
            meeting_policy("Global"),
            meeting_policy("Tag:Volunteers"),
            meeting_policy(PRESS_CALLS),
            meeting_policy(TOWN_HALL),
        ],
        "TenantFederationSettings": [federation],
        "ExternalAccessPolicy": [outside],
        "TeamsClientConfiguration": [client],
        "TeamsAppPermissionPolicy": [{"Identity": "Global", "GlobalCatalogAppsType": "AllowedAppList"}],
    }


def meeting_policy(identity: str) -> Json:
    """Return a meeting policy: strangers wait in the lobby and neither start nor steer a meeting."""
    return {
        "Identity": identity,
        "AllowAnonymousUsersToJoinMeeting": True,
        "AllowAnonymousUsersToStartMeeting": False,
        "AutoAdmittedUsers": "EveryoneInCompanyExcludingGuests",
        "AllowPSTNUsersToBypassLobby": False,
        "AllowExternalParticipantGiveRequestControl": False,
        "DesignatedPresenterRoleMode": "OrganizerOnlyUserOverride",
        "MeetingChatEnabledType": "EnabledExceptAnonymous",
        "AllowCloudRecording": False,
        "AllowExternalNonTrustedMeetingChat": False,
    }


def plant_teams(scene: Scene) -> None:
    """Open Teams to any organisation, and two meeting policies, not the global one, to anybody; others are decoys."""
    tenant = scene.organisation.microsoft
    federation = tenant.teams["TenantFederationSettings"][0]
    federation |= {"AllowedDomains": {"AllowAllKnownDomains": {}}, "AllowTeamsConsumer": True}
    federation["AllowTeamsConsumerInbound"] = True
    scene.problem("teams-anyone-federation", MICROSOFT, "", tenant.tenant_id, "anybody may write to anybody")
    for policy in tenant.teams["TeamsMeetingPolicy"]:
        identity = str(policy["Identity"])
        if identity == PRESS_CALLS:
            policy["AutoAdmittedUsers"] = "Everyone"
            scene.problem("teams-meeting-open", MICROSOFT, "", identity, "no lobby")
        elif identity == TOWN_HALL:
            policy["AllowPSTNUsersToBypassLobby"] = policy["AllowExternalParticipantGiveRequestControl"] = True
            policy["DesignatedPresenterRoleMode"] = "EveryoneUserOverride"
            for kind in ("teams-meeting-callers", "teams-meeting-control", "teams-meeting-presenters"):
                scene.problem(kind, MICROSOFT, "", identity, "strangers call in, present and take control")
        elif identity != "Global":
            scene.decoy("teams-meeting-lobby", MICROSOFT, "", identity, "strangers wait in the lobby")
