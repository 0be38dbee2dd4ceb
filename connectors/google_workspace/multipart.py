"""The wire of Google's batches: many HTTP requests inside one, as ``multipart/mixed``.

Source: Google, "Batching requests" of the Gmail API: each part has its own ``Authorization``; answers carry the part's
``Content-ID`` with ``response-`` in front and come in any order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from email.parser import BytesParser
from email.policy import HTTP
from http import HTTPStatus

from connectors.door import Answer, malformed

_BOUNDARY = "auditor-reads"


def encode(lines: Mapping[int, tuple[str, str]]) -> tuple[str, bytes]:
    """Return boundary and body of a batch; ``lines`` gives the address and the token of each part by its number."""
    parts = [
        f"--{_BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <{number}>\r\n\r\n"
        f"GET /{url.split('/', 3)[3]} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n\r\n\r\n"
        for number, (url, token) in lines.items()
    ]
    return _BOUNDARY, ("".join(parts) + f"--{_BOUNDARY}--\r\n").encode("ascii")


def decode(answer: Answer, numbers: Collection[int]) -> dict[int, Answer]:
    """Return the answers by the number of their part; a part that is missing counts as a passing failure."""
    head = f"Content-Type: {answer.headers.get('content-type', '')}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + answer.body)
    if not message.is_multipart():
        raise malformed("a batch answer that is no batch")
    found = {}
    for part in message.iter_parts():
        number = part.get("Content-ID", "").strip("<> ").rpartition("response-")[2].strip("<> ")
        if number.isascii() and number.isdigit():
            found[int(number)] = _inner(str(part.get_payload()).encode("ascii", "surrogateescape"))
    lost = Answer(HTTPStatus.BAD_GATEWAY, {}, b"")
    return {number: found.get(number, lost) for number in numbers}


def _inner(text: bytes) -> Answer:
    """Read one HTTP answer: status line, headers, body."""
    head, _, body = text.replace(b"\r\n", b"\n").partition(b"\n\n")
    status, _, fields = head.partition(b"\n")
    try:
        code = int(status.split(b" ")[1])
    except (IndexError, ValueError):
        return Answer(HTTPStatus.BAD_GATEWAY, {}, b"")
    pairs = [line.partition(b":") for line in fields.split(b"\n")]
    headers = {name.strip().lower().decode("latin-1"): value.strip().decode("latin-1") for name, _, value in pairs}
    return Answer(code, headers, body)
