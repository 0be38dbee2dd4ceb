from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from sample import HOSTILE, accepted, empty, fact, finding, hostile_sample, result, sample, seen, without_findings
from syrupy.assertion import SnapshotAssertion

from auditor.models import Person, Report, Severity
from auditor.reports import FORMATS

render = FORMATS["terminal"]
SGR = re.compile(r"\x1b\[[0-9;]*m")


def assert_harmless(shown: str, width: int) -> None:
    """Fail when anything but text and line ends is left, or a line is too long."""
    for line in shown.split("\n"):
        assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}]
        assert cell_len(line) <= width
        assert line == line.rstrip(" ")


def test_the_terminal_report_looks_as_recorded(snapshot: SnapshotAssertion) -> None:
    assert render(sample(), width=80) == snapshot


def test_what_was_accepted_and_what_was_raised_looks_as_recorded(snapshot: SnapshotAssertion) -> None:
    assert render(accepted()) == snapshot


def test_an_audit_that_read_nothing_says_so(snapshot: SnapshotAssertion) -> None:
    assert render(empty(), width=80) == snapshot


def test_a_report_without_findings_looks_as_recorded(snapshot: SnapshotAssertion) -> None:
    assert render(without_findings(seen(sample())), width=80) == snapshot


def test_colour_changes_nothing_but_the_colour() -> None:
    coloured = render(sample(), width=80, colour=True)
    assert "\x1b[" in coloured
    plain = [line.rstrip() for line in SGR.sub("", coloured).split("\n")]
    assert plain == render(sample(), width=80).split("\n")


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = render(sample(), colour=True)
    for name, value in {"NO_COLOR": "1", "COLUMNS": "7", "TERM": "dumb", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    assert render(sample(), colour=True) == expected


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_hostile_names_reach_the_terminal_as_harmless_text(text: str, width: int) -> None:
    assert_harmless(render(hostile_sample(text), width=width), width)


def test_markup_in_a_name_is_shown_and_not_obeyed() -> None:
    assert "[/red][bold]" in render(hostile_sample("[/red][bold]"))
    assert ":skull:" in render(hostile_sample(":skull:"))


def test_hostile_names_bring_no_sequence_of_their_own_into_a_coloured_report() -> None:
    for text in HOSTILE:
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", SGR.sub("", render(hostile_sample(text), colour=True)))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None) | st.characters(categories=["Cc", "Cf", "Cs", "Mn", "So"])))
def test_no_name_whatever_harms_a_terminal(text: str) -> None:
    shown = render(hostile_sample(text), width=60)
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cs", "Co", "Zl", "Zp"} and c != "\n"]
    assert not [
        c
        for c in shown
        if unicodedata.bidirectional(c) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    ]
    assert all(cell_len(line) <= 60 for line in shown.split("\n"))


def test_long_lists_are_cut_but_principals_never_are() -> None:
    principals = crowd("principal", 30)
    volunteers = crowd("volunteer", 60, unlike=True)
    shown = render(joined(principals, volunteers))
    assert all(f"principal{number:02} loses" in shown for number in range(30))
    assert "(see --format json)" in shown
    assert len(shown.split("\n")) < 400


def test_many_tenants_fit_beside_and_below_each_other() -> None:
    report = sample()
    rows = tuple(report.coverage[0].model_copy(update={"tenant": f"chapter-{number:02}"}) for number in range(12))
    shown = render(report.model_copy(update={"coverage": rows}), width=80)
    assert all(f"chapter-{number:02}" in shown for number in range(12))
    assert_harmless(shown, 80)


def test_a_kind_of_facts_is_called_by_its_whole_name() -> None:
    report = sample()
    row = report.coverage[0].model_copy(update={"kind": "forwarding_policy"})
    shown = render(report.model_copy(update={"coverage": (row,)}), width=40)
    assert "forwarding policies" in shown
    assert_harmless(shown, 40)


def test_names_of_what_was_not_seen_are_shown_whole() -> None:
    report = sample()
    row = report.coverage[1]
    address = "somebody.with.a.long.name{}@rivera-campaign.example"
    gaps = tuple(
        row.gaps[0].model_copy(update={"target": address.format(n), "label": address.format(n)}) for n in range(8)
    )
    shown = render(report.model_copy(update={"coverage": (row.model_copy(update={"gaps": gaps}),)}), width=200)
    assert all(address.format(number) in shown for number in range(8))


def crowd(tier: str, number: int, *, unlike: bool = False) -> list[tuple[Person, object]]:
    """Return people of a tier with one finding each, worded alike or not."""
    found = []
    for index in range(number):
        name = f"{tier}{index:02}"
        message = f"{name} loses {index} files" if unlike else f"{name} loses mail"
        one = finding(
            f"p.{index if unlike else 0}", "t", Severity.HIGH, fact("account", name, name, None), message, {}, "mend it"
        )
        found.append((Person(address=name, name=name, tier=tier, accounts=(), findings=(one.fingerprint,)), one))
    return found


def joined(*crowds: list[tuple[Person, object]]) -> Report:
    """Return a report about these people."""
    everyone = [pair for some in crowds for pair in some]
    results = (result("p.0", "Nobody loses anything", Severity.HIGH, "t", [one for _, one in everyone]),)  # type: ignore[misc]
    return empty().model_copy(update={"people": tuple(person for person, _ in everyone), "results": results})
