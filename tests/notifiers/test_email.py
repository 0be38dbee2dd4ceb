"""What a mail looks like on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from auditor.models import Attachment, Message, MessageKind
from auditor.notifiers import compose

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
PICTURE = Attachment(name="trend.png", media_type="image/png", content=b"\x89PNG\r\n", inline=True)
REPORT = Attachment(name="report.html", media_type="text/html", content=b"<p>all of it</p>")


def message(**changed: object) -> Message:
    told: dict[str, object] = {"id": "it-20261123", "kind": MessageKind.IT, "sequence": 12, "due": NOW}
    told |= {"subject": "Act today", "text": "Ünïcode " * 40 + "\n.\n", "html": "<p>Hi <img src='cid:trend.png'></p>"}
    return Message.model_validate(told | {"recipients": ("a@x.example", "b@x.example")} | changed)


def sent(recipient: str = "a@x.example", now: datetime = NOW, **changed: object) -> bytes:
    return compose(message(**changed), sender="auditor@x.example", recipient=recipient, now=now).as_bytes()


def read(wire: bytes) -> EmailMessage:
    return message_from_bytes(wire, policy=default)  # type: ignore[return-value]  # the policy says so


def test_the_text_comes_first_the_html_with_its_pictures_second_and_files_last() -> None:
    mail = read(sent(attachments=(PICTURE, REPORT)))
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png", "text/html"]
    text, html = mail.get_body(("plain",)), mail.get_body(("related", "html"))
    assert text
    assert html
    assert text.get_content().replace("\r\n", "\n") == message().text
    assert [part["Content-ID"] for part in mail.walk() if part["Content-ID"]] == ["<trend.png>"]
    assert [each.get_filename() for each in mail.iter_attachments()] == ["report.html"]


def test_a_mail_without_html_is_plain_text() -> None:
    assert read(sent(html=None)).get_content_type() == "text/plain"


def test_nobody_learns_who_else_gets_it() -> None:
    assert b"b@x.example" not in sent("a@x.example")


def test_machines_do_not_answer_and_programs_do_not_thread_it() -> None:
    mail = read(sent())
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<it.auditor.x.example>"
    assert mail["From"] == "Auditor <auditor@x.example>"
    assert mail["References"] is mail["In-Reply-To"] is None


def test_the_same_mail_is_the_same_to_the_byte_and_known_by_its_id() -> None:
    files = (PICTURE, REPORT)
    assert sent(attachments=files) == sent(attachments=files)
    ids = [read(sent(who, at))["Message-ID"] for who in ("ana@x", "b@x") for at in (NOW, NOW + timedelta(1))]
    assert (len(set(ids)), ids[0], ids[2]) == (2, ids[1], ids[3])
    assert "ana" not in ids[0]


def test_lines_are_short_enough_for_every_server() -> None:
    wire = sent(text="x" * 5000, html="<p>" + "ü" * 5000, attachments=(REPORT,))
    assert max(map(len, wire.split(b"\r\n"))) < 998
    assert wire.isascii()
    assert b"\n" not in wire.replace(b"\r\n", b"")


@pytest.mark.parametrize("subject", ["Act\r\nBcc: everybody@x.example", "Act\nX-Evil: 1", "Act\r now"])
def test_no_subject_can_add_a_header(subject: str) -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        sent(subject=subject)


def test_a_subject_in_any_alphabet_comes_back_as_it_was() -> None:
    subject = "[Rivera für den Senat] Heute handeln: 2 Personen \u2013 Woche 47, Brief 12 " + "ü" * 100
    assert read(sent(subject=subject))["Subject"] == subject
