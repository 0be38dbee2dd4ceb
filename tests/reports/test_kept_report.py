from __future__ import annotations

import pytest
from changed_sample import changed, suspicious
from sample import HOSTILE, accepted, empty, hostile_sample, sample

from auditor.models import Report
from auditor.store.reports import read, written


@pytest.mark.parametrize("report", [sample(), accepted(), changed(), suspicious(), empty()])
def test_a_report_comes_back_as_it_was(report: Report) -> None:
    assert read(written(report)) == report


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_names_in_a_report_come_back_as_they_were(label: str) -> None:
    report = hostile_sample(label)
    # Exemptions are files of the customer's own: what is not allowed there was refused when they were loaded.
    results = tuple(result.model_copy(update={"exempted": ()}) for result in report.results)
    report = report.model_copy(update={"results": results})
    assert read(written(report)) == report


def test_numbers_and_values_of_evidence_come_back_as_they_were() -> None:
    report = sample()
    values = {"a": 1, "b": 1.5, "c": None, "d": [True, "x", {"e": float("inf")}], "f": 2**60}
    finding = report.results[0].findings[0].model_copy(update={"evidence": values})
    results = (report.results[0].model_copy(update={"findings": (finding,)}), *report.results[1:])
    report = report.model_copy(update={"results": results})
    assert read(written(report)) == report
