"""What every call of a Google API passes: token, enabled API, scope, and the form of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.google import atom, batch
from connectors.practice.google.calls import Call
from connectors.practice.google.fields import require_known, selection, trimmed
from connectors.practice.google.refusals import Refused, insufficient_scope, service_disabled, unauthenticated
from connectors.practice.refusals import refusal
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.google.people import People
    from connectors.practice.google.routes import Api, Route
    from connectors.practice.google.tokens import Caller, TokenOffice
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Request, Service

HEADERS = {"Vary": "Origin, X-Origin, Referer", "Cache-Control": "private", "X-Content-Type-Options": "nosniff"}


def gated(
    apis: tuple[Api, ...],
    people: People,
    office: TokenOffice,
    permissions: Callable[[], Permissions],
    serve: Service,
    charge: Callable[[str, Request, Caller], None],
) -> Service:
    """Return the service of one host: its APIs, and their batches, whose parts go through ``serve``.

    ``charge`` counts a call of a method, by its id, and raises ``Refused`` if there were too many.
    """

    def answer(request: Request) -> Answer:
        batched = [] if request.inner else [each for each in apis if each.batch.fullmatch(request.path)]
        if batched:
            largest = min(each.largest_batch for each in batched)
            return batch.answer(request, _parts_of(batched, apis, serve), largest=largest)
        try:
            return _answered(request)
        except Refused as refused:
            return refused.answer

    def _answered(request: Request) -> Answer:
        api, route, parts = _route(apis, request)
        granted = permissions()
        caller = _caller(request, office)
        if api.name not in granted.google_apis:
            raise service_disabled(api.name)
        wanted = route.method.scopes
        if not wanted & caller.scopes & granted.google_scopes:
            raise insufficient_scope(api.name, wanted)
        charge(route.method_id, request, caller)
        chosen = selection(request.query.get("fields", "") or route.fields)
        require_known(chosen, route.method.schema)
        body = route.answer(Call(request, parts, caller, people, granted))
        if request.query.get("alt", api.alt) == "atom":
            return Answer(200, atom.entry(body), {**HEADERS, "Content-Type": atom.CONTENT_TYPE})
        return Answer(200, trimmed(body, chosen), HEADERS)

    return answer


def _route(apis: tuple[Api, ...], request: Request) -> tuple[Api, Route, dict[str, str]]:
    for api in apis:
        for route in api.routes:
            if found := route.method.path.fullmatch(request.path):
                return api, route, found.groupdict()
    raise Refused(refusal("not_found", request.host))


def _parts_of(batched: list[Api], apis: tuple[Api, ...], serve: Service) -> Service:
    """Return a service that refuses the calls of other APIs: a batch goes to one API and stays there."""
    foreign = [route for api in apis if api not in batched for route in api.routes]

    def answer(part: Request) -> Answer:
        if any(route.method.path.fullmatch(part.path) for route in foreign):
            return refusal("not_found", part.host)
        return serve(part)

    return answer


def _caller(request: Request, office: TokenOffice) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    caller = office.caller(token.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        raise unauthenticated()
    return caller
