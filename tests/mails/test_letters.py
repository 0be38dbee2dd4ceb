"""What the weekly mails say, as a whole."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sample import accepted, empty, sample, seen, without_findings
from syrupy.assertion import SnapshotAssertion
from weekly import NOW, READER, material

from auditor.mails import letters
from auditor.models import Message, MessageKind, Report, Severity

KINDS = ("principal", "it", "person")


def letter(kind: str = "principal", **changes: object) -> Message:
    return letters(material(kind, **changes))[0]


def plain(message: Message) -> str:
    """Return the text on one line."""
    return " ".join(message.text.split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_looks_like_this(kind: str, snapshot: SnapshotAssertion) -> None:
    message = letter(kind)
    assert f"Subject: {message.subject}\n\n{message.text}" == snapshot(name="text")
    assert message.html == snapshot(name="html")


@pytest.mark.parametrize(
    ("report", "subject"),
    [
        (None, "[Rivera for Senate] Act today: 8 people at risk - security week 48, mail 12"),
        (seen(without_findings(sample(), below=Severity.CRITICAL)),
         "[Rivera for Senate] Act this week: 7 people at risk - security week 48, mail 12"),
        (seen(without_findings(sample(), below=Severity.HIGH)),
         "[Rivera for Senate] Act this month: settings to mend - security week 48, mail 12"),
        (without_findings(sample()),
         "[Rivera for Senate] Could not be seen: 1 person not seen fully - security week 48, mail 12"),
        (seen(without_findings(sample())),
         "[Rivera for Senate] Nothing open: everything that decides was seen - security week 48, mail 12"),
        (empty(), "[Rivera for Senate] Could not be seen: not everything was read - security week 48, mail 12"),
    ],
)  # fmt: skip
def test_the_subject_has_one_shape_and_begins_with_the_verdict(report: Report | None, subject: str) -> None:
    assert letter(report=report).subject == subject


def test_the_principal_learns_who_must_do_what_and_how_long_it_takes() -> None:
    assert re.findall(r"^\d\. .*(?:\n   .*)*", letter().text, re.MULTILINE) == [
        "1. Ana Rivera (principal): call, do not mail (30 minutes).",
        "2. Priya Natarajan (administrator): replace text messages by a security\n   key (15 minutes).",
        "3. Tom Okafor (finance): set up a second factor (10 minutes).",
    ]
    assert "5 more at risk." in plain(letter())


def test_the_principal_learns_what_could_not_be_checked_what_got_better_and_when_the_next_mail_comes() -> None:
    said = plain(letter())
    assert (
        "Could not be checked: last sign-ins of some accounts, the mail rules of 2 mailboxes, 2 questions about mail "
        "rules and 1 more."
    ) in said
    assert "Worse: 3 no longer seen. Better: 1 resolved; 2 new." in said
    assert "Next: Monday 30 November, 10:30. Mail 12." in said
    calm = plain(letter(report=seen(without_findings(sample())), changes=None))
    assert "Next mail: Monday 30 November, 10:30. This was mail 12." in calm


def test_it_gets_clicks_and_a_message_to_copy() -> None:
    said = plain(letter("it"))
    assert "mysignins.microsoft.com/security-info > add a security key, then remove the phone" in said
    assert "Hello Priya, the weekly security audit of Rivera for Senate found something that only you can mend." in said


@pytest.mark.parametrize("kind", ["principal", "it"])
def test_nothing_old_is_called_well(kind: str) -> None:
    fine = seen(without_findings(sample()))
    old = letter(kind, report=fine, now=NOW + timedelta(days=6))
    assert "Could not be seen" in old.subject
    assert "Could not be seen: what is known is 6 days old." in plain(old)
    assert "Nothing open" in letter(kind, report=fine).subject


def test_an_old_alarm_stays_one_and_says_how_old_it_is() -> None:
    old = letter(now=NOW + timedelta(days=2))
    assert "Act today" in old.subject
    assert "Beware: this is 2 days old." in plain(old)


def test_a_late_mail_says_so() -> None:
    assert "late" not in plain(letter())
    late = letter(due=NOW - timedelta(hours=30))
    assert "Late: due Sunday 22 November." in plain(late)
    late = letter("it", due=NOW - timedelta(hours=30))
    assert "This mail is late: it was due on Sunday 22 November." in plain(late)


def test_the_first_four_mails_call_a_backlog_a_backlog() -> None:
    high = seen(without_findings(sample(), below=Severity.CRITICAL)).model_copy(update={"changes": None})
    subjects = [letter(report=high, sequence=number).subject for number in (1, 4, 5)]
    assert [subject.partition("] ")[2].partition(":")[0] for subject in subjects] == [
        "Baseline 1 of 4", "Baseline 4 of 4", "Act this week",
    ]  # fmt: skip
    assert "a backlog, not an alarm" in plain(letter(report=high, sequence=1))


def test_what_is_critical_or_new_is_an_alarm_in_the_first_mails_too() -> None:
    assert "Act today" in letter(sequence=1).subject
    assert letter(sequence=1, changes=None).subject.count("Act today") == 1
    high = seen(without_findings(sample(), below=Severity.CRITICAL))
    new = material(report=high, sequence=2, changes=material().changes)
    assert "Act this week" in letters(new)[0].subject


def test_an_exemption_that_ends_soon_is_told_to_it() -> None:
    said = plain(letter("it", report=accepted()))
    assert "until 2026-12-01" in said
    assert "Juliette Moreau answers for it" in said


def test_a_mail_without_any_audit_says_that_nothing_is_known() -> None:
    for kind in ("principal", "it"):
        message = letter(kind, report=empty(), changes=None)
        assert "no audit has been kept, so nothing is known." in plain(message)
        assert "Nothing open" not in message.subject


def test_people_are_asked_for_one_thing_each() -> None:
    messages = letters(material("person"))
    assert [(message.recipients[0].partition("@")[0], message.subject) for message in messages][:3] == [
        ("it", "[Rivera for Senate] Please replace text messages by a security key (15 minutes)"),
        ("tom.okafor", "[Rivera for Senate] Please set up a second factor (10 minutes)"),
        ("press", "[Rivera for Senate] Please close the link for anyone (25 minutes)"),
    ]
    assert len({message.id for message in messages}) == len(messages) == 7
    assert [message.sequence for message in messages] == list(range(12, 19))


def test_nobody_is_mailed_about_whom_somebody_must_be_called() -> None:
    assert not [message for message in letters(material("person")) if message.recipients[0].startswith("ana.rivera")]


def test_a_message_is_the_same_when_it_is_made_again() -> None:
    for kind in KINDS:
        assert letters(material(kind)) == letters(material(kind))
    assert letter().id == "principal-20261123T091000Z-" + letter().id[-8:]
    assert letter().recipients == (READER,)
    assert letter().kind is MessageKind.PRINCIPAL


class Links(HTMLParser):
    """Collects what a page would load or lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.places += [f"{tag} {value}" for name, value in attrs if name in {"src", "href", "action", "background"}]
        assert tag not in {"script", "link", "iframe", "object", "form", "a", "base", "svg"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_html_loads_nothing_and_leads_nowhere(kind: str) -> None:
    message = letter(kind)
    assert message.html
    links = Links()
    links.feed(message.html)
    assert links.places == (["img cid:trend.png"] if kind == "it" else [])
    assert "url(" not in message.html
    assert "@import" not in message.html
    assert "://" not in message.html


@pytest.mark.parametrize("kind", KINDS)
def test_the_html_is_for_telephones_and_for_the_dark(kind: str) -> None:
    html = letter(kind).html or ""
    assert 'name="color-scheme" content="light dark"' in html
    assert "prefers-color-scheme: dark" in html
    assert "font-size: 16px" in html
    assert html.index("<meta charset") < 200


def test_the_report_is_attached_if_nothing_in_it_is_secret() -> None:
    harmless = replace(material("it"), report=without_findings(sample()))
    (message,) = letters(harmless)
    assert [each.name for each in message.attachments] == ["trend.png", "report-2026-11-23.html"]
    (message,) = letters(replace(harmless, names="role"))
    assert [each.name for each in message.attachments] == ["trend.png"]
    assert "because people are not named in this mail" in plain(message)
    (message,) = letters(material("it"))
    assert [each.name for each in message.attachments] == ["trend.png"]
    assert "because it holds what is said only by telephone" in plain(message)


def test_a_message_survives_its_way_into_the_store() -> None:
    message = letter("it")
    assert Message.model_validate_json(message.model_dump_json()) == message
