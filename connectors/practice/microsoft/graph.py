"""``graph.microsoft.com``: finds the operation, checks the token and the permission, answers.

The order is Microsoft's: who are you (401), may you (403), does it exist (404).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.practice.microsoft import (
    applications,
    batch,
    files,
    groups,
    mail,
    people,
    policies,
    refusals,
    registration,
    role_rules,
    roles,
    tenant_policies,
    usage_reports,
)
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.odata import QueryError
from connectors.practice.microsoft.throttling import Throttle, with_headers
from connectors.practice.microsoft.tokens import Mint, TokenError

if TYPE_CHECKING:
    from connectors.practice.microsoft.directory import Directory
    from connectors.practice.permissions import Permissions
    from connectors.practice.quotas import Quotas
    from connectors.practice.wire import Answer, Request, Service

OPERATIONS: tuple[Operation, ...] = (
    *people.OPERATIONS,
    *groups.OPERATIONS,
    *registration.OPERATIONS,
    *roles.OPERATIONS,
    *role_rules.OPERATIONS,
    *policies.OPERATIONS,
    *mail.OPERATIONS,
    *files.OPERATIONS,
    *applications.OPERATIONS,
    *tenant_policies.OPERATIONS,
    *usage_reports.OPERATIONS,
)

Routes = dict[tuple[str, str, int], list[tuple[tuple[str, ...], Operation]]]


def routes(operations: tuple[Operation, ...]) -> Routes:
    """Return the operations by version, first segment and number of segments, so that a look-up compares only a few."""
    table: Routes = {}
    for operation in operations:
        segments = tuple(operation.address.split("/"))
        table.setdefault((operation.version, segments[0], len(segments)), []).append((segments, operation))
    return table


def find(table: Routes, path: str) -> tuple[Operation, tuple[str, ...]] | None:
    """Return the operation at ``path`` and the ids in it; names are compared without regard to case, as Graph does."""
    version, _, rest = path.strip("/").partition("/")
    segments = rest.split("/")
    for pattern, operation in table.get((version, segments[0], len(segments)), ()):
        pairs = list(zip(pattern, segments, strict=True))
        if all(wanted in ("{}", given) or wanted.lower() == given.lower() for wanted, given in pairs):
            return operation, tuple(given for wanted, given in pairs if wanted == "{}")
    return None


def service(
    directory: Directory,
    permissions: Callable[[], Permissions],
    mint: Mint,
    serve: Service,
    now: Callable[[], datetime],
    *,
    absent: tuple[str, ...] = (),
    quotas: Callable[[], Quotas | None] = lambda: None,
) -> Service:
    """Return the Graph of one tenant; ``serve`` answers the parts of a ``$batch``.

    ``absent`` are words in the addresses of what Graph does not have in this cloud; ``quotas`` says whether limits are
    kept at the moment.
    """
    accounts = directory.accounts.values()
    throttle = Throttle(len(accounts), sum(account.licensed for account in accounts))
    table = routes(tuple(each for each in OPERATIONS if not any(word in each.address for word in absent)))

    def answer(request: Request) -> Answer:
        moment, granted = now(), permissions()
        try:
            # A role taken away counts at once; a role added needs a new token, as in Entra.
            held = mint.roles(request, f"https://{request.host}", moment) & granted.microsoft_roles
        except TokenError as error:
            return refusals.unauthenticated(request, moment, str(error))
        if not request.inner and batch.is_batch(request):
            return batch.answer(request, serve, moment)
        if request.method != "GET":
            return refusals.method_not_allowed(request, moment)
        if (found := find(table, request.path)) is None:
            return refusals.no_such_segment(request, moment)
        operation, keys = found
        call = Call(request, directory, keys, held, granted.premium, moment, granted.governance)
        if (kept := quotas()) is None:
            return perform(operation, call)
        refused, headers = throttle.refusal(operation, call, kept)
        return refused or with_headers(perform(operation, call), headers)

    return answer


def perform(operation: Operation, call: Call) -> Answer:
    """Return the operation's answer, or its refusal for want of a permission or of a query that Graph can read."""
    if not call.may(operation.roles):
        return operation.denied(call.request, call.now, operation.roles)
    try:
        return operation.answer(call)
    except QueryError as error:
        return refusals.refuse(call.request, call.now, 400, error.code, error.message)
