"""The wire of Google's batches: many HTTP requests inside one, as ``multipart/mixed``.

Source: Google, "Batching requests" of the Gmail API: each part has its own ``Authorization``; answers carry the part's
``Content-ID`` with ``response-`` in front and come in any order.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from email.message import Message
from http import HTTPStatus

from connectors.door import Answer, malformed

_BOUNDARY = "auditor-reads"
_END = f"--{_BOUNDARY}--\r\n"
_PART = re.compile(
    f"--{_BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <[0-9]+>\r\n\r\n"
    "(?P<method>[A-Z]+) (?P<target>/[!-~]*) HTTP/1\\.1\r\n"
    "Authorization: Bearer [!-~]+\r\nAccept: application/json\r\n\r\n\r\n"
)
_STATUS = re.compile(rb"HTTP/\d\.\d ([1-5]\d\d)\b")


def encode(lines: Mapping[int, tuple[str, str]]) -> tuple[str, bytes]:
    """Return boundary and body of a batch; ``lines`` gives the address and the token of each part by its number."""
    parts = [
        f"--{_BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <{number}>\r\n\r\n"
        f"GET /{url.split('/', 3)[3]} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n\r\n\r\n"
        for number, (url, token) in lines.items()
    ]
    return _BOUNDARY, ("".join(parts) + _END).encode("ascii")


def requests(body: bytes) -> list[tuple[str, str]]:
    """Return method and target of each part of a body that ``encode`` wrote; nothing for any other.

    There is only the one way of writing a batch, so that no server can read more in it than this.
    """
    try:
        text = body.decode("ascii")
    except ValueError:
        return []
    found, place = [], 0
    while part := _PART.match(text, place):
        found.append((part["method"], part["target"]))
        place = part.end()
    return found if text[place:] == _END else []


def decode(answer: Answer, numbers: Collection[int]) -> dict[int, Answer]:
    """Return the answers by the number of their part; a part that is missing counts as a passing failure."""
    kind = Message()
    kind["Content-Type"] = re.sub(r"[^ -~]", "", answer.headers.get("content-type", ""))
    boundary = kind.get_boundary()
    if not kind.get_content_type().startswith("multipart/") or not boundary:
        raise malformed("a batch answer that is no batch")
    found: dict[str, Answer] = {}
    body = b"\n" + answer.body.replace(b"\r\n", b"\n")  # JSON has no bare CR, so nothing is lost
    # Before the first boundary there is nothing, behind the last one neither; without a last one, a part may be cut.
    for part in body.split(b"\n--" + boundary.encode("ascii"))[1:-1]:
        head, _, message = part.lstrip(b"\n").partition(b"\n\n")
        number = _fields(head).get("content-id", "").strip("<> ").rpartition("response-")[2].strip("<> ")
        found[number] = _inner(message)
    lost = Answer(HTTPStatus.BAD_GATEWAY, {}, b"")
    return {number: found.get(str(number), lost) for number in numbers}


def _inner(message: bytes) -> Answer:
    """Read one HTTP answer: status line, headers, body."""
    head, _, body = message.partition(b"\n\n")
    line, _, fields = head.partition(b"\n")
    status = _STATUS.match(line)
    if status is None:
        return Answer(HTTPStatus.BAD_GATEWAY, {}, b"")
    return Answer(int(status[1]), _fields(fields), body)


def _fields(lines: bytes) -> dict[str, str]:
    """Read header lines; names in lower case."""
    pairs = [line.partition(":") for line in lines.decode("latin-1").split("\n")]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
