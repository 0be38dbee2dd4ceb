"""Teams: with whom it talks, and who gets into meetings. An undocumented interface, known from other tools.

It takes the application permission ``application_access`` and an Entra role such as Global Reader, and answers with a
bare list, or with an object that leads to the next page. What it holds is not in Graph.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, MeetingPolicy, Read
from auditor.facts.meeting_policy import PastLobby
from auditor.facts.microsoft_settings import Federation
from auditor.models import Failure, Target
from connectors.door import Answer, Door, malformed
from connectors.microsoft_365.reads import TEAMS, TEAMS_SCOPE
from connectors.microsoft_365.refusals import EXCHANGE_ROLE_REMEDY, TEAMS_ACCESS
from connectors.microsoft_365.settings import Part
from connectors.microsoft_365.sign_in import Tokens
from connectors.microsoft_365.values import Wire, boolean, table, tables, text, word

_FOLDER = f"https://{TEAMS}/Skype.Policy/configurations/"
_TARGET = Target("meeting_policies", "the meeting policies of Teams")
_KIND = "meeting_policy"
_MOST_PAGES = 1000
_LOBBY: dict[str, PastLobby] = {
    "Everyone": "anyone",
    "EveryoneInSameAndFederatedCompany": "organisation_and_partners",
    "EveryoneInCompany": "organisation",
    "EveryoneInCompanyExcludingGuests": "members",
    "InvitedUsers": "invited",
    "OrganizerOnly": "organisers",
}


_PRESENTERS: dict[str, bool] = {
    "EveryoneUserOverride": True,
    "EveryoneInCompanyUserOverride": False,
    "EveryoneInSameAndFederatedCompanyUserOverride": False,
    "OrganizerOnlyUserOverride": False,
}
_CHAT: dict[str, bool] = {"Enabled": True, "EnabledExceptAnonymous": False, "Disabled": False}
_STORES = ("AllowBox", "AllowDropBox", "AllowEgnyte", "AllowGoogleDrive", "AllowShareFile")


class Teams:
    """Reads Teams' configurations of one tenant. Safe to use from many threads."""

    def __init__(self, door: Door, tokens: Tokens) -> None:
        """Take the door and the identity."""
        self._door = door
        self._tokens = tokens

    def configurations(self, kind: str) -> list[Wire]:
        """Return all configurations of one kind. Raises ``ReadError``."""
        url, rows = _FOLDER + kind, list[Wire]()
        for _ in range(_MOST_PAGES):
            answer = self._door.send(
                "GET", url, headers={"accept": "application/json"}, bearer=self._tokens.bearer(TEAMS_SCOPE)
            )
            entries, link = page(answer)
            rows += entries
            if link is None:
                return rows
            url = self._door.follow(link, TEAMS)
        raise malformed("a listing of Teams without an end")


def parts(teams: Teams | None) -> tuple[Part, ...]:
    """Return what is read of Teams for the settings of the tenant; without an opt-in each part says so."""

    def only(kind: str) -> Wire:
        if teams is None:
            raise not_opted_in()
        rows = teams.configurations(kind)
        if len(rows) != 1:
            raise malformed(f"{len(rows)} configurations of Teams where there is always one")
        return rows[0]

    return (
        Part(
            ("teams_federation", "teams_consumers_may_write", "teams_trial_tenants"),
            lambda: parse_federation(only("TenantFederationSettings")),
        ),
        Part(
            ("teams_mail_into_channels", "teams_foreign_storage"),
            lambda: parse_client(only("TeamsClientConfiguration")),
        ),
    )


def parse_federation(wire: Wire) -> dict[str, Any]:
    """Return with whom Teams talks: with all domains, or with those that are listed."""
    trial: dict[str, bool] = {"Blocked": False, "Allowed": True}
    on, allowed = boolean(wire.get("AllowFederatedUsers")), wire.get("AllowedDomains", UNSET)
    federation: Read[Federation] = "nobody" if on is False else UNSET
    if on is True and isinstance(allowed, dict):
        listed: Read[Federation] = "listed" if isinstance(allowed.get("AllowedDomain"), list) else UNSET
        federation = "anyone" if "AllowAllKnownDomains" in allowed else listed
    inbound = boolean(wire.get("AllowTeamsConsumerInbound"))
    return {
        "teams_federation": federation,
        "teams_consumers_may_write": False if boolean(wire.get("AllowTeamsConsumer")) is False else inbound,
        "teams_trial_tenants": trial.get(str(wire.get("ExternalAccessWithTrialTenants")), UNSET),
    }


def parse_client(wire: Wire) -> dict[str, Any]:
    """Return whether channels take mail, and which other vendors' stores of files people may use."""
    stores = {name.removeprefix("Allow"): boolean(wire.get(name)) for name in _STORES}
    allowed = tuple(sorted(name for name, on in stores.items() if on))
    return {
        "teams_mail_into_channels": boolean(wire.get("AllowEmailIntoChannel")),
        "teams_foreign_storage": UNSET if UNSET in stores.values() else allowed,
    }


@dataclass(frozen=True, slots=True)
class MeetingPoliciesCollector:
    """Reads every meeting policy; without an opt-in it says that it may not."""

    teams: Teams | None
    tenant: str

    name = "meeting_policies"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[MeetingPolicy | Failure]:
        """Yield the policies. Raises ``ReadError`` if they cannot be had."""
        del targets  # there is only one
        if self.teams is None:
            raise not_opted_in()
        for row in self.teams.configurations("TeamsMeetingPolicy"):
            try:
                yield parse_meeting_policy(row, self.tenant)
            except ReadError as error:
                yield Failure(_TARGET, error, _KIND)


def parse_meeting_policy(wire: Wire, tenant: str) -> MeetingPolicy:
    """Return the policy that a row describes. Raises ``ReadError`` for one without a name."""
    name = text(wire.get("Identity"))
    if name is UNSET:
        raise malformed("a meeting policy without a name")
    return MeetingPolicy(
        tenant=tenant,
        key=name,
        label=name.removeprefix("Tag:"),
        strangers_may_join=boolean(wire.get("AllowAnonymousUsersToJoinMeeting")),
        strangers_may_start=boolean(wire.get("AllowAnonymousUsersToStartMeeting")),
        past_lobby=word(wire.get("AutoAdmittedUsers"), _LOBBY),
        callers_past_lobby=boolean(wire.get("AllowPSTNUsersToBypassLobby")),
        strangers_may_take_control=boolean(wire.get("AllowExternalParticipantGiveRequestControl")),
        recording=boolean(wire.get("AllowCloudRecording")),
        everybody_presents=_PRESENTERS.get(str(wire.get("DesignatedPresenterRoleMode")), UNSET),
        strangers_may_chat=_CHAT.get(str(wire.get("MeetingChatEnabledType")), UNSET),
    )


def not_opted_in() -> ReadError:
    """Return the error for a tenant whose configuration does not allow Teams to be read."""
    remedy = f"Set `teams: true` for this tenant in the configuration. {TEAMS_ACCESS.remedy} {EXCHANGE_ROLE_REMEDY}"
    return ReadError(GapReason.DENIED, "The configuration does not allow Teams to be looked at.", remedy)


def page(answer: Answer) -> tuple[list[Wire], str | None]:
    """Return the entries of an answer and the link to the next page. Raises ``ReadError``."""
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        remedy = f"{TEAMS_ACCESS.remedy} {EXCHANGE_ROLE_REMEDY}"
        raise ReadError(GapReason.DENIED, "Teams does not let the app in.", remedy)
    if answer.status != HTTPStatus.OK:
        raise malformed(f"an unexpected answer from Teams (HTTP {answer.status})")
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        value = None
    link = table(value).get("@nextLink")
    entries = value if isinstance(value, list) else table(value).get("value")
    if not isinstance(entries, list) or len(list(tables(entries))) != len(entries) or not isinstance(link, str | None):
        raise malformed("a listing of Teams that is no list")
    return entries, link
