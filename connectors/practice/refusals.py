"""How each vendor words the refusals that any of its front ends may give."""

from __future__ import annotations

from typing import Literal

from connectors.practice.organisation import Json
from connectors.practice.wire import Answer

Refusal = Literal["not_found", "not_allowed", "rate_limited", "quota", "server_error", "unauthorized", "denied"]

# status, gRPC status, old-style reason, message
GOOGLE: dict[Refusal, tuple[int, str, str, str]] = {
    "not_found": (404, "NOT_FOUND", "notFound", "Requested entity was not found."),
    "not_allowed": (405, "UNIMPLEMENTED", "httpMethodNotAllowed", "The practice organisation is read-only."),
    "rate_limited": (429, "RESOURCE_EXHAUSTED", "rateLimitExceeded", "Too many concurrent requests for user."),
    "quota": (403, "PERMISSION_DENIED", "userRateLimitExceeded", "User Rate Limit Exceeded"),
    "server_error": (503, "UNAVAILABLE", "backendError", "The service is currently unavailable."),
    "unauthorized": (401, "UNAUTHENTICATED", "authError", "Request had invalid authentication credentials."),
    "denied": (403, "PERMISSION_DENIED", "forbidden", "The caller does not have permission"),
}

# status, code, message
MICROSOFT: dict[Refusal, tuple[int, str, str]] = {
    "not_found": (404, "Request_ResourceNotFound", "Resource not found."),
    "not_allowed": (405, "MethodNotAllowed", "The practice organisation is read-only."),
    "rate_limited": (429, "TooManyRequests", "Please retry again later."),
    "quota": (503, "serviceNotAvailable", "The service is temporarily unavailable."),
    "server_error": (500, "InternalServerError", "An unexpected error occurred."),
    "unauthorized": (401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
    "denied": (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
}

BEARER = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'


def is_google(host: str) -> bool:
    """Tell whether ``host`` is one of Google's; all others are taken for Microsoft's."""
    return host.endswith(("googleapis.com", "google.internal"))


def google_error(status: int, state: str, reason: str, message: str, *details: Json) -> Json:
    """Return an error body of a Google API: old-style ``errors`` and the gRPC status together.

    Source: https://developers.google.com/workspace/drive/api/guides/handle-errors
    """
    error: Json = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": "global", "reason": reason}],
        "status": state,
    }
    if details:
        error["details"] = list(details)
    return {"error": error}


def microsoft_error(code: str, message: str) -> Json:
    """Return an error body of Microsoft Graph. Source: https://learn.microsoft.com/graph/errors."""
    return {"error": {"code": code, "message": message, "innerError": {"date": "2026-01-01T00:00:00"}}}


def refusal(kind: Refusal, host: str, *, status: int | None = None, retry_after: int | None = None) -> Answer:
    """Return ``host``'s answer of that kind; ``retry_after`` (seconds) is sent where it is given."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if is_google(host):
        usual, state, reason, message = GOOGLE[kind]
        if kind == "unauthorized":
            headers["WWW-Authenticate"] = BEARER
        return Answer(status or usual, google_error(status or usual, state, reason, message), headers)
    usual, code, message = MICROSOFT[kind]
    return Answer(status or usual, microsoft_error(code, message), headers)
