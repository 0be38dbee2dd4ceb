"""Material for mails: the sample report a week after another one, with what its policies say about effort."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from changed_sample import changed

from auditor.mails import Material, Week
from auditor.models import Effort, Expiry, Health, MessageKind, Report, Slot, SlotState

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
"""Half an hour after the audit of the sample."""
READER = "campaign.manager@rivera-campaign.example"

_EFFORTS = {
    "mail.rule.no-external-forwarding": ("person", 30, "Go through the mailbox together"),
    "account.mfa.registered": ("person", 10, "Set up a second factor"),
    "item.not-public": ("person", 5, "Close the link for anyone"),
    "account.mfa.administrators-resist-phishing": ("person", 15, "Replace text messages by a security key"),
    "mail.transport.no-external-copy": ("administrator", 30, "Go through the organisation's mail rules"),
    "settings.mfa.enforced": ("administrator", 15, "Demand a second factor from every unit"),
}
_CALLS = {"mail.rule.no-external-forwarding", "mail.transport.no-external-copy"}


def with_efforts(report: Report) -> Report:
    """Return the report as evaluation makes it: every result says why its policy is there and what mending costs."""
    results = []
    for result in report.results:
        effort = _EFFORTS.get(result.policy)
        calls = "call" if result.policy in _CALLS else None
        results.append(
            result.model_copy(
                update={
                    "why": "A password alone is stolen in minutes.",
                    "effort": effort
                    and Effort.model_validate(dict(zip(("who", "minutes", "ask"), effort, strict=True))),
                    "urgent": calls,
                    "findings": tuple(each.model_copy(update={"urgent": calls}) for each in result.findings),
                }
            )
        )
    return report.model_copy(update={"results": tuple(results)})


def health() -> Health:
    """Return an auditor about whose credentials somebody looked, and found something."""
    last = Slot(
        job="prune", due=NOW - timedelta(days=1), state=SlotState.FAILED, attempts=3, holder="x", claimed=NOW,
        note="the disk is full",
    )  # fmt: skip
    return Health(
        checked=NOW - timedelta(hours=20),
        runs=(last,),
        expiring=(Expiry(what="the certificate of the tenant microsoft", ends=NOW + timedelta(days=12)),),
        drift=("microsoft: app grants may not be read any more. Entra admin center > Grant admin consent",),
    )


def trend() -> tuple[Week, ...]:
    """Return twelve weeks, one of them without an audit."""
    numbers = [31, 30, 30, 26, None, 24, 24, 19, 18, 14, 15, 12]
    return tuple(
        Week(2026, 37 + place, number, None if number is None else number // 2) for place, number in enumerate(numbers)
    )


def material(kind: str = "principal", **changes: Any) -> Material:  # noqa: ANN401 - whatever a mail is made of
    """Return what the twelfth mail of a kind is made of."""
    report = with_efforts(changes.pop("report", None) or changed())
    given = {
        "kind": MessageKind(kind),
        "report": report,
        "changes": report.changes,
        "sequence": 12,
        "due": NOW - timedelta(minutes=20),
        "now": NOW,
        "next_due": NOW + timedelta(days=7),
        "zone": ZoneInfo("Europe/Berlin"),
        "recipients": (READER,),
        "health": health(),
        "weeks": trend(),
    }
    return Material(**{**given, **changes})
