"""What a week does by itself: people go on signing in, and the log forgets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from connectors.practice.campaign.google_log import add_activity, authorisation, settle_log
from connectors.practice.campaign.vendor_ids import stream
from connectors.practice.organisation import Organisation

WEEK = timedelta(days=7)
_IN_USE = timedelta(days=61)  # who has signed in within this time keeps doing so, who has not never does again
_KEPT = timedelta(days=180)  # how long Google keeps its log
_LOGGED = frozenset({"mfa-disabled-event", "forwarding-event", "delegation-event"})


def pass_a_week(organisation: Organisation) -> None:
    """Move to the next week; whoever signs in at all has done so as long ago as the week before.

    Without this, the time since the last sign-in alone would turn everybody into a finding some day. What was stale
    stays so, and dates of creation stay what they are. Likewise an application that somebody still uses is let in anew
    before the log forgets who did, and a role that was given for a time is prolonged. A problem that the log alone
    knows ends when it is forgotten.
    """
    for account in organisation.google.accounts:
        if not account.suspended:
            account.last_login = _later(account.last_login, organisation.today)
    for member in organisation.microsoft.accounts:
        if member.enabled:
            member.last_sign_in = _later(member.last_sign_in, organisation.today)
    ends = organisation.microsoft.entra.role_ends
    for key, end in ends.items():
        ends[key] = f"{datetime.fromisoformat(end) + WEEK:%Y-%m-%dT%H:%M:%S}Z"
    organisation.today += WEEK
    organisation.week += 1
    _renew(organisation)
    _forget(organisation)


def _later(signed_in: datetime | None, today: datetime) -> datetime | None:
    return signed_in + WEEK if signed_in is not None and today - signed_in < _IN_USE else signed_in


def _renew(organisation: Organisation) -> None:
    tenant, today = organisation.google, organisation.today
    rng = stream(organisation.seed, f"log of week {organisation.week}")
    recent = [each for each in tenant.catalogue.activities if _when(each) > today - _KEPT + WEEK]
    known = {each for activity in recent for each in _let_in(activity)}
    for account in tenant.accounts:
        for token in account.security.tokens:
            if not account.suspended and (account.id, token["clientId"]) not in known:
                add_activity(rng, tenant, today - timedelta(days=3), account, "token", authorisation(token))
    settle_log(tenant)


def _forget(organisation: Organisation) -> None:
    oldest = organisation.today - _KEPT
    forgotten = [each["id"] for each in organisation.google.catalogue.activities if _when(each) < oldest]
    gone = {each["uniqueQualifier"] for each in forgotten if isinstance(each, dict)}
    organisation.problems = [
        each for each in organisation.problems if each.kind not in _LOGGED or each.object_id not in gone
    ]


def _when(activity: Any) -> datetime:  # noqa: ANN401 - wire JSON
    return datetime.fromisoformat(activity["id"]["time"])


def _let_in(activity: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - wire JSON
    """Return account and application of an entry of the ``token`` log."""
    parameters = [each for event in activity["events"] for each in event.get("parameters", ())]
    return [(activity["actor"]["profileId"], each["value"]) for each in parameters if each["name"] == "client_id"]
