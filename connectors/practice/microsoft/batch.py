"""``$batch``: up to 20 requests in one, answered in no particular order, each with a status of its own.

https://learn.microsoft.com/graph/json-batching
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.practice.microsoft.refusals import refuse
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from connectors.practice.organisation import Json
    from connectors.practice.wire import Request, Service

MOST = 20
JSON_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


def is_batch(request: Request) -> bool:
    """Whether this is a POST to the batch address of either version."""
    return request.method == "POST" and request.path in {"/v1.0/$batch", "/beta/$batch"}


def answer(request: Request, serve: Service, now: datetime) -> Answer:
    """Answer every part through ``serve``; the whole is 200 whatever became of the parts."""
    steps = request.json().get("requests")
    if not isinstance(steps, list) or not steps:
        return refuse(request, now, 400, "BadRequest", "Invalid batch payload format.")
    if len(steps) > MOST:
        message = f"Number of batch request steps exceeds the maximum value of {MOST}."
        return refuse(request, now, 400, "BadRequest", message)
    if not all(_is_step(step) for step in steps) or len({step["id"] for step in steps}) < len(steps):
        return refuse(
            request, now, 400, "BadRequest", "Invalid batch payload format: every step needs an id of its own."
        )
    answered = [_response(str(step["id"]), serve(_part(request, step))) for step in steps]
    # Graph answers as its services do; a fixed shuffle keeps clients from relying on the order.
    answered.sort(key=lambda response: hashlib.sha256(str(response["id"]).encode()).digest())
    return Answer(200, {"responses": answered})


def _is_step(step: object) -> bool:
    return isinstance(step, dict) and all(isinstance(step.get(name), str) for name in ("id", "method", "url"))


def _part(request: Request, step: Json) -> Request:
    """Return the request inside; it has the batch's token unless it brings its own."""
    own = step.get("headers")
    headers = {name.lower(): str(value) for name, value in own.items()} if isinstance(own, dict) else {}
    headers.setdefault("authorization", request.headers.get("authorization", ""))
    version = request.path.removesuffix("/$batch")
    body = json.dumps(step["body"]).encode() if "body" in step else b""
    return request.part(str(step["method"]).upper(), f"{version}/{str(step['url']).lstrip('/')}", headers, body)


def _response(key: str, part: Answer) -> Json:
    headers = {"Cache-Control": "no-cache", "x-ms-resource-unit": "1", "Content-Type": JSON_TYPE, **part.headers}
    response: Json = {"id": key, "status": part.status, "headers": headers}
    if part.body is not None:
        response["body"] = _body(part)
    return response


def _body(part: Answer) -> object:
    """Return a JSON body as it is; anything else in Base64, as Graph does with pictures."""
    if not isinstance(part.body, bytes):
        return part.body
    try:
        return json.loads(part.body)
    except ValueError:
        return base64.b64encode(part.body).decode()
