from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from auditor.errors import UsageError
from auditor.models import SlotState
from auditor.scheduling.dispatch import Ended
from auditor.scheduling.notify import Notifier
from auditor.scheduling.pings import Address, Pings, address, sending
from auditor.scheduling.vitals import Vitals, serving
from auditor.secrets import Secret

DONE = Ended("audit", SlotState.DONE, 1, 2.0)
FAILED = Ended("mail", SlotState.FAILED, 6, 2.0)


def test_systemd_is_told_in_its_own_words(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        told = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "180000000"})
        told.ready("idle")
        told.alive("at audit")
        told.reloading(12.5)
        told.stopping()
        assert [systemd.recv(1000).decode() for _ in range(4)] == [
            "READY=1\nSTATUS=idle",
            "WATCHDOG=1\nSTATUS=at audit",
            "RELOADING=1\nMONOTONIC_USEC=12500000",
            "STOPPING=1\nSTATUS=waiting for what runs to end",
        ]


def test_an_abstract_socket_of_systemd_is_found() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0auditor-test-notify")
        systemd.settimeout(5)
        Notifier({"NOTIFY_SOCKET": "@auditor-test-notify"}).ready("idle")
        assert systemd.recv(1000).startswith(b"READY=1")


def test_a_watchdog_that_is_somebody_else_s_is_not_fed(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(0)
        place = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        Notifier(place).alive("idle")
        Notifier({**place, "WATCHDOG_USEC": "180000000", "WATCHDOG_PID": "1"}).alive("idle")
        with pytest.raises(BlockingIOError):
            systemd.recv(1000)


def test_a_systemd_that_is_gone_is_of_no_consequence(tmp_path: Path) -> None:
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nowhere")}).ready("idle")
    Notifier({}).ready("idle")


def asked(port: int, path: str, *, host: str = "127.0.0.1", method: str = "GET") -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, headers={"Host": f"{host}:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_healthz_tells_whether_everything_was_looked_at_lately() -> None:
    vitals, now = Vitals(), [1000.0]
    with serving(vitals, 0, lambda: now[0]) as port:
        assert asked(port, "/healthz") == (503, "unwell\n")
        vitals.beat(1000.0, running=1)
        assert asked(port, "/healthz") == (200, "well\n")
        now[0] += 121
        assert asked(port, "/healthz") == (503, "unwell\n")


def test_metrics_are_counts_without_the_names_of_tenants() -> None:
    vitals = Vitals()
    vitals.beat(1.0, running=2)
    vitals.stumble()
    vitals.note(DONE)
    vitals.note(DONE)
    vitals.note(FAILED)
    with serving(vitals, 0, lambda: 3.5) as port:
        status, text = asked(port, "/metrics")
    assert status == 200
    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        "auditor_look_age_seconds 2.5",
        "auditor_looks_broken_off_total 1",
        "auditor_children 2",
        'auditor_attempts_total{job="audit",state="done"} 2',
        'auditor_attempts_total{job="mail",state="failed"} 1',
    ]


def test_only_this_machine_and_only_by_its_own_name_is_answered() -> None:
    with serving(Vitals(), 0, lambda: 0.0) as port:
        assert asked(port, "/metrics", host="evil.example")[0] == 403
        assert asked(port, "/")[0] == 404
        assert asked(port, "/healthz", method="POST")[0] == 501


@pytest.mark.parametrize(
    "written",
    [
        "http://hc.example/uuid",
        "https://user@hc.example/uuid",
        "https://hc.example:99999/uuid",
        "https:///uuid",
        "https://hc.example/uuid?x=1",
        "ftp://hc.example/",
    ],
)
def test_an_address_to_ping_is_of_https_and_nothing_else(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        address(Secret(written))
    assert "uuid" not in str(caught.value)


def test_a_success_is_told_only_while_no_job_is_in_a_bad_way() -> None:
    sent: list[tuple[str, str]] = []
    pings = Pings(lambda below, text: sent.append((below, text)))
    pings.begun("audit")
    pings.ended(DONE)
    pings.ended(FAILED)
    pings.ended(DONE)
    pings.ended(Ended("mail", SlotState.AGAIN, 6, 1.0))
    pings.ended(Ended("mail", SlotState.DONE, 0, 1.0))
    assert sent == [
        ("/start", ""),
        ("", "done=1 failed=0 bad=0 exit_code=1"),
        ("/fail", "done=1 failed=1 bad=1 exit_code=6"),
        ("/fail", "done=2 failed=1 bad=1 exit_code=1"),
        ("/fail", "done=2 failed=1 bad=1 exit_code=6"),
        ("", "done=3 failed=1 bad=0 exit_code=0"),
    ]


class Healthchecks:
    """A service that takes pings over TLS on this machine, and answers as it is told."""

    def __init__(self, folder: Path) -> None:
        self.heard: list[tuple[str, str, str]] = []
        self.status = 200
        heard, service = self.heard, self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                heard.append((self.path, body, self.headers["User-Agent"]))
                self.send_response(service.status)
                self.send_header("Location", "https://evil.example/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.certificate = folder / "service.pem"
        self.certificate.write_bytes(_certificate())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()


def _certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return private + made.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def healthchecks(tmp_path: Path) -> Iterator[Healthchecks]:
    service = Healthchecks(tmp_path)
    yield service
    service.server.shutdown()
    service.server.server_close()
    service.thread.join()


def test_pings_go_over_verified_tls_below_the_address_and_follow_no_redirect(healthchecks: Healthchecks) -> None:
    context = ssl.create_default_context(cafile=healthchecks.certificate)
    healthchecks.status = 302
    with sending(Address("127.0.0.1", healthchecks.server.server_port, "/uuid"), context) as send:
        send("/start", "")
        send("", "done=1")
    assert healthchecks.heard == [("/uuid/start", "", "auditor"), ("/uuid", "done=1", "auditor")]


def test_a_service_that_nobody_vouches_for_hears_nothing_and_nobody_waits_for_it(healthchecks: Healthchecks) -> None:
    begun = time.monotonic()
    with sending(Address("127.0.0.1", healthchecks.server.server_port, "/uuid")) as send:
        for _ in range(300):
            send("", "done=1")
        assert time.monotonic() - begun < 5
    assert healthchecks.heard == []


def test_a_port_that_somebody_else_has_is_a_mistake_with_a_remedy() -> None:
    with (
        serving(Vitals(), 0, lambda: 0.0) as port,
        pytest.raises(UsageError, match="cannot be served: Address already in use") as refused,
        serving(Vitals(), port, lambda: 0.0),
    ):
        raise AssertionError(port)
    assert str(port) in refused.value.remedy
