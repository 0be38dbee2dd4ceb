"""What the door lets out, and what it makes of the answers."""

from __future__ import annotations

import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Mapping

import pytest
from raw_server import RawServer, Script, said, serving
from test_allow_list import ODD_ADDRESSES

from auditor.errors import ForbiddenRequestError, GapReason, ReadError, UsageError
from connectors import door as door_module
from connectors.allow_list import rule
from connectors.door import Answer, Door
from connectors.patience import Patience

HOST = "graph.microsoft.com"
URL = f"https://{HOST}/v1.0/users/7/drive"
RULES = (rule(HOST, "GET", "/v1.0/users/{}/drive"), rule(HOST, "POST", "/v1.0/$batch", lambda _: None))
HASTY = Patience(budget=60, tries=2, throttled_tries=2, first_wait=0.001, longest_wait=0.002, timeout=0.4)


def opened(server: RawServer, patience: Patience = HASTY) -> Door:
    return Door(RULES, endpoints={HOST: f"{server.address}/{HOST}"}, patience=patience)


def failure(*answers: Script, patience: Patience = HASTY) -> tuple[ReadError, RawServer]:
    """Return the error that a read ends with, and the server."""
    with serving(*answers) as server:
        door = opened(server, patience)
        with pytest.raises(ReadError) as caught:
            door.send("GET", URL)
        door.close()
    return caught.value, server


@pytest.fixture
def silent() -> Iterator[RawServer]:
    with serving(said(200)) as server:
        yield server


@pytest.mark.parametrize("url", ODD_ADDRESSES.values(), ids=ODD_ADDRESSES.keys())
def test_nothing_reaches_the_socket_for_an_odd_address(silent: RawServer, url: str) -> None:
    with pytest.raises(ForbiddenRequestError):
        opened(silent).send("GET", url)
    assert (silent.connections, silent.requests) == (0, [])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get"])
def test_nothing_reaches_the_socket_for_a_method_that_writes(silent: RawServer, method: str) -> None:
    with pytest.raises(ForbiddenRequestError):
        opened(silent).send(method, URL)
    assert silent.connections == 0


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "x-http-method", "X-Method-Override"])
def test_a_read_whose_header_makes_it_a_write_is_refused(silent: RawServer, name: str) -> None:
    with pytest.raises(ForbiddenRequestError):
        opened(silent).send("GET", URL, headers={name: "DELETE"})
    assert silent.connections == 0


@pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "a\nb", "caf\u00e9", "a\x00", "a\x7f"])
def test_a_token_that_could_end_its_header_is_not_sent(silent: RawServer, token: str) -> None:
    with pytest.raises(ReadError) as caught:
        opened(silent).send("GET", URL, bearer=lambda _: token)
    assert caught.value.reason is GapReason.MALFORMED
    assert token not in str(caught.value)
    assert silent.connections == 0


def test_a_listed_read_arrives_with_its_token_and_without_anything_else_of_ours() -> None:
    with serving(said(200, b'{"a":1}', {"X-Told": "Yes"})) as server:
        door = opened(server)
        answer = door.send("GET", f"{URL}?$top=5", headers={"accept": "application/json"}, bearer=lambda _: "abc")
        door.close()
    assert (answer.status, answer.json(), answer.headers["x-told"]) == (200, {"a": 1}, "Yes")
    assert door.requests == 1
    head = server.requests[0].decode().lower()
    assert head.startswith(f"get /{HOST}/v1.0/users/7/drive?$top=5 http/1.1\r\n")
    assert "authorization: bearer abc\r\n" in head
    assert "python" not in head


def test_no_cookie_of_the_vendor_is_sent_back() -> None:
    with serving(said(200, headers={"Set-Cookie": "session=1; Path=/"})) as server:
        door = opened(server)
        door.send("GET", URL)
        door.send("GET", URL)
        door.close()
    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["https://evil.example/", URL, "/elsewhere", "http://[", "https://{host}"])
def test_a_redirect_is_refused_and_nobody_else_is_spoken_to(status: int, target: str) -> None:
    with serving(said(200)) as elsewhere:
        location = target.replace("https://{host}", elsewhere.address)
        with serving(said(status, headers={"Location": location})) as server:
            door = opened(server)
            with pytest.raises(ReadError) as caught:
                door.send("GET", URL, bearer=lambda _: "abc")
            door.close()
    assert caught.value.reason is GapReason.REFUSED_LINK
    assert elsewhere.connections == 0


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/users/7/drive",
        f"https://{HOST}@evil.example/v1.0/users/7/drive",
        f"http://{HOST}/v1.0/users/7/drive",
        f"https://{HOST}:444/v1.0/users/7/drive",
        "https://20.190.128.1/v1.0/users/7/drive",
        f"https://{HOST}.evil.example/v1.0",
        "//evil.example/x",
        "/v1.0/users/7/drive",
        "",
        "http://127.0.0.1:{other}/graph.microsoft.com/v1.0/x",
        "http://127.0.0.1:{port}0/graph.microsoft.com/v1.0/x",
        "http://127.0.0.1:{port}@evil.example/graph.microsoft.com/v1.0/x",
        "http://127.0.0.1:{port}/graph.microsoft.comevil/x",
        "http://127.0.0.1:{port}/oauth2.googleapis.com/token",
        "http://127.0.0.1:{port}/graph.microsoft.com/../oauth2.googleapis.com/token",
        "http://localhost:{port}/graph.microsoft.com/v1.0/x",
    ],
)
def test_a_next_link_that_leads_elsewhere_is_refused(silent: RawServer, link: str) -> None:
    with pytest.raises(ReadError) as caught:
        opened(silent).follow(link.format(port=silent.port, other=silent.port ^ 1), HOST)
    assert caught.value.reason is GapReason.REFUSED_LINK
    assert silent.connections == 0


def test_a_next_link_into_the_practice_base_becomes_the_vendors_address(silent: RawServer) -> None:
    door = opened(silent)
    assert door.follow(f"{silent.address}/{HOST}/v1.0/users/7/drive?a=b", HOST) == f"{URL}?a=b"
    assert door.follow(f"{URL}?a=b", HOST) == f"{URL}?a=b"
    with pytest.raises(ReadError):
        Door(RULES).follow(f"{silent.address}/{HOST}/v1.0/users/7/drive", HOST)


def dripping(*pieces: bytes, pause: float) -> Callable[[socket.socket], None]:
    def speak(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return speak


def resetting(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def silence(_: socket.socket) -> None:
    time.sleep(1.5)


BROKEN: Mapping[str, tuple[Script, GapReason]] = {
    "reset": (resetting, GapReason.UNREACHABLE),
    "cut": (dripping(said(200, b"x" * 50)[:-20], pause=0), GapReason.UNREACHABLE),
    "silent": (silence, GapReason.UNREACHABLE),
    "slow": (dripping(said(200, b"x" * 50)[:-20], *[b"x"] * 20, pause=0.1), GapReason.UNREACHABLE),
    "no HTTP": (dripping(b"SSH-2.0-OpenSSH\r\n\r\n", pause=0), GapReason.UNREACHABLE),
    "no gzip": (said(200, b"not gzip", {"Content-Encoding": "gzip"}), GapReason.MALFORMED),
    "endless headers": (dripping(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 50_000, pause=0), GapReason.UNREACHABLE),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_connection_that_fails_is_tried_again_and_then_given_up(name: str) -> None:
    script, reason = BROKEN[name]
    started = time.monotonic()
    error, server = failure(script)
    assert error.reason is reason
    assert server.connections == HASTY.tries
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("name", BROKEN)
def test_a_connection_that_recovers_is_as_if_nothing_had_happened(name: str) -> None:
    script, _ = BROKEN[name]
    with serving(script, said(200, b'{"a":1}')) as server:
        door = opened(server)
        assert door.send("GET", URL).json() == {"a": 1}
        door.close()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_vendor_that_keeps_failing_is_given_up_after_so_many_tries(status: int) -> None:
    error, server = failure(said(status))
    assert (error.reason, len(server.requests)) == (GapReason.UNREACHABLE, HASTY.tries)
    assert str(status) in error.message


@pytest.mark.parametrize("status", [200, 204, 400, 403, 404, 405, 418, 501])
def test_every_other_status_is_an_answer_and_the_connectors_to_judge(status: int) -> None:
    with serving(said(status, b"")) as server:
        door = opened(server)
        assert door.send("GET", URL).status == status
        door.close()


def test_an_over_large_answer_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "LARGEST_ANSWER", 100_000)
    error, _ = failure(said(200, b"x" * 100_001))
    assert error.reason is GapReason.MALFORMED


def test_a_gzip_bomb_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "LARGEST_ANSWER", 4_000_000)
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeezer.compress(bytes(1_000_000)) for _ in range(200)) + squeezer.flush()
    assert len(bomb) < 300_000
    tracemalloc.start()
    try:
        error, _ = failure(said(200, bomb, {"Content-Encoding": "gzip"}))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.reason is GapReason.MALFORMED
    assert peak < 20_000_000


def test_a_compressed_answer_is_read() -> None:
    with serving(said(200, gzip.compress(b'{"a":1}'), {"Content-Encoding": "gzip"})) as server:
        door = opened(server)
        assert door.send("GET", URL).json() == {"a": 1}
        door.close()


@pytest.mark.parametrize(
    "body",
    [b"<html>Sign in</html>", b'{"a": [1, 2', b"", b"[]", b'"text"', b"null", b"\xff\xfe", b"[" * 100_000, b"1" * 5000],
)
def test_a_body_that_is_no_json_object_is_malformed(body: bytes) -> None:
    with pytest.raises(ReadError) as caught:
        Answer(200, {}, body).json()
    assert caught.value.reason is GapReason.MALFORMED


def test_a_name_that_nobody_knows_is_unreachable() -> None:
    door = Door((rule("nobody.invalid", "GET", "/x"),), patience=HASTY)
    with pytest.raises(ReadError) as caught:
        door.send("GET", "https://nobody.invalid/x")
    door.close()
    assert caught.value.reason is GapReason.UNREACHABLE


def test_tls_with_a_port_that_does_not_speak_it_is_unreachable() -> None:
    with serving(said(400)) as server:
        door = Door(RULES, endpoints={HOST: server.address.replace("http", "https")}, patience=HASTY)
        with pytest.raises(ReadError) as caught:
            door.send("GET", URL)
        door.close()
    assert caught.value.reason is GapReason.UNREACHABLE
    assert server.requests == []


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    with serving(said(200)) as server:
        address = server.address
    door = Door(RULES, endpoints={HOST: address}, patience=HASTY)
    with pytest.raises(ReadError, match="no connection"):
        door.send("GET", URL)


def test_a_proxy_that_refuses_us_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(said(407, b"", {"Proxy-Authenticate": "Basic"})) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://us:PLANTED@127.0.0.1:{proxy.port}")
        door = Door(RULES, patience=HASTY)
        with pytest.raises(ReadError, match="proxy refused") as caught:
            door.send("GET", URL, bearer=lambda _: "TOKEN")
        door.close()
    assert caught.value.reason is GapReason.UNREACHABLE
    assert "PLANTED" not in str(caught.value)
    assert all(request.startswith(b"CONNECT") and b"TOKEN" not in request for request in proxy.requests)


@pytest.mark.parametrize(
    "proxy",
    ["ftp://us:PLANTED@proxy.example", "socks9://us:PLANTED@proxy.example:1", "http://[::1:PLANTED", "://PLANTED"],
)
def test_a_proxy_that_cannot_be_one_is_a_mistake_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(UsageError) as caught:
        Door(RULES)
    assert "PLANTED" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("proxy", ["http://us:PLANTED@127.0.0.1:99999", f"http://us:PLANTED@{'a' * 70}.example:1"])
def test_a_proxy_that_nobody_can_reach_is_unreachable(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    door = Door(RULES, patience=HASTY)
    with pytest.raises(ReadError) as caught:
        door.send("GET", URL)
    assert caught.value.reason is GapReason.UNREACHABLE


def test_no_proxy_of_the_environment_sees_practice(silent: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    door = opened(silent)
    assert door.send("GET", URL).status == 200
    door.close()
