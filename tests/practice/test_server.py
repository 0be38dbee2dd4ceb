from __future__ import annotations

import http.client
import json
import socket
import stat
import threading
import time
from typing import TYPE_CHECKING

import pytest
from google_practice import ADMIN, GMAIL, TODAY, credentials, practice

from connectors.practice.credentials import Credentials
from connectors.practice.faults import Fault, Faults
from connectors.practice.generator import generate
from connectors.practice.process import PracticeProcess
from connectors.practice.server import PracticeServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GRAPH, LOGIN, EXCHANGE = "graph.microsoft.com", "login.microsoftonline.com", "outlook.office365.com"
DOMAINS = "/admin/directory/v1/customer/my_customer/domains"


@pytest.fixture
def server() -> Iterator[PracticeServer]:
    with PracticeServer(generate(today=TODAY), credentials=credentials()) as running:
        yield running


@pytest.fixture
def line(server: PracticeServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=10)
    yield connection
    connection.close()


def ask(
    line: http.client.HTTPConnection,
    method: str,
    target: str,
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[http.client.HTTPResponse, bytes]:
    line.request(method, target, body=body, headers=headers or {})
    answer = line.getresponse()
    return answer, answer.read()


def test_every_vendor_host_has_an_endpoint(server: PracticeServer) -> None:
    assert set(server.endpoints) == {
        "oauth2.googleapis.com",
        "admin.googleapis.com",
        "gmail.googleapis.com",
        "www.googleapis.com",
        "cloudidentity.googleapis.com",
        "alertcenter.googleapis.com",
        "licensing.googleapis.com",
        "iamcredentials.googleapis.com",
        "sts.googleapis.com",
        "metadata.google.internal",
        LOGIN,
        GRAPH,
        EXCHANGE,
        "api.interfaces.records.teams.microsoft.com",
        "169.254.169.254",
        "login.microsoftonline.us",
        "graph.microsoft.us",
        "dod-graph.microsoft.us",
        "outlook.office365.us",
        "outlook-dod.office365.us",
        "login.chinacloudapi.cn",
        "microsoftgraph.chinacloudapi.cn",
        "outlook.office365.cn",
    }
    assert all(address == f"{server.address}/{host}" for host, address in server.endpoints.items())


def test_it_listens_on_loopback_alone(server: PracticeServer) -> None:
    assert server.address.startswith("http://127.0.0.1:")


def test_both_vendors_answer_on_one_port(line: http.client.HTTPConnection) -> None:
    answer, body = ask(line, "GET", f"/{GRAPH}/v1.0/organization")
    assert (answer.status, json.loads(body)["error"]["code"]) == (401, "InvalidAuthenticationToken")
    answer, body = ask(line, "GET", f"/{ADMIN}{DOMAINS}")
    assert (answer.status, json.loads(body)["error"]["status"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("target", ["/", "/favicon.ico", "/elsewhere.example/v1", f"/{ADMIN}/nothing"])
def test_what_is_unknown_is_not_found(line: http.client.HTTPConnection, target: str) -> None:
    answer, body = ask(line, "GET", target)
    assert answer.status == 404
    assert "error" in json.loads(body)


def test_a_connection_serves_one_request_after_another(line: http.client.HTTPConnection) -> None:
    ask(line, "GET", f"/{ADMIN}{DOMAINS}")
    first = line.sock
    for _ in range(20):
        assert ask(line, "GET", f"/{ADMIN}{DOMAINS}")[0].status == 401
        assert line.sock is first


def test_a_client_that_wants_to_close_is_let_go(line: http.client.HTTPConnection) -> None:
    assert ask(line, "GET", f"/{ADMIN}{DOMAINS}", headers={"Connection": "close"})[0].status == 401
    assert line.sock is None or line.sock.recv(1) == b""


def test_fifty_connections_are_served_at_once(server: PracticeServer) -> None:
    statuses = []
    all_connected = threading.Barrier(50, timeout=10)

    def visit() -> None:
        line = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=10)
        line.connect()
        all_connected.wait()
        statuses.extend(ask(line, "GET", f"/{ADMIN}{DOMAINS}")[0].status for _ in range(4))
        line.close()

    visitors = [threading.Thread(target=visit) for _ in range(50)]
    for each in visitors:
        each.start()
    for each in visitors:
        each.join()
    assert statuses == [401] * 200
    assert server.requests[ADMIN, "GET /admin/directory/v1/customer/my_customer/domains"] == 200


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", f"/{ADMIN}/admin/directory/v1/users"),
        ("PUT", f"/{ADMIN}/admin/directory/v1/users/me"),
        ("DELETE", f"/{GMAIL}/gmail/v1/users/me/settings/filters/x"),
        ("PATCH", f"/{GRAPH}/v1.0/users/me"),
        ("POST", f"/{GRAPH}/v1.0/users"),
        ("POST", f"/{ADMIN}/token/more"),
        ("PUT", f"/{ADMIN}/batch"),
    ],
)
def test_a_write_is_refused_and_counted(
    server: PracticeServer, line: http.client.HTTPConnection, method: str, target: str
) -> None:
    answer, _ = ask(line, method, target, body="{}")
    assert answer.status == 405
    assert sum(server.writes.values()) == 1
    ((host, kind),) = server.writes
    assert target.startswith(f"/{host}/")
    assert kind.startswith(f"{method} /")


def test_an_exchange_cmdlet_that_changes_something_counts_as_a_write() -> None:
    with practice() as google:
        tenant = google.server.organisation.microsoft.tenant_id
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials().microsoft_client_id,
            "client_secret": credentials().microsoft_secret,
            "scope": "https://outlook.office365.com/.default",
        }
        token = google.http.post(f"{google.server.endpoints[LOGIN]}/{tenant}/oauth2/v2.0/token", data=form).json()
        answer = google.http.post(
            f"{google.server.endpoints[EXCHANGE]}/adminapi/beta/{tenant}/InvokeCommand",
            json={"CmdletInput": {"CmdletName": "Set-Mailbox", "Parameters": {}}},
            headers={"Authorization": f"Bearer {token['access_token']}"},
        )
        assert answer.status_code == 405
        assert sum(google.server.writes.values()) == 1


def test_reads_that_are_posts_are_no_writes(server: PracticeServer, line: http.client.HTTPConnection) -> None:
    for target in (
        f"/{GMAIL}/batch",
        f"/{GRAPH}/v1.0/$batch",
        f"/{LOGIN}/x/oauth2/v2.0/token",
        "/oauth2.googleapis.com/token",
    ):
        assert ask(line, "POST", target, body="")[0].status != 405
    assert not server.writes


def test_a_head_request_gets_no_body(line: http.client.HTTPConnection) -> None:
    assert ask(line, "HEAD", f"/{ADMIN}{DOMAINS}")[1] == b""
    assert ask(line, "GET", f"/{ADMIN}{DOMAINS}")[0].status == 401


def test_requests_are_counted_by_kind_and_not_by_whom_they_concern() -> None:
    with practice() as google:
        people = [each for each in google.server.organisation.google.accounts if each.has_gmail and not each.suspended]
        for each in people[:3]:
            google.get(GMAIL, f"/gmail/v1/users/{each.address}/settings/filters", each.address)
        assert google.server.requests[GMAIL, "GET /gmail/v1/users/{}/settings/filters"] == 3
        assert google.server.requests["oauth2.googleapis.com", "POST /token"] == 3


def test_stopping_ends_open_connections_and_does_not_wait_for_slow_answers() -> None:
    slow = Faults((Fault("latency", seconds=60),))
    with PracticeServer(generate(today=TODAY), credentials=credentials(), faults=slow) as server:
        where = ("127.0.0.1", int(server.address.rpartition(":")[2]))
        idle = socket.create_connection(where, timeout=10)
        busy = socket.create_connection(where, timeout=10)
        busy.sendall(b"GET /graph.microsoft.com/v1.0/users HTTP/1.1\r\nHost: x\r\n\r\n")
        while not server.requests:
            time.sleep(0.001)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert idle.recv(1) == b""
    idle.close()
    busy.close()


def test_a_port_can_be_chosen() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with PracticeServer(generate(today=TODAY), credentials=credentials(), port=port) as server:
        assert server.address == f"http://127.0.0.1:{port}"


def test_credentials_are_written_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    written = credentials().write(folder, token_uri="http://127.0.0.1:1/oauth2.googleapis.com/token")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in written.values())
    key_file = json.loads(written["google_key_file"].read_text())
    assert key_file["type"] == "service_account"
    assert key_file["token_uri"].startswith("http://127.0.0.1:1/")
    assert written["microsoft_secret_file"].read_text() == credentials().microsoft_secret
    assert written["microsoft_certificate_file"].read_text().count("-----BEGIN") == 2
    with pytest.raises(FileExistsError):
        credentials().write(folder)


def test_credentials_are_fresh_and_do_not_show_themselves() -> None:
    one, other = Credentials.fresh(), credentials()
    assert one.microsoft_secret != other.microsoft_secret
    assert one.google_key != other.google_key
    assert one.microsoft_secret not in repr(one)
    assert "PRIVATE KEY" not in repr(one)


def test_a_process_of_its_own_serves_the_same_organisation() -> None:
    organisation = generate(accounts=25, seed=3, today=TODAY)
    with PracticeProcess(
        accounts=25, seed=3, today=TODAY, credentials=credentials(), faults=(Fault("quota", times=1),)
    ) as child:
        assert child.served.google_admin == organisation.google.admin
        assert child.served.microsoft_tenant == organisation.microsoft.tenant_id
        line = http.client.HTTPConnection(child.served.address.removeprefix("http://"), timeout=10)
        assert [ask(line, "GET", f"/{ADMIN}{DOMAINS}")[0].status for _ in range(2)] == [403, 401]
        assert ask(line, "PUT", f"/{ADMIN}/x")[0].status == 405
        requests, writes = child.counted()
        assert requests[ADMIN, f"GET {DOMAINS}"] == 2
        assert writes == {(ADMIN, "PUT /x"): 1}
        line.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(child.served.address.rpartition(":")[2])), timeout=5)


def test_a_process_that_cannot_start_says_so(server: PracticeServer, capfd: pytest.CaptureFixture[str]) -> None:
    port = int(server.address.rpartition(":")[2])
    with (
        pytest.raises(RuntimeError, match="did not start"),
        PracticeProcess(today=TODAY, port=port, credentials=credentials()),
    ):
        pass
    assert "Address already in use" in capfd.readouterr().err
