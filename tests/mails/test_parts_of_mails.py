"""The parts that mails are made of: names, links, dates, the trend and its picture, the auditor's own condition."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from weekly import NOW, material, trend

from auditor.mails.condition import condition
from auditor.mails.dates import age_words, minutes_words, moment_words
from auditor.mails.naming import initials
from auditor.mails.plain import called, told
from auditor.mails.sparkline import HEIGHT, WIDTH, png
from auditor.mails.trend import Week, trend_words, weeks
from auditor.models import Counts, Expiry, Health, Person, Severity
from auditor.store import KeptAudit, TenantSummary


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://evil.com/login", "https[:]//evil[.]com/login"),
        ("visit evil.com now", "visit evil[.]com now"),
        ("www.bank.co.uk", "www[.]bank[.]co[.]uk"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("mailto:x", "mailto[:]x"),
        ("Donors 2026.xlsx", "Donors 2026.xlsx"),
        ("ana@rivera.org sends mail to x@evil.com", "ana@rivera.org sends mail to x@evil.com"),
        ("version 1.2", "version 1.2"),
        ("two\nlines \u202e", "two\\nlines \\u202e"),
    ],
)
def test_what_strangers_wrote_is_no_link(written: str, shown: str) -> None:
    assert told(written) == shown
    assert told(shown) == shown


def test_a_name_has_few_words_and_characters() -> None:
    assert called("Ana Maria Rivera") == "Ana Maria Rivera"
    assert called("a b c d e f") == "a b c d…"
    assert len(called("word " * 2_000).split()) <= 4
    assert len(called("x" * 10_000)) <= 50


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Rivera", "A. R."), ("ana maria rivera", "A. R."), ("Cher", "C."), ("李 小龙", "李. 小."), ("<b> 7", "?."),
        ("", "I."),
    ],
)  # fmt: skip
def test_initials_are_letters_of_the_first_and_the_last_word(name: str, letters: str) -> None:
    assert initials(Person(address="it@x.example", name=name, tier="staff", accounts=())) == letters


def test_moments_are_told_in_the_reader_s_zone_whatever_the_locale() -> None:
    assert moment_words(datetime(2026, 3, 1, 7, 5, tzinfo=UTC), ZoneInfo("Pacific/Auckland")) == "Sunday 1 March, 20:05"
    assert [age_words(timedelta(hours=hours)) for hours in (0, 1, 30, 49, 500)] == [
        "less than an hour", "1 hour", "30 hours", "2 days", "20 days",
    ]  # fmt: skip
    assert [minutes_words(minutes) for minutes in (1, 60, 90, 480)] == [
        "1 minute",
        "60 minutes",
        "1.5 hours",
        "8 hours",
    ]


def kept(day: datetime, *tenants: tuple[str, int, int]) -> KeptAudit:
    summaries = tuple(
        TenantSummary(
            tenant=tenant, accounts=1, assessed=1, findings={Severity.HIGH: grave, Severity.LOW: small}, unknown=0,
            gaps=0, counts=Counts(),
        )
        for tenant, grave, small in tenants
    )  # fmt: skip
    return KeptAudit(
        number=1, id="a", organisation="x", version="1", asked=(), state="whole", started=day, finished=day,
        exit_code=1, tenants=summaries,
    )  # fmt: skip


def test_the_trend_counts_the_last_audit_of_each_tenant_in_a_week() -> None:
    monday = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
    audits = [
        kept(monday - timedelta(hours=1), ("a", 9, 9)),  # the Sunday before
        kept(monday, ("a", 3, 4), ("b", 1, 0)),
        kept(monday + timedelta(days=1), ("a", 2, 4)),
        kept(monday + timedelta(days=20), ("a", 0, 1)),
    ]
    told_weeks = weeks(audits, now=monday + timedelta(days=20), zone=ZoneInfo("UTC"), most=4)
    assert told_weeks == (Week(2026, 1, 18, 9), Week(2026, 2, 7, 3), Week(2026, 3), Week(2026, 4, 1, 0))


def test_a_week_begins_on_monday_where_the_reader_is() -> None:
    sunday_in_america = datetime(2026, 1, 5, 3, tzinfo=UTC)
    audits = [kept(sunday_in_america, ("a", 1, 0))]
    there = weeks(audits, now=sunday_in_america, zone=ZoneInfo("America/New_York"), most=1)
    assert there == (Week(2026, 1, 1, 1),)
    assert weeks(audits, now=sunday_in_america, zone=ZoneInfo("UTC"), most=1) == (Week(2026, 2, 1, 1),)


def test_the_trend_is_told_in_numbers_from_the_first_week_that_is_known() -> None:
    assert trend_words((Week(2026, 1), Week(2026, 2, 7, 3), Week(2026, 3), Week(2026, 4, 1, 0))) == (
        "Open findings in weeks 2 to 4: 7, none, 1.",
        "High or critical among them: 3, none, 0.",
        "None: no audit was kept in that week.",
    )
    assert trend_words((Week(2026, 1), Week(2026, 2, 7, 3)))[0] == "Open findings in week 2: 7."
    assert trend_words((Week(2026, 1),)) == ("There is no audit to compare with yet.",)


def pixels(picture: bytes) -> list[list[bytes]]:
    """Return the rows of a picture, decoded by the book."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    place, body, size = 8, b"", (0, 0)
    while place < len(picture):
        length, kind = struct.unpack_from(">I4s", picture, place)
        chunk = picture[place + 8 : place + 8 + length]
        assert struct.unpack_from(">I", picture, place + 8 + length)[0] == zlib.crc32(kind + chunk)
        size = struct.unpack_from(">II", chunk) if kind == b"IHDR" else size
        body += chunk if kind == b"IDAT" else b""
        place += 12 + length
    raw, (width, height) = zlib.decompress(body), size
    assert len(raw) == height * (1 + 4 * width)
    rows = [raw[n * (1 + 4 * width) : (n + 1) * (1 + 4 * width)] for n in range(height)]
    assert {row[0] for row in rows} == {0}
    return [[row[1 + 4 * n : 5 + 4 * n] for n in range(width)] for row in rows]


def test_the_picture_shows_a_bar_a_week_as_high_as_its_findings() -> None:
    rows = pixels(png(trend()))
    assert (len(rows[0]), len(rows)) == (WIDTH, HEIGHT)
    nothing = bytes(4)
    step = (WIDTH + 10) // 12
    heights = [sum(row[place * step] != nothing for row in rows) for place in range(12)]
    numbers = [week.findings for week in trend()]
    assert heights[0] == HEIGHT
    assert heights[4] == 6
    assert all(
        abs(height - HEIGHT * number / 31) < 1 for height, number in zip(heights, numbers, strict=True) if number
    )
    assert len(png(trend())) < 2_000
    assert png(()) != png(trend())


def said(health: Health) -> list[str]:
    return [f"{line.mark}: {line.text}" for line in condition(material("it", health=health))]


def test_what_nobody_has_looked_at_is_not_called_well() -> None:
    assert said(Health())[1:] == [
        "unseen: Nobody has looked whether credentials expire: the self-check has not run yet."
    ]
    assert said(Health(checked=NOW - timedelta(days=30)))[-1] == "unseen: The self-check ran 30 days ago."
    unknown = Health(checked=NOW, expiring=(Expiry(what="the secret"),))
    assert "unseen: Nobody knows when the secret ends." in said(unknown)
    assert not any("No credential ends" in line for line in said(unknown))


def test_what_ends_soon_is_told_the_graver_the_sooner() -> None:
    def ends(days: int) -> list[str]:
        return said(Health(checked=NOW, expiring=(Expiry(what="the key", ends=NOW + timedelta(days=days)),)))

    assert "critical: The key has ended." in ends(-1)
    assert "high: The key ends in 7 days." in ends(7)
    assert "medium: The key ends in 40 days." in ends(40)
    assert "pass: No credential ends before Friday 1 January 2027." not in ends(40)
    assert any(line.startswith("pass: No credential ends before") for line in ends(90))
