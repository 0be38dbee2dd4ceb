"""``login.microsoftonline.com`` and its like: discovery, and tokens for the application alone (client credentials).

msal 1.39 asks for ``/{tenant}/v2.0/.well-known/openid-configuration`` first and posts to the ``token_endpoint`` that it
finds there; the addresses in these documents are therefore Microsoft's own.
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from uuid import NAMESPACE_URL, uuid5

from connectors.practice.microsoft.assertion import ASSERTION_TYPE, RefusedAssertion, verify
from connectors.practice.microsoft.clouds import PUBLIC, Cloud
from connectors.practice.microsoft.tokens import LIFETIME
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.credentials import Credentials
    from connectors.practice.microsoft.tokens import Mint
    from connectors.practice.organisation import Json, MicrosoftTenant
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Request, Service

ALIASES = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]


class SignInError(Exception):
    """A refused sign-in: an OAuth error with Microsoft's number and sentence."""

    def __init__(self, status: int, error: str, number: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.error = error
        self.number = number
        self.sentence = sentence


def service(
    tenant: MicrosoftTenant,
    credentials: Credentials,
    permissions: Callable[[], Permissions],
    mint: Mint,
    now: Callable[[], datetime],
    cloud: Cloud = PUBLIC,
) -> Service:
    """Return the sign-in service of one tenant, known by its id and by each of its domains, in one cloud."""
    names = {tenant.tenant_id.lower(), *(str(domain["id"]).lower() for domain in tenant.domains)}

    def answer(request: Request) -> Answer:
        try:
            match request.method, request.path.strip("/").split("/"):
                case "GET", ["common", "discovery", "instance"]:
                    return Answer(200, instance_discovery(request))
                case "GET", ["organizations", "v2.0", ".well-known", "openid-configuration"]:
                    return Answer(200, openid_configuration(cloud, "organizations"))
                case "GET", [name, "v2.0", ".well-known", "openid-configuration"]:
                    require_tenant(name, names)
                    return Answer(200, openid_configuration(cloud, tenant.tenant_id))
                case "POST", [name, "oauth2", "v2.0", "token"]:
                    require_tenant(name, names)
                    audience = requested_audience(request, credentials, tenant, cloud, now())
                    body = bearer(mint.issue(audience, permissions().microsoft_roles, now()))
                    return Answer(200, body, {"Cache-Control": "no-store", "Pragma": "no-cache"})
                case _:
                    return Answer(404)
        except SignInError as error:
            return Answer(error.status, refusal(error, request, now()))

    return answer


def require_tenant(name: str, known: set[str]) -> None:
    """Raise ``SignInError`` unless ``name`` is the tenant's id or one of its domains."""
    if name.lower() not in known:
        sentence = f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID."
        raise SignInError(400, "invalid_request", 90002, sentence)


def requested_audience(
    request: Request, credentials: Credentials, tenant: MicrosoftTenant, cloud: Cloud, now: datetime
) -> str:
    """Return the service that a token request asks for, the application authenticated; raises ``SignInError``."""
    form = {key: values[-1] for key, values in parse_qs(request.body.decode(errors="replace")).items()}
    if (grant := form.get("grant_type", "")) != "client_credentials":
        raise SignInError(400, "unsupported_grant_type", 70003, f"The grant type '{grant}' is not supported.")
    authenticate(form, request, credentials, tenant, now)
    scope = form.get("scope", "")
    resource = scope.removesuffix("/.default")
    if not scope.endswith("/.default") or resource not in cloud.resources():
        sentence = f"The provided value for the input parameter 'scope' is not valid: '{scope}'."
        raise SignInError(400, "invalid_scope", 1002012, sentence)
    return resource


def bearer(token: str) -> Json:
    """Return the answer that carries an access token."""
    return {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": token}


def authenticate(
    form: dict[str, str], request: Request, credentials: Credentials, tenant: MicrosoftTenant, now: datetime
) -> None:
    """Check the application's secret or certificate; raises ``SignInError``."""
    client = form.get("client_id", "")
    if client != credentials.microsoft_client_id:
        sentence = f"Application with identifier '{client}' was not found in the directory '{tenant.name}'."
        raise SignInError(400, "unauthorized_client", 700016, sentence)
    if form.get("client_assertion_type") == ASSERTION_TYPE and "client_assertion" in form:
        base = f"https://{request.host}"
        audiences = {f"{base}{request.path}", f"{request.base}{request.path}"}
        audiences |= {f"{base}/{tenant.tenant_id}/oauth2/v2.0/token"}
        try:
            verify(form["client_assertion"], credentials.microsoft_certificate, client, audiences, now)
        except RefusedAssertion as error:
            raise SignInError(401, "invalid_client", error.number, str(error)) from error
    elif "client_secret" in form:
        if not hmac.compare_digest(form["client_secret"].encode(), credentials.microsoft_secret.encode()):
            sentence = (
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
                f"value, not the client secret ID, for a secret added to app '{client}'."
            )
            raise SignInError(401, "invalid_client", 7000215, sentence)
    else:
        sentence = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise SignInError(401, "invalid_client", 7000218, sentence)


def refusal(error: SignInError, request: Request, now: datetime) -> Json:
    """Return the body of a refused sign-in. https://learn.microsoft.com/entra/identity-platform/reference-error-codes."""
    moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    trace = str(uuid5(NAMESPACE_URL, f"{request.path} {error.number}"))
    correlation = request.headers.get("client-request-id", trace)
    lines = (
        f"AADSTS{error.number}: {error.sentence} Trace ID: {trace}",
        f"Correlation ID: {correlation}",
        f"Timestamp: {moment}",
    )
    return {
        "error": error.error,
        "error_description": " ".join(lines),
        "error_codes": [error.number],
        "timestamp": moment,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://{request.host}/error?code={error.number}",
    }


def instance_discovery(request: Request) -> Json:
    """Which hosts sign people in for this cloud; msal asks for other hosts than the well-known ones."""
    base = f"https://{request.host}"
    asked = request.query.get("authorization_endpoint", f"{base}/common/oauth2/authorize")
    authority = asked.removeprefix("https://").split("/")[1] if asked.count("/") > 2 else "common"  # noqa: PLR2004 - https://host/tenant
    network = {"preferred_network": request.host, "preferred_cache": request.host, "aliases": [request.host]}
    if request.host == PUBLIC.sign_in:
        network |= {"preferred_cache": "login.windows.net", "aliases": ALIASES}
    return {
        "tenant_discovery_endpoint": f"{base}/{authority}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [network],
    }


def openid_configuration(cloud: Cloud, tenant: str) -> Json:
    """Return the tenant's endpoints, at Microsoft's own addresses."""
    base = f"https://{cloud.sign_in}"
    issuer = "{tenantid}" if tenant == "organizations" else tenant
    return {
        "token_endpoint": f"{base}/{tenant}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/{tenant}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{base}/{issuer}/v2.0",
        "authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{base}/{tenant}/oauth2/v2.0/logout",
        "tenant_region_scope": "NA",
        "cloud_instance_name": cloud.sign_in.removeprefix("login."),
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": cloud.graph[0],
    }
