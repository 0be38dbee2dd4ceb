"""What changed since the last audit stands first, in every format, and can be read by whoever was not there."""

from __future__ import annotations

import json
import re

import pytest
from changed_sample import changed, hostile_changes, suspicious, unchanged
from sample import HOSTILE, sample
from syrupy.assertion import SnapshotAssertion

from auditor.models import ChangeKind
from auditor.reports import FORMATS
from auditor.reports.news import HEADINGS, news

terminal, html = FORMATS["terminal"], FORMATS["html"]


def test_what_changed_looks_as_recorded(snapshot: SnapshotAssertion) -> None:
    shown = terminal(changed(), width=90)
    assert shown[: shown.index("WHO MUST DO WHAT")] == snapshot


def test_every_kind_of_change_has_a_heading_in_the_order_of_the_kinds() -> None:
    assert list(HEADINGS) == list(ChangeKind)
    told = news(changed().changes)
    assert told
    assert [heading for heading, _ in told.groups] == list(HEADINGS.values())


@pytest.mark.parametrize("name", ["terminal", "html"])
def test_what_changed_stands_before_everything_but_the_verdict(name: str) -> None:
    shown = FORMATS[name](changed()).lower()
    assert shown.rindex("since the last audit") < shown.rindex("who must do what")
    assert "since the last audit" not in FORMATS[name](sample()).lower()


def test_an_audit_that_changed_nothing_says_so() -> None:
    told = news(unchanged().changes)
    assert told
    assert re.fullmatch(r"Nothing changed; \d+ still open\.", told.sentence)
    assert told.since == ("Since 2026-11-23 09:04 UTC.",)


def test_the_first_audit_is_called_the_baseline() -> None:
    told = news(changed().changes)
    assert told
    assert (
        told.since[1]
        == "This is the first audit of microsoft in the history: what it found is the baseline, and not new."
    )


def test_what_is_suspicious_stands_first_and_in_red() -> None:
    shown = terminal(suspicious(), colour=True)
    assert "\x1b[1;31maccounts not seen: the answer cannot be true." in shown
    assert '<span class="tag critical">Suspicious</span>' in html(suspicious())
    assert "Suspicious" not in html(sample())


def test_programs_are_told_every_change() -> None:
    told = json.loads(FORMATS["json"](changed()))["changes"]
    assert [item["kind"] for item in told["items"]] == sorted(
        (item["kind"] for item in told["items"]), key=[kind.value for kind in ChangeKind].index
    )
    assert told["counts"]["opened"] == 1
    assert [each["audit"] for each in told["tenants"]] == [None, "a-week-ago"]
    assert all(set(each["counts"]) == set(told["counts"]) for each in told["people"])


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_names_in_changes_reach_nobody_as_commands(text: str) -> None:
    shown = terminal(hostile_changes(text), width=80)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    page = html(hostile_changes(text))
    assert "<img" not in page
    assert "<script" not in page
