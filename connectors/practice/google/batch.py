"""Batches: many calls of one API in a ``multipart/mixed`` body, each part with its own token and its own answer.

The answer is 200 whatever became of the parts, and the parts come back in any order: here in the reverse one, so that
a client that counts instead of reading ``Content-ID`` finds out.
https://developers.google.com/workspace/gmail/api/guides/batch
"""

from __future__ import annotations

import secrets
from email.message import Message
from typing import TYPE_CHECKING

from connectors.practice.front_end import encoded
from connectors.practice.google.refusals import invalid
from connectors.practice.refusals import refusal
from connectors.practice.wire import Answer, Request, Service

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = "\r\n"


def answer(request: Request, serve: Service, *, largest: int) -> Answer:
    """Answer every part of a batch of at most ``largest`` parts through ``serve``."""
    if request.method != "POST":
        return refusal("not_found", request.host)
    kind = Message()
    kind["Content-Type"] = request.headers.get("content-type", "")
    boundary = kind.get_param("boundary")
    if kind.get_content_type() != "multipart/mixed" or not isinstance(boundary, str):
        return invalid("Failed to parse batch request, error: 'missing boundary'").answer
    parts = list(_parts(request, boundary))
    if not parts or len(parts) > largest:
        return invalid(f"The number of calls in a batch must lie between 1 and {largest}, not at {len(parts)}").answer
    ours = f"batch_{secrets.token_urlsafe(24)}"
    body = bytearray()
    for content_id, part in reversed(parts):
        body += f"--{ours}{LINE}Content-Type: application/http{LINE}".encode()
        if content_id:
            body += f"Content-ID: {_response_id(content_id)}{LINE}".encode()
        body += LINE.encode() + encoded(serve(part)) + LINE.encode()
    body += f"--{ours}--{LINE}".encode()
    return Answer(200, bytes(body), {"Content-Type": f"multipart/mixed; boundary={ours}"})


def _parts(request: Request, boundary: str) -> Iterator[tuple[str, Request]]:
    """Give the ``Content-ID`` and the call of every part; outer headers hold for a part that does not set them."""
    outer = {name: value for name, value in request.headers.items() if not name.startswith("content-")}
    chunks = (b"\n" + request.body.replace(b"\r\n", b"\n")).split(b"\n--" + boundary.encode())
    for chunk in chunks[1:]:
        if chunk.startswith(b"--"):
            return
        envelope, _, message = chunk.lstrip(b"\n").partition(b"\n\n")
        head, _, body = message.lstrip(b"\n").partition(b"\n\n")
        line, _, inner = head.decode("latin-1").partition("\n")
        method, _, target = line.partition(" ")
        # Clients that were pointed at this server by an address carry our prefix in the path of every part.
        target = target.rpartition(" ")[0].removeprefix(f"/{request.host}")
        content_id = _headers(envelope.decode("latin-1")).get("content-id", "")
        yield content_id, request.part(method, target, {**outer, **_headers(inner)}, body.rstrip(b"\n"))


def _headers(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.split("\n") if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _response_id(content_id: str) -> str:
    return f"<response-{content_id.removeprefix('<').removesuffix('>')}>"
