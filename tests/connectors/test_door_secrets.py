"""Planted secrets, everything logged at debug, everything going wrong: none is seen again."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Iterator

import pytest
from raw_server import Script, said, serving
from test_door import BROKEN, HASTY, HOST, RULES

from auditor.errors import AuditorError
from auditor.logs import configure
from connectors.door import Door

SECRET = "hunter2PLANTED"
LIBRARIES = (
    "httpx2",
    "httpcore2",
    "httpcore2.http11",
    "httpcore2.connection",
    "httpcore2.proxy",
    "msal",
    "google.auth",
)

ANSWERS: dict[str, Script] = {
    "good": said(200, SECRET.encode(), {"Set-Cookie": f"a={SECRET}"}),
    "refused": said(403, SECRET.encode()),
    "redirected": said(302, b"", {"Location": f"https://evil.example/?token={SECRET}"}),
    "throttled": said(429, SECRET.encode(), {"X-Echo": SECRET}),
    "bad header": b"HTTP/1.1 200 OK\r\nbad header " + SECRET.encode() + b"\r\n\r\n",
    "bad status": b"HTTP/1.1 " + SECRET.encode() + b"\r\n\r\n",
    "bad length": b"HTTP/1.1 200 OK\r\nContent-Length: " + SECRET.encode() + b"\r\n\r\n",
    **{name: script for name, (script, _) in BROKEN.items() if name not in {"slow", "silent"}},
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Log everything that anybody has to say, as an operator would who debugs and turned every library up."""
    stream = io.StringIO()
    configure(level="debug", stream=stream)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.NOTSET)


def try_everything(door: Door) -> list[str]:
    """Send secrets in every place that a request has; return the text of every error, its chain included."""
    batch, url = f"https://{HOST}/v1.0/$batch", f"https://{HOST}/v1.0/users/7/drive?q={SECRET}"
    texts = []
    for attempt in (
        lambda: door.send("GET", url, headers={"x-key": SECRET}, bearer=lambda _: SECRET),
        lambda: door.send("POST", batch, body=SECRET.encode(), bearer=lambda _: SECRET),
        lambda: door.send("GET", url, bearer=lambda _: f"{SECRET}\n"),
        lambda: door.send("GET", url, headers={"x key": SECRET}),
        lambda: door.send("GET", url, headers={"x-key": f" {SECRET} "}),
        lambda: door.send("DELETE", f"https://me:{SECRET}@{HOST}/?{SECRET}#{SECRET}", body=SECRET.encode()),
        lambda: door.follow(f"https://me:{SECRET}@{HOST}/?{SECRET}", HOST),
        lambda: door.send("GET", url).json(),
    ):
        try:
            attempt()
        except AuditorError as error:
            texts.append("".join(traceback.format_exception(error)) + error.remedy)
    door.close()
    return texts


@pytest.mark.parametrize("name", ANSWERS)
def test_no_secret_is_in_an_error_or_a_log(name: str, log: io.StringIO) -> None:
    with serving(ANSWERS[name]) as server:
        texts = try_everything(Door(RULES, endpoints={HOST: server.address}, patience=HASTY))
    assert len(texts) > 2
    assert SECRET in str(server.requests)
    assert not [text for text in texts if SECRET in text]
    assert '"event": "call"' in log.getvalue() or '"event": "waiting"' in log.getvalue()
    assert SECRET not in log.getvalue()


def test_no_secret_of_a_proxy_is_in_an_error_or_a_log(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(said(407, SECRET.encode())) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{SECRET}:{SECRET}@127.0.0.1:{proxy.port}/{SECRET}")
        texts = try_everything(Door(RULES, patience=HASTY))
    assert proxy.connections
    assert not [text for text in [*texts, log.getvalue()] if SECRET in text]
