"""The seam inside the practice server: one request in, one answer out.

A vendor's service is a function from ``Request`` to ``Answer``. The HTTP server and the two batch endpoints use the
same seam, so that a fault can strike a whole request or one part of a batch alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a vendor's front end sees it.

    ``host`` is the vendor's host name, ``path`` is decoded, ``base`` is the address under which the client reached that
    host (for links in answers), ``inner`` says that this is a part of a batch.
    """

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes = b""
    base: str = ""
    inner: bool = False

    def json(self) -> dict[str, object]:
        """Return the body as a JSON object, or an empty one where it is none."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def part(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Request:
        """Return the request that a batch carries inside; ``target`` is a path with a query, without host."""
        split = urlsplit(target)
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        return Request(method, self.host, unquote(split.path), query, headers, body, self.base, inner=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: status, body and headers; a ``dict`` or ``list`` body is sent as JSON."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Return the body as it goes on the wire."""
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


Service = Callable[[Request], Answer]
