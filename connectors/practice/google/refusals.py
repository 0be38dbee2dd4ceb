"""The ways in which Google's APIs say no: one ``Refused`` per sentence, raised wherever a service finds the reason.

Bodies carry the old-style ``errors`` beside the gRPC status and details, as Google's do: clients rely on either.
"""

from __future__ import annotations

from connectors.practice.organisation import Json
from connectors.practice.refusals import google_error
from connectors.practice.wire import Answer


class Refused(Exception):  # noqa: N818 - an answer on its way, not an error of ours
    """A request that gets ``answer`` instead of what it asked for."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.body))
        self.answer = answer


def _refused(status: int, state: str, reason: str, message: str, *details: Json, challenge: str = "") -> Refused:
    headers = {"WWW-Authenticate": f'Bearer realm="https://accounts.google.com/", {challenge}'} if challenge else {}
    return Refused(Answer(status, google_error(status, state, reason, message, *details), headers))


def _info(reason: str, domain: str, **metadata: str) -> Json:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": domain,
        "metadata": metadata,
    }


def unauthenticated() -> Refused:
    """Refuse a call without an access token, or with one that nobody issued or that has expired."""
    message = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential."
    )
    return _refused(401, "UNAUTHENTICATED", "authError", message, challenge='error="invalid_token"')


def insufficient_scope(api: str, scopes: frozenset[str]) -> Refused:
    """Refuse a token that carries none of ``scopes``, of which the method wants one."""
    info = _info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "googleapis.com", service=api)
    challenge = f'error="insufficient_scope", scope="{" ".join(sorted(scopes))}"'
    message = "Request had insufficient authentication scopes."
    return _refused(403, "PERMISSION_DENIED", "insufficientPermissions", message, info, challenge=challenge)


def service_disabled(api: str) -> Refused:
    """Refuse a call of an API that is not enabled in the project of the service account."""
    message = f"{api} has not been used in project 123456789012 before or it is disabled."
    info = _info("SERVICE_DISABLED", "googleapis.com", service=api, consumer="projects/123456789012")
    return _refused(403, "PERMISSION_DENIED", "accessNotConfigured", message, info)


def not_an_administrator() -> Refused:
    """Refuse somebody who is no administrator, as the directory does."""
    return _refused(403, "PERMISSION_DENIED", "forbidden", "Not Authorized to access this resource/api")


def permission_denied() -> Refused:
    """Refuse an account that has the scope and lacks the privilege."""
    return _refused(403, "PERMISSION_DENIED", "forbidden", "The caller does not have permission")


def delegation_denied(address: str) -> Refused:
    """Refuse ``address``, which asks for the mailbox of somebody else."""
    return _refused(403, "PERMISSION_DENIED", "forbidden", f"Delegation denied for {address}")


def needs_writer() -> Refused:
    """Refuse the access list of a calendar to somebody who may only read the calendar."""
    message = "You need to have writer access to this calendar."
    return _refused(403, "PERMISSION_DENIED", "requiredAccessLevel", message)


def mail_not_enabled() -> Refused:
    """Refuse the settings of an account that has no Gmail."""
    return _refused(400, "FAILED_PRECONDITION", "failedPrecondition", "Mail service not enabled")


def rate_limited_person() -> Refused:
    """Refuse a call beyond what one person may ask in a minute; such answers name no time to wait."""
    return _refused(403, "PERMISSION_DENIED", "userRateLimitExceeded", "User Rate Limit Exceeded")


def rate_limited_project() -> Refused:
    """Refuse a call beyond what one project may ask in a minute."""
    return _refused(403, "PERMISSION_DENIED", "rateLimitExceeded", "Rate Limit Exceeded")


def quota_exhausted(metric: str, limit: str, service: str, wait: int | None) -> Refused:
    """Refuse a call in the words of the newer APIs; ``wait`` is in whole seconds, None where it is not told."""
    message = f"Quota exceeded for quota metric '{metric}' and limit '{limit}' of service '{service}'"
    info = _info("RATE_LIMIT_EXCEEDED", "googleapis.com", service=service, quota_metric=metric, quota_limit=limit)
    body = google_error(429, "RESOURCE_EXHAUSTED", "rateLimitExceeded", message, info)
    return Refused(Answer(429, body, {} if wait is None else {"Retry-After": str(wait)}))


def not_found(what: str) -> Refused:
    """Say that there is no ``what``."""
    return _refused(404, "NOT_FOUND", "notFound", f"{what} not found")


def invalid(message: str) -> Refused:
    """Refuse a parameter whose value Google does not take."""
    return _refused(400, "INVALID_ARGUMENT", "invalid", message)
