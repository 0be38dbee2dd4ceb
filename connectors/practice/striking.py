"""What a fault does to an answer."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from connectors.practice.refusals import Refusal, is_google, refusal
from connectors.practice.wire import Answer, Request, Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.faults import Fault, Kind, Variant

REFUSALS: dict[Kind, Refusal] = {
    "rate_limited": "rate_limited",
    "quota": "quota",
    "server_error": "server_error",
    "unauthorized": "unauthorized",
    "denied": "denied",
}
VARIANTS: tuple[Variant, ...] = ("html", "cut_json", "content_type")
GOOGLE_PAGED = re.compile(
    r"/(users|groups|members|roles|roleassignments|files|drives|permissions|policies|inboundS\w+|calendarList|acl|alerts"
    r"|applications/\w+|dates/[\d-]+)$"
)
FIRST_PAGE = "MDow"  # what google.paging gives for the page that begins at 0
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>One moment please</body></html>"


class HungUp(Exception):  # noqa: N818 - an event on the line, not an error of ours
    """The connection breaks: before a word is said (``answer`` is None), or in the middle of ``answer``."""

    def __init__(self, answer: Answer | None) -> None:
        super().__init__("the practice server hung up")
        self.answer = answer


def struck(
    strikes: list[tuple[Fault, int]], request: Request, service: Service, wait: Callable[[float], object]
) -> Answer:
    """Return the answer of ``service`` as the faults leave it; raise ``HungUp`` if they leave none.

    ``strikes`` are those of ``Faults.strikes``; ``wait`` lets seconds pass.
    """
    for fault, turn in strikes:
        if fault.kind == "latency":
            wait(fault.seconds)
        elif fault.kind == "reset":
            raise HungUp(None)
        elif fault.kind == "cut":
            raise HungUp(service(request))
        elif fault.kind in REFUSALS:
            return _refused(fault, request)
        elif fault.kind == "redirect":
            return Answer(302, None, {"Location": fault.target})
        else:
            return _falsified(fault, turn, request, service(request))
    return service(request)


def _refused(fault: Fault, request: Request) -> Answer:
    # Google's 403 for a used-up quota carries no Retry-After; its 429 and Microsoft's answers do.
    waits = fault.kind == "rate_limited" or (fault.kind == "quota" and not is_google(request.host))
    return refusal(
        REFUSALS[fault.kind],
        request.host,
        status=fault.status if fault.kind == "server_error" else None,
        retry_after=math.ceil(fault.seconds) if waits else None,
    )


def _falsified(fault: Fault, turn: int, request: Request, answer: Answer) -> Answer:
    if answer.status != 200:  # noqa: PLR2004 - only a good answer can be falsified
        return answer
    if fault.kind == "malformed":
        return _malformed(fault.variant or VARIANTS[turn % len(VARIANTS)], answer)
    if not isinstance(answer.body, dict):
        return answer
    body = answer.body
    google = is_google(request.host)
    if fault.kind == "empty":
        body = _emptied(body, google=google)
    elif google and fault.kind == "repeated_link" and GOOGLE_PAGED.search(request.path):
        body = body | {"nextPageToken": request.query.get("pageToken", FIRST_PAGE)}
    elif not google and isinstance(body.get("value"), list):
        body = body | {"@odata.nextLink": fault.target if fault.kind == "foreign_link" else _address(request)}
    return replace(answer, body=body)


def _address(request: Request) -> str:
    query = urlencode(request.query, safe="$")
    return f"{request.base}{quote(request.path)}" + (f"?{query}" if query else "")


def _malformed(variant: Variant, answer: Answer) -> Answer:
    if variant == "html":
        return Answer(200, HTML, {"Content-Type": "text/html; charset=UTF-8"})
    if variant == "cut_json":
        whole = answer.encoded()
        return replace(answer, body=whole[: len(whole) * 2 // 3])
    return replace(answer, headers={**answer.headers, "Content-Type": "text/plain"})


def _emptied(body: dict[str, object], *, google: bool) -> dict[str, object]:
    """Return a listing without its entries: Google leaves the key away, Microsoft sends an empty list."""
    left = {name: value for name, value in body.items() if name not in {"nextPageToken", "@odata.nextLink"}}
    if google:
        return {name: value for name, value in left.items() if not isinstance(value, list)}
    return left | {"value": []} if isinstance(left.get("value"), list) else left
