"""What every call of a Google API passes: token, enabled API, scope, and the trimming of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.google import batch
from connectors.practice.google.calls import Call
from connectors.practice.google.fields import require_known, selection, trimmed
from connectors.practice.google.refusals import Refused, insufficient_scope, service_disabled, unauthenticated
from connectors.practice.refusals import refusal
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.google.people import People
    from connectors.practice.google.routes import Api
    from connectors.practice.google.tokens import Caller, TokenOffice
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Request, Service

HEADERS = {"Vary": "Origin, X-Origin, Referer", "Cache-Control": "private", "X-Content-Type-Options": "nosniff"}


def gated(
    api: Api, people: People, office: TokenOffice, permissions: Callable[[], Permissions], serve: Service
) -> Service:
    """Return the service of one host: its API, and its batches, whose parts go through ``serve``."""

    def answer(request: Request) -> Answer:
        if not request.inner and api.batch.fullmatch(request.path):
            return batch.answer(request, serve, largest=api.largest_batch)
        try:
            return Answer(200, _answered(request), HEADERS)
        except Refused as refused:
            return refused.answer

    def _answered(request: Request) -> object:
        for route in api.routes:
            if found := route.method.path.fullmatch(request.path):
                break
        else:
            raise Refused(refusal("not_found", request.host))
        granted = permissions()
        caller = _caller(request, office)
        if api.name not in granted.google_apis:
            raise service_disabled(api.name)
        wanted = route.method.scopes
        if not wanted & caller.scopes & granted.google_scopes:
            raise insufficient_scope(api.name, wanted)
        chosen = selection(request.query.get("fields", "") or route.fields)
        require_known(chosen, route.method.schema)
        return trimmed(route.answer(Call(request, found.groupdict(), caller, people, granted)), chosen)

    return answer


def _caller(request: Request, office: TokenOffice) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    caller = office.caller(token.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        raise unauthenticated()
    return caller
