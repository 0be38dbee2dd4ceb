"""What Google's refusals mean: only a 200 is an answer, everything else is a gap, or says there is nothing to read."""

from __future__ import annotations

import json
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from connectors.door import Answer, malformed
from connectors.google_workspace.scopes import Scope

_LATER = frozenset({"userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded", "sharingRateLimitExceeded"})
"""Reasons of a 403 that mean "later", not "no" (Google, "Resolve errors" of Gmail, Drive and Directory)."""


class GoneError(ReadError):
    """What was asked for is not there, or not any more; ``why`` says so."""

    def __init__(self, message: str, why: str) -> None:
        super().__init__(GapReason.MALFORMED, message, "Run again.")
        self.why = why


class NotYetError(ReadError):
    """A report of a day that Google has not begun to count."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Google's error body, as far as it decides."""

    status: int
    message: str
    reasons: frozenset[str]
    service: str = ""


def refusal(answer: Answer) -> Refusal:
    """Read an error body in any of Google's shapes; an unreadable one gives empty fields."""
    try:
        error = json.loads(answer.body)["error"]
        listed = [*error.get("errors", []), *error.get("details", [])]
        reasons = {str(entry["reason"]) for entry in listed if isinstance(entry, dict) and "reason" in entry}
        metadata = [entry.get("metadata", {}) for entry in listed if isinstance(entry, dict)]
        service = next((str(entry["service"]) for entry in metadata if "service" in entry), "")
        return Refusal(
            answer.status, str(error.get("message", "")), frozenset(reasons | {str(error.get("status"))}), service
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Refusal(answer.status, "", frozenset())


def throttled(answer: Answer) -> bool:
    """Whether Google asks us to come back later: a 429, or a 403 with one of the quota reasons."""
    if answer.status == 429:  # noqa: PLR2004 - RFC 6585
        return True
    if answer.status != 403:  # noqa: PLR2004 - RFC 9110
        return False
    told = refusal(answer)
    return bool(told.reasons & (_LATER | {"RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"}))


def nothing_there(answer: Answer) -> str | None:
    """Return why there is nothing to read, if that is what the answer says: no Gmail, or an account that is gone."""
    told = refusal(answer)
    if answer.status == 400 and "Mail service not enabled" in told.message:  # noqa: PLR2004 - Google's own choice
        return "Gmail is not switched on for this account"
    if answer.status == 404 and told.reasons & {"notFound", "NOT_FOUND"}:  # noqa: PLR2004 - a proxy's own 404 has none
        return "deleted while the audit was running"
    return None


def read_error(answer: Answer, scope: Scope) -> ReadError:
    """Return what an answer that is not a 200 means for a read that needs ``scope``."""
    told = refusal(answer)
    if answer.status in {401, 403}:
        return _denied(told, scope)
    if answer.status == 400 and "not yet available" in told.message:  # noqa: PLR2004 - Google's own choice
        return NotYetError(GapReason.PARTIAL, f"Google has not counted {scope.reason} yet.", "Run again tomorrow.")
    if why := nothing_there(answer):
        return GoneError(f"Google does not find {scope.reason}.", why)
    return malformed(f"an unexpected answer (HTTP {answer.status})")


def _denied(told: Refusal, scope: Scope) -> ReadError:
    if told.reasons & {"SERVICE_DISABLED", "accessNotConfigured"}:
        service = told.service or "that the message names"
        remedy = f"Enable the API {service}: Google Cloud console > APIs & Services > Library."
        return ReadError(GapReason.DENIED, "The API is not enabled in the service account's project.", remedy)
    if "Delegation denied" in told.message:
        return ReadError(GapReason.DENIED, "Google denies delegation to this mailbox.", scope.remedy)
    if scope.url.endswith("cloud-identity.policies.readonly"):
        remedy = (
            "Name a super administrator under `admin:`, or as `policies:` under `subjects:`; Google shows these "
            "settings to nobody else. " + scope.remedy
        )
        return ReadError(GapReason.DENIED, "The administrator may not read the settings.", remedy)
    return ReadError(GapReason.DENIED, f"Google refused to show {scope.reason}.", scope.remedy)
