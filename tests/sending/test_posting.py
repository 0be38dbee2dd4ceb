"""Mail by Graph and Gmail, over real HTTP on loopback: what leaves, what may not, and what answers mean."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
from practice_audit import BRISK, TODAY

from auditor.errors import ForbiddenRequestError, SignInError
from auditor.models import Message, MessageKind
from auditor.notifiers import DeliveryError, Trouble, UncertainDeliveryError
from auditor.notifiers.web import WebWay
from connectors.microsoft_365 import Access
from connectors.practice.generator import generate
from connectors.practice.server import PracticeServer
from connectors.sending import Consent, GmailPost, GraphPost

ROBOT, TO = "robot@x.example", "it@x.example"
MESSAGE = Message(
    id="it-20261123", kind=MessageKind.IT, sequence=1, due=TODAY, subject="Week 47", text="Hello.", recipients=(TO,)
)
CONSENT = {"client_id": "1-a.apps", "client_secret": "GOCSPX-s", "refresh_token": "1//r-t", "type": "authorized_user"}


class Vendor(HTTPServer):
    """Takes what is posted, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[tuple[str, str, bytes]] = []
        self.status = 202
        self.said: object = {}
        self.grants = True

    @property
    def mails(self) -> list[bytes]:
        return [body for path, _, body in self.taken if not path.endswith("/token")]


class _Taking(BaseHTTPRequestHandler):
    server: Vendor

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append((self.path, self.headers.get("authorization", ""), body))
        token = self.path.endswith("/token")
        granted = {"access_token": "ya29.t", "expires_in": 3600}
        said = (granted if self.server.grants else {"error": "invalid_grant"}) if token else self.server.said
        status = (200 if self.server.grants else 400) if token else self.server.status
        if not status:
            self.close_connection = True
            return
        answer = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeServer]:
    with PracticeServer(generate(accounts=25, seed=1, today=datetime.now(UTC))) as server:
        yield server


OPEN: list[GmailPost | GraphPost] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def way(postal: GmailPost | GraphPost) -> WebWay:
    OPEN.append(postal)
    return WebWay(ROBOT, postal, lambda: TODAY)


def gmail(vendor: Vendor) -> WebWay:
    led = dict.fromkeys(("oauth2.googleapis.com", "gmail.googleapis.com"), f"http://127.0.0.1:{vendor.server_port}")
    consent = Consent.read(json.dumps(CONSENT).encode())
    return way(GmailPost(consent, now=lambda: TODAY, endpoints=led, patience=BRISK))


def graph(vendor: Vendor, practice: PracticeServer, mailbox: str = ROBOT) -> WebWay:
    here = {**practice.endpoints, "graph.microsoft.com": f"http://127.0.0.1:{vendor.server_port}"}
    access = Access(
        tenant="sending",
        tenant_id=practice.organisation.microsoft.tenant_id,
        client_id=practice.credentials.microsoft_client_id,
        secret=practice.credentials.microsoft_secret,
        endpoints=here,
        patience=BRISK,
    )
    return way(GraphPost(access, mailbox, now=lambda: TODAY))


def trouble(used: WebWay) -> Trouble:
    with pytest.raises(DeliveryError) as raised:
        used.send(MESSAGE, TO, lambda: None)
    return raised.value.trouble


def test_gmail_takes_a_mail_with_the_token_of_the_robots_consent(vendor: Vendor) -> None:
    vendor.status = 200
    handed: list[int] = []
    assert gmail(vendor).send(MESSAGE, TO, lambda: handed.append(1)) == "HTTP 200"
    (_, _, form), (path, bearer, body) = vendor.taken
    assert parse_qs(form.decode())["refresh_token"] == ["1//r-t"]
    assert (path, bearer, handed) == ("/gmail/v1/users/me/messages/send", "Bearer ya29.t", [1])
    mail = message_from_bytes(base64.urlsafe_b64decode(json.loads(body)["raw"]))
    assert (mail["To"], mail["From"], mail["Subject"]) == (TO, f"Auditor <{ROBOT}>", "Week 47")


def test_graph_takes_a_mail_for_one_mailbox(vendor: Vendor, practice: PracticeServer) -> None:
    assert graph(vendor, practice).send(MESSAGE, TO, lambda: None) == "HTTP 202"
    [(path, bearer, body)] = vendor.taken
    assert path == "/v1.0/users/robot%40x.example/sendMail"
    assert bearer.startswith("Bearer ")
    assert message_from_bytes(base64.b64decode(body))["To"] == TO


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (429, Trouble.LATER),
        (503, Trouble.LATER),
        (400, Trouble.REFUSED),
        (403, Trouble.UNUSABLE),
        (401, Trouble.UNUSABLE),
        (404, Trouble.UNUSABLE),
    ],
)
def test_an_answer_says_what_follows(vendor: Vendor, status: int, expected: Trouble) -> None:
    vendor.status, vendor.said = status, {"error": {"code": 1, "status": "WHY", "message": "because"}}
    assert trouble(gmail(vendor)) is expected
    assert len(vendor.mails) == (2 if status == 401 else 1)


@pytest.mark.parametrize("status", [500, 502, 504, 0])
def test_a_mail_that_may_have_been_sent_is_uncertain_and_not_sent_again(vendor: Vendor, status: int) -> None:
    vendor.status = status
    with pytest.raises(UncertainDeliveryError):
        gmail(vendor).send(MESSAGE, TO, lambda: None)
    assert len(vendor.mails) == 1


def test_a_consent_that_was_taken_back_makes_the_way_unusable(vendor: Vendor) -> None:
    vendor.grants = False
    assert trouble(gmail(vendor)) is Trouble.UNUSABLE
    assert not vendor.mails


def test_a_vendor_that_cannot_be_reached_is_asked_again_later(vendor: Vendor) -> None:
    used = gmail(vendor)
    vendor.shutdown()
    vendor.server_close()
    assert trouble(used) is Trouble.LATER


def test_nothing_but_mail_leaves_by_these_doors(vendor: Vendor, practice: PracticeServer) -> None:
    doors = [each.postal._door for each in (gmail(vendor), graph(vendor, practice))]  # type: ignore[attr-defined]  # noqa: SLF001 - the door is the subject
    for door in doors:
        for method, url in [
            ("GET", "https://graph.microsoft.com/v1.0/users"),
            ("POST", "https://graph.microsoft.com/v1.0/users/boss%40x.example/sendMail"),
            ("GET", "https://gmail.googleapis.com/gmail/v1/users/me/messages"),
            ("POST", "https://gmail.googleapis.com/gmail/v1/users/me/messages/import"),
            ("DELETE", "https://gmail.googleapis.com/gmail/v1/users/me/messages/send"),
        ]:
            with pytest.raises(ForbiddenRequestError):
                door.send(method, url)
        with pytest.raises(ForbiddenRequestError):
            door.send(
                "POST", "https://gmail.googleapis.com/gmail/v1/users/me/messages/send", body=b'{"raw": "x", "y": 1}'
            )
    assert not vendor.taken


@pytest.mark.parametrize("content", [b"", b"[]", b'{"client_id": "a"}', b"\xff"])
def test_a_file_that_holds_no_consent_is_told_without_being_shown(content: bytes) -> None:
    with pytest.raises(SignInError) as raised:
        Consent.read(content)
    assert "authorized_user" in raised.value.message


def test_secrets_of_a_consent_are_not_shown() -> None:
    assert "GOCSPX" not in repr(Consent.read(json.dumps(CONSENT).encode()))
