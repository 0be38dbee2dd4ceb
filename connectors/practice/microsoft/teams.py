"""``api.interfaces.records.teams.microsoft.com``: Teams' configuration API, undocumented, known from other tools.

A listing is a bare array; one too long for a page comes as an object with ``value`` and ``@nextLink``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.practice.microsoft.clouds import TEAMS
from connectors.practice.microsoft.odata import offset_in, token_for
from connectors.practice.microsoft.tokens import TEAMS_ROLE, Mint, TokenError
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from connectors.practice.organisation import Json, MicrosoftTenant
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Request, Service

PAGE = 50
FOLDER = "/skype.policy/configurations/"


def service(
    tenant: MicrosoftTenant, permissions: Callable[[], Permissions], mint: Mint, now: Callable[[], datetime]
) -> Service:
    """Return the configuration API of one tenant; it wants ``application_access`` and an Entra role, as Exchange."""
    known = {name.lower(): rows for name, rows in tenant.teams.items()}

    def answer(request: Request) -> Answer:
        granted = permissions()
        try:
            held = mint.roles(request, TEAMS, now()) & granted.microsoft_roles
        except TokenError:
            return Answer(401, None, {"WWW-Authenticate": "Bearer"})
        if TEAMS_ROLE not in held or not granted.exchange_role:
            return Answer(403, {"code": "Forbidden", "message": "Access Denied."})
        path = request.path.lower()
        if request.method != "GET":
            return Answer(405, {"code": "MethodNotAllowed", "message": "The practice organisation is read-only."})
        if not path.startswith(FOLDER) or (rows := known.get(path.removeprefix(FOLDER))) is None:
            return Answer(404, {"code": "NotFound", "message": "The configuration type does not exist."})
        return Answer(200, page(request, rows))

    return answer


def page(request: Request, rows: list[Json]) -> list[Json] | Json:
    """Return all rows, or one page of them with the address of the next."""
    if len(rows) <= PAGE:
        return rows
    start = offset_in(request.query.get("skipToken", token_for(0))) or 0
    body: Json = {"value": rows[start : start + PAGE]}
    if start + PAGE < len(rows):
        body["@nextLink"] = f"{request.base}{request.path}?skipToken={token_for(start + PAGE)}"
    return body
