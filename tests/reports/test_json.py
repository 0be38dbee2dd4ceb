from __future__ import annotations

import json
import re
import time
from datetime import datetime, timedelta, timezone
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from changed_sample import changed
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sample import HOSTILE, accepted, empty, hostile_sample, sample
from syrupy.assertion import SnapshotAssertion

from auditor.models import Report
from auditor.reports import FORMATS

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "report-format.md"
SCHEMA: dict[str, Any] = json.loads(resources.files("auditor.reports").joinpath("report-1.schema.json").read_text())
render = FORMATS["json"]


def strict(text: str) -> Any:  # noqa: ANN401 - a JSON document
    """Parse JSON, refusing what RFC 8259 does not have."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def keys(schema: Any) -> set[str]:  # noqa: ANN401 - a JSON document
    """Return every key that the schema names."""
    if isinstance(schema, list):
        return set().union(*map(keys, schema))
    if not isinstance(schema, dict):
        return set()
    named = schema.get("properties", {})
    return set(named).union(*map(keys, [*named.values(), *schema.get("$defs", {}).values(), schema.get("items")]))


def objects(schema: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a JSON document
    """Return every object that the schema describes key by key."""
    if isinstance(schema, list):
        return [found for part in schema for found in objects(part)]
    if not isinstance(schema, dict):
        return []
    return [schema] * ("properties" in schema) + objects(list(schema.values()))


def test_the_json_report_looks_as_recorded(snapshot: SnapshotAssertion) -> None:
    assert render(sample()) == snapshot


@pytest.mark.parametrize(
    "report",
    [sample(), accepted(), changed(), empty(), *map(hostile_sample, HOSTILE)],
    ids=lambda r: ascii(r.organisation)[:20],
)
def test_every_report_obeys_its_schema(report: Report) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(strict(render(report)))


def test_the_schema_leaves_no_key_open_and_none_optional() -> None:
    described = objects(SCHEMA)
    assert len(described) == 19
    for described_object in described:
        assert described_object["additionalProperties"] is False
        assert described_object["required"] == list(described_object["properties"])


def test_every_key_is_documented_and_every_documented_key_exists() -> None:
    first_cells = re.findall(r"^\| (`[^|]+) \|", DOCUMENTATION.read_text(), re.MULTILINE)
    documented = {key for cell in first_cells for key in re.findall(r"`([a-z_]+)`", cell)}
    owner = {"address", "name", "key", "tenant"}  # documented in one row, as keys of another object
    assert documented - owner == keys(SCHEMA) - owner
    assert all(f"`{key}`" in DOCUMENTATION.read_text() for key in keys(SCHEMA))


def test_the_report_does_not_depend_on_the_order_of_its_parts() -> None:
    report = sample()
    turned = report.model_copy(
        update={
            "tenants": report.tenants[::-1],
            "coverage": tuple(c.model_copy(update={"gaps": c.gaps[::-1]}) for c in report.coverage[::-1]),
            "results": tuple(
                r.model_copy(update={"findings": r.findings[::-1], "unknowns": r.unknowns[::-1]})
                for r in report.results[::-1]
            ),
            "people": tuple(p.model_copy(update={"accounts": p.accounts[::-1]}) for p in report.people[::-1]),
        }
    )
    assert turned != report
    assert {name: form(turned) for name, form in FORMATS.items()} == {
        name: form(report) for name, form in FORMATS.items()
    }


def test_what_was_accepted_is_no_finding() -> None:
    files = next(each for each in strict(render(accepted()))["results"] if each["exempted"])
    (excused,) = files["exempted"]
    assert excused["finding"]["fingerprint"] not in {each["fingerprint"] for each in files["findings"]}
    assert (excused["granted"], excused["until"]) == ("2026-11-01", "2026-12-01")


def test_a_raised_finding_says_what_its_policy_says() -> None:
    findings = [each for result in strict(render(accepted()))["results"] for each in result["findings"]]
    (raised,) = [each for each in findings if each["raised_for"]]
    assert (raised["severity"], raised["policy_severity"], raised["raised_for"]) == ("high", "medium", "administrator")
    assert all(each["severity"] == each["policy_severity"] for each in findings if each is not raised)


def test_moments_are_written_in_utc_whatever_their_zone_and_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    noon = datetime(2026, 11, 23, 12, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    audit = sample().audit.model_copy(update={"started": noon, "finished": datetime(2026, 11, 23, 7)})  # noqa: DTZ001 - a moment without a zone
    written = strict(render(sample().model_copy(update={"audit": audit})))["audit"]
    assert (written["started"], written["finished"]) == ("2026-11-23T06:30:00Z", "2026-11-23T07:00:00Z")
    monkeypatch.undo()
    time.tzset()


def test_a_number_that_json_cannot_hold_becomes_text() -> None:
    report = sample()
    finding = report.results[0].findings[0].model_copy(update={"evidence": {"n": [float("nan"), {"i": float("-inf")}]}})
    result = report.results[0].model_copy(update={"findings": (finding,)})
    written = strict(render(report.model_copy(update={"results": (result,)})))
    assert written["results"][0]["findings"][0]["evidence"] == {"n": ["nan", {"i": "-inf"}]}


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_names_reach_a_terminal_as_printable_ascii_and_a_program_as_they_are(text: str) -> None:
    written = render(hostile_sample(text))
    assert re.fullmatch(r"[\x20-\x7e\n]*", written)
    assert strict(written)["organisation"] == text


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(codec=None)))
def test_json_keeps_the_true_text_and_shows_a_terminal_only_printable_ascii(text: str) -> None:
    written = render(hostile_sample(text))
    assert re.fullmatch(r"[\x20-\x7e\n]*", written)
    document = strict(written)
    assert document["organisation"] == text
    assert {person["name"] for person in document["people"]} == {text, ""}
    assert document["results"][0]["findings"][0]["evidence"] == {text: [text]}
