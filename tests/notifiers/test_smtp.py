"""Mail to a real server on loopback, and what its moods do."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from mail_server import PASSWORD, Postbox, Served, serving

from auditor.models import Message, MessageKind
from auditor.notifiers import DeliveryError, SmtpWay, Trouble, UncertainDeliveryError
from auditor.secrets import Secret

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
TO = "it@rivera-campaign.example"


def mail(text: str = "Hello.\n") -> Message:
    return Message(
        id="it-20261123", kind=MessageKind.IT, sequence=1, due=NOW, subject="Week 47", text=text, recipients=(TO,)
    )


def way(served: Served | None = None, **changed: object) -> SmtpWay:
    told: dict[str, object] = {"sender": "auditor@rivera-campaign.example", "host": "localhost", "seconds": 2.0}
    told["clock"] = lambda: NOW
    if served:
        told |= {"port": served.port, "authority": served.authority, "security": "starttls"}
    return SmtpWay(**(told | changed))  # type: ignore[arg-type]  # told by tests


class Hand:
    """Counts how often a mail was about to be handed over."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1


def trouble(served: Served, hand: Callable[[], None] | None = None, **changed: object) -> Trouble:
    with pytest.raises(DeliveryError) as raised:
        way(served, **changed).send(mail(), TO, hand or Hand())
    assert "localhost" in str(raised.value)
    return raised.value.trouble


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mail_arrives_encrypted_and_signed_in(tmp_path: Path, security: str) -> None:
    hand = Hand()
    with serving(tmp_path, security=security) as served:  # type: ignore[arg-type]  # one of the two
        signed_in = way(served, security=security, username="robot", password=Secret(PASSWORD))
        assert signed_in.send(mail(), TO, hand) == "250 2.0.0 Ok: queued as 4bX"
        [(recipient, arrived)] = served.postbox.mails
    assert (recipient, arrived["Subject"], hand.calls) == (TO, "Week 47", 1)


def test_lines_that_begin_with_a_dot_arrive_as_they_were(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        way(served).send(mail(".\n..\n.end\n"), TO, Hand())
        [(_, arrived)] = served.postbox.mails
    assert arrived.get_content().replace("\r\n", "\n") == ".\n..\n.end\n"


def test_a_server_that_hides_starttls_gets_nothing_not_even_the_password(tmp_path: Path) -> None:
    hand = Hand()
    with serving(tmp_path, security="none") as served:
        assert trouble(served, hand, username="robot", password=Secret(PASSWORD)) is Trouble.UNUSABLE
        assert not served.postbox.mails
    assert not hand.calls


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_of_another_name_is_refused(tmp_path: Path, security: str) -> None:
    with serving(tmp_path, security=security, name="elsewhere.example") as served:  # type: ignore[arg-type]  # as above
        assert trouble(served, security=security) is Trouble.UNUSABLE
        assert not served.postbox.mails


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        assert trouble(served, authority=None) is Trouble.UNUSABLE


def test_a_wrong_password_makes_the_way_unusable_and_is_not_repeated(tmp_path: Path) -> None:
    with serving(tmp_path) as served, pytest.raises(DeliveryError) as raised:
        way(served, username="robot", password=Secret("wrong-password")).send(mail(), TO, Hand())
    assert raised.value.trouble is Trouble.UNUSABLE
    assert "wrong-password" not in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("450 4.2.0 Greylisted, try later", Trouble.LATER), ("550 5.1.1 No such person", Trouble.REFUSED)],
)
def test_a_recipient_is_refused_for_now_or_for_good(tmp_path: Path, answer: str, expected: Trouble) -> None:
    hand = Hand()
    with serving(tmp_path, postbox=Postbox(to={TO: answer})) as served:
        assert trouble(served, hand) is expected
    assert not hand.calls


@pytest.mark.parametrize(
    ("answer", "expected"), [("452 4.3.1 Disk full", Trouble.LATER), ("554 5.7.1 Looks like spam", Trouble.REFUSED)]
)
def test_a_mail_may_be_refused_at_its_very_end(tmp_path: Path, answer: str, expected: Trouble) -> None:
    hand = Hand()
    with serving(tmp_path, postbox=Postbox(finally_=answer)) as served:
        assert trouble(served, hand) is expected
    assert hand.calls == 1


def test_a_server_that_hangs_up_after_the_final_dot_leaves_us_uncertain(tmp_path: Path) -> None:
    with serving(tmp_path, postbox=Postbox(hang_up=True)) as served, pytest.raises(UncertainDeliveryError):
        way(served).send(mail(), TO, Hand())


def test_a_mail_that_may_not_be_handed_over_does_not_arrive(tmp_path: Path) -> None:
    def somebody_else() -> None:
        raise KeyError

    with serving(tmp_path) as served:
        with pytest.raises(KeyError):
            way(served).send(mail(), TO, somebody_else)
        assert not served.postbox.mails


def test_a_server_that_is_down_or_silent_is_asked_again_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(DeliveryError) as raised:
            way(port=port, security="starttls", seconds=0.2).send(mail(), TO, Hand())
    assert raised.value.trouble is Trouble.LATER
    with pytest.raises(DeliveryError) as raised:
        way(port=port, security="starttls").send(mail(), TO, Hand())
    assert raised.value.trouble is Trouble.LATER


def test_a_server_whose_ways_to_sign_in_nobody_knows_is_unusable_and_not_asked_for_days(tmp_path: Path) -> None:
    class Odd(Postbox):
        async def auth_ODD(self, _server: object, _words: list[bytes]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
            return AuthResult(success=False)

    with serving(tmp_path, postbox=Odd(), without=("LOGIN", "PLAIN")) as served:
        assert trouble(served, username="robot", password=Secret(PASSWORD)) is Trouble.UNUSABLE
        assert not served.postbox.mails


def test_an_answer_that_has_no_end_is_asked_again_later(tmp_path: Path) -> None:
    with serving(tmp_path, postbox=Postbox(to={TO: "250 " + "x" * 9000})) as served:
        assert trouble(served) is Trouble.LATER
