"""The ways in which Microsoft says no: error bodies of Graph, one per workload behind it.

Graph is a front door to several services, and each kept its own words for "you may not". A client that knows only
``Authorization_RequestDenied`` misreads the others, so each is practised here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from connectors.practice.wire import Request

Refusal = Callable[["Request", datetime, frozenset[str]], Answer]  # request, now, roles of which one is needed


def refuse(
    request: Request,
    now: datetime,
    status: int,
    code: str,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return a Graph error: ``error.code``, ``error.message`` and ``error.innerError`` with the date and request ids.

    https://learn.microsoft.com/graph/errors
    """
    own = str(uuid5(NAMESPACE_URL, f"{request.method} {request.path}"))
    theirs = request.headers.get("client-request-id", own)
    inner = {
        "date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": own,
        "client-request-id": theirs,
    }
    body = {"error": {"code": code, "message": message, "innerError": inner}}
    return Answer(status, body, {"request-id": own, "client-request-id": theirs, **(headers or {})})


def unauthenticated(request: Request, now: datetime, message: str) -> Answer:
    """Return the 401 for a token that is missing, expired, forged or meant for another service."""
    challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    return refuse(request, now, 401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})


def not_found(request: Request, now: datetime, key: str) -> Answer:
    """Return the directory's 404 for an object id it does not know."""
    message = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
    return refuse(request, now, 404, "Request_ResourceNotFound", message)


def no_such_segment(request: Request, now: datetime) -> Answer:
    """Return the 400 for an address that Graph's schema does not have."""
    segment = request.path.rsplit("/", 1)[-1]
    return refuse(request, now, 400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def method_not_allowed(request: Request, now: datetime) -> Answer:
    """Return the 405 for a request that would write: nothing in the practice organisation can be changed."""
    message = "Specified HTTP method is not allowed for the request target."
    return refuse(request, now, 405, "Request_BadRequest", message)


def not_premium(request: Request, now: datetime) -> Answer:
    """Return the 403 of the reports and of sign-in activity in a tenant without Entra ID P1."""
    message = "Tenant is not a B2C tenant and doesn't have premium license"
    return refuse(request, now, 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", message)


def not_governed(request: Request, now: datetime) -> Answer:
    """Return the 400 of Privileged Identity Management in a tenant without Entra ID P2 or Entra ID Governance."""
    message = "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."
    return refuse(request, now, 400, "AadPremiumLicenseRequired", message)


def denied_by_directory(request: Request, now: datetime, _roles: frozenset[str]) -> Answer:
    """Entra's directory: names neither the permission nor the object."""
    return refuse(
        request, now, 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
    )


def denied_by_policies(request: Request, now: datetime, _roles: frozenset[str]) -> Answer:
    """Conditional Access and the tenant policies."""
    message = "You cannot perform the requested operation, required scopes are missing in the token."
    return refuse(request, now, 403, "AccessDenied", message)


def denied_by_reports(request: Request, now: datetime, roles: frozenset[str]) -> Answer:
    """Return the refusal of the reports, and of users with ``signInActivity``: it names the permission."""
    message = f"Calling principal does not have required MSGraph permissions {','.join(sorted(roles))}"
    return refuse(request, now, 403, "Authentication_MSGraphPermissionMissing", message)


def denied_by_privileged_identity(request: Request, now: datetime, roles: frozenset[str]) -> Answer:
    """Privileged Identity Management: the real error is JSON inside the message of an ``UnknownError``."""
    inner = {
        "errorCode": "PermissionScopeNotGranted",
        "message": f"Authorization failed due to missing permission scope {','.join(sorted(roles))}.",
        "instanceAnnotations": [],
    }
    return refuse(request, now, 403, "UnknownError", json.dumps(inner, separators=(",", ":")))


def denied_by_outlook(request: Request, now: datetime, _roles: frozenset[str]) -> Answer:
    """Exchange behind Graph."""
    message = "Access is denied. Check credentials and try again."
    return refuse(request, now, 403, "ErrorAccessDenied", message)


def denied_by_sharepoint(request: Request, now: datetime, _roles: frozenset[str]) -> Answer:
    """SharePoint and OneDrive behind Graph: the same word in lower case."""
    return refuse(request, now, 403, "accessDenied", "Access denied")
