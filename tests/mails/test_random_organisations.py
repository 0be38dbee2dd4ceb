"""What holds of every mail, about whatever organisation."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from organisations import NOW, SECRET, material, organisation
from rich.cells import cell_len
from sample import HOSTILE

from auditor.mails import Material, letters
from auditor.mails.letters import LIMIT, weight
from auditor.models import Message, Report
from auditor.notifiers.email import compose
from auditor.reports.verdict import verdict

SEEDS = range(200)
SOME = {"principal": SEEDS, "it": range(40), "person": range(40)}
"""Long mails take long to write: fewer of them, so that the tests do not."""
EVIL = tuple(text for text in HOSTILE if text.strip())


class Page(HTMLParser):
    """Reads a page as a mail program does."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.references: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._hidden += tag in {"style", "title"}
        for name, value in attrs:
            assert not name.startswith("on"), name
            self.references += [value or ""] if name in {"src", "href", "action", "background", "srcset"} else []

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        self.words += [] if self._hidden else data.split()


def page(message: Message) -> Page:
    found = Page()
    found.feed(message.html or "")
    return found


@cache
def mails(kind: str, **given: Any) -> tuple[tuple[Material, Message], ...]:  # noqa: ANN401 - what material takes
    """Return the mails of a kind about all the organisations. Cached, because every test looks at the same."""
    made = (material(seed, kind, **given) for seed in SOME[kind])
    return tuple((each, message) for each in made for message in letters(each))


def named(report: Report, text: str) -> set[str]:
    """Return the people who are named in a text; their names end in words of their own."""
    words = set(re.findall(r"Xyzzy\d+", text))
    return {person.address for person in report.people if person.name.split()[-1] in words} if words else set()


def test_the_organisations_are_of_all_kinds() -> None:
    reports = [organisation(seed) for seed in SEEDS]
    assert {verdict(report).level for report in reports} == {"critical", "high", "medium", "low", "unseen", "clear"}
    assert {len(report.people) for report in reports} == {0, 1, 3, 8, 20, 60}


def test_the_principals_mail_has_at_most_120_words_and_three_people() -> None:
    for made, message in mails("principal"):
        assert len(message.text.split()) <= 120, message.text
        assert len(page(message).words) <= 120, message.text
        assert len(named(made.report, message.text)) <= 3, message.text
        assert len(re.findall(r"^\d\. ", message.text, re.MULTILINE)) <= 3


def test_the_people_at_risk_of_the_subject_are_those_listed_and_those_beside_them() -> None:
    counted = 0
    for made, message in mails("principal"):
        said = re.search(r"(\d+) (?:person|people) at risk", message.subject)
        beside = re.search(r"(\d+) more(?:\s+(?:person|people))?\s+at\s+risk", message.text)
        assert "somebody" not in message.text or made.names != "full"
        if said and beside:
            listed = re.findall(r"^\d\. (?:(\d+) people)?", message.text, re.MULTILINE)
            assert int(said[1]) == sum(int(number or 1) for number in listed) + int(beside[1]), message.text
            counted += 1
    assert counted > 10


def test_the_principals_mail_has_at_most_120_words_whatever_people_are_called() -> None:
    for _, message in mails("principal", hostile=EVIL):
        assert len(message.text.split()) <= 120, message.text
        assert len(page(message).words) <= 120, message.text


def test_the_subject_has_one_shape_and_tells_the_verdict_of_the_report() -> None:
    shape = re.compile(
        r"\[Rivera for Senate\] (Act today|Act this week|Act this month|Nothing pressing|Nothing open|"
        r"Could not be seen|Baseline [1-4] of 4): [\w ]+ - security week \d+, mail \d+"
    )
    for made, message in mails("principal"):
        assert shape.fullmatch(message.subject), message.subject
        said = message.subject.partition("] ")[2].partition(":")[0]
        found = verdict(made.report)
        if made.stale and found.level not in {"critical", "high"}:
            assert said == "Could not be seen"
        else:
            assert said == found.call or (made.first_weeks and said.startswith("Baseline"))
        assert f"{said}: " in message.text


def test_nothing_is_called_well_that_is_old_or_was_not_seen() -> None:
    for made, message in mails("principal"):
        fine = verdict(made.report).level == "clear" and not made.stale
        assert ("Nothing open" in message.subject) == fine
        assert ("Could not be checked" in message.text) or made.report.coverage
        if any(row.gaps for row in made.report.coverage):
            assert "Could not be checked" in message.text


def test_the_principals_mail_never_speaks_of_what_got_better_alone_where_something_went_dark() -> None:
    hidden = 0
    for made, message in mails("principal"):
        counts = made.changes.counts if made.changes and made.sequence > 1 else None
        worse = counts.went_dark + counts.unverified if counts else 0
        assert ("Worse: " in message.text) == bool(worse), message.text
        assert not worse or message.text.index("Worse: ") < message.text.index("new.")
        hidden += bool(worse)
    assert hidden > 10


def test_the_principals_mail_says_when_the_next_comes_and_its_own_number() -> None:
    for made, message in mails("principal"):
        assert re.search(r"Next(?: mail)?: ", message.text)
        assert f"{made.sequence:,}." in message.text


@pytest.mark.parametrize("kind", ["principal", "it", "person"])
def test_what_an_intruder_did_is_in_no_mail(kind: str) -> None:
    calls = 0
    for made, message in mails(kind):
        calls += SECRET in made.report.model_dump_json()
        whole = compose(message, sender="a@b.example", recipient="c@d.example", now=NOW).as_string()
        assert "evil" not in message.subject + message.text + (message.html or "") + whole
        for each in message.attachments:
            assert b"evil" not in each.content
    assert calls > 10


def test_nobody_gets_a_mail_about_whom_somebody_must_be_called() -> None:
    for made, message in mails("person"):
        (recipient,) = message.recipients
        person = next(each for each in made.report.people if each.address == recipient)
        assert person.tier != "outside"
        assert not [f for f in made.report.findings if f.fingerprint in person.findings and f.urgent]


@pytest.mark.parametrize("names", ["initials", "role"])
@pytest.mark.parametrize("kind", ["principal", "it"])
def test_no_name_or_address_leaves_where_names_shall_not(kind: str, names: str) -> None:
    for _, message in mails(kind, names=names):
        said = message.subject + message.text + (message.html or "")
        assert "Xyzzy" not in said
        assert "@" not in re.sub(r"@media", "", said)
        assert "artefact" not in said
        assert not [each for each in message.attachments if not each.inline]


@pytest.mark.parametrize("kind", ["principal", "it", "person"])
def test_hostile_names_cannot_break_hide_or_alter_a_mail(kind: str) -> None:
    plain_tags = set().union(*(page(message).tags for _, message in mails(kind)))
    for _, message in mails(kind, hostile=EVIL):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]", message.text)
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", message.subject)
        assert len(message.subject) < 200
        found = page(message)
        assert found.tags <= plain_tags
        assert set(found.references) <= {"cid:trend.png"}
        assert "://" not in message.text + (message.html or "")
        assert (message.html or "").rstrip().endswith("</html>")
        assert max(map(cell_len, message.text.splitlines())) <= 72
        whole = compose(message, sender="a@b.example", recipient="c@d.example", now=NOW).as_bytes()
        assert len(whole) < LIMIT
        assert max(map(len, whole.splitlines())) < 998


@pytest.mark.parametrize("kind", ["principal", "it", "person"])
def test_a_mail_has_less_than_100_kilobytes_and_no_line_of_more_than_72_columns(kind: str) -> None:
    for _, message in mails(kind):
        whole = compose(message, sender="a@b.example", recipient="c@d.example", now=NOW).as_bytes()
        assert len(whole) <= weight(message) <= LIMIT
        assert max(map(cell_len, message.text.splitlines())) <= 72


def test_everybody_who_must_be_called_is_named_to_it() -> None:
    for made, message in mails("it", names="full"):
        urgent = {f.fingerprint for f in made.report.findings if f.urgent}
        called = {p.name for p in made.report.people if urgent.intersection(p.findings)}
        text = message.text.partition("Call, do not mail:")[2]
        assert all(name in text for name in called)


def test_an_old_report_is_never_green() -> None:
    for seed in SEEDS:
        made = replace(material(seed, "principal"), now=NOW + timedelta(days=30))
        (message,) = letters(made)
        assert "Nothing open" not in message.subject
        assert "30 days old" in " ".join(message.text.split()) or "people" in message.subject
