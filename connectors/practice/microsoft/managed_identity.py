"""``169.254.169.254``: where a machine in Azure gets a token without any secret.

https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.practice.microsoft.clouds import PUBLIC
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from connectors.practice.microsoft.tokens import Mint
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Request, Service

HOST = "169.254.169.254"
ADDRESS = "/metadata/identity/oauth2/token"
LIFETIME = 86_399  # seconds; a machine's tokens last a day


def service(permissions: Callable[[], Permissions], mint: Mint, now: Callable[[], datetime]) -> Service:
    """Return the endpoint of a machine whose only identity is that of the auditor's application."""
    resources = PUBLIC.resources()

    def answer(request: Request) -> Answer:
        if request.path != ADDRESS:
            return Answer(404)
        if request.headers.get("metadata", "").lower() != "true":
            return _refused("invalid_request", "Required metadata header not specified")
        if "api-version" not in request.query:
            return _refused("bad_request_102", "Required api-version parameter not specified")
        if request.query.get("client_id", mint.client_id) != mint.client_id:
            return _refused("invalid_request", "Identity not found")
        resource = request.query.get("resource", "").removesuffix("/")
        if resource not in resources:
            return _refused("invalid_resource", f"AADSTS500011: The resource principal named {resource} was not found.")
        issued = int(now().timestamp())
        token = mint.issue(resource, permissions().microsoft_roles, now(), lifetime=LIFETIME)
        # Numbers are texts here, unlike at the sign-in service.
        return Answer(
            200,
            {
                "access_token": token,
                "client_id": mint.client_id,
                "expires_in": str(LIFETIME),
                "expires_on": str(issued + LIFETIME),
                "ext_expires_in": str(LIFETIME),
                "not_before": str(issued),
                "resource": resource,
                "token_type": "Bearer",
            },
        )

    return answer


def _refused(error: str, description: str) -> Answer:
    return Answer(400, {"error": error, "error_description": description})
