from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config import Config, load
from auditor.errors import ConfigurationError

TENANTS = """\
organisation: Rivera for Senate
tenants:
  - {id: workspace, connector: google_workspace, admin: it@rivera.example, credentials: {key_file: google.json}}
  - {id: other, connector: google_workspace, admin: it@rivera.example, credentials: {key_file: google.json}}
"""


def written(folder: Path, schedule: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(TENANTS + schedule, encoding="utf-8")
    return path


def loaded(folder: Path, schedule: str) -> Config:
    return load(written(folder, schedule))


def refusals(folder: Path, schedule: str) -> list[str]:
    path = written(folder, schedule)
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def test_every_mistake_about_times_is_told_at_its_place_with_what_was_meant(tmp_path: Path) -> None:
    schedule = """\
schedule:
  time_zone: Europe/Berln
  audit: {workspac: evry day 06:30, workspace: never}
  mail: mondys 07:00
  prune: 7
  self_check: "* * * * *"
"""
    assert refusals(tmp_path, schedule) == [
        "6:14: this is no time zone (Did you mean 'Europe/Berlin'?)",
        "7:3: nothing says when 'other' is audited (Add other: every day at 06:30, or other: never.)",
        "7:11: there is no such tenant (Did you mean 'workspace'?)",
        "7:21: 'evry' says no time (Did you mean 'every'?)",
        "8:9: 'mondys' says no time (Did you mean 'mondays'?)",
        "9:10: this must be text",
        "10:15: this is more often than 4 times an hour (Write every hour, or a cron expression: 0 * * * *)",
    ]


def test_one_time_for_all_tenants_is_one_job(tmp_path: Path) -> None:
    config = loaded(tmp_path, "schedule: {time_zone: America/New_York, audit: every day at 06:30}")
    assert list(config.schedule.times) == ["audit", "mail", "prune", "self_check"]
    assert str(config.schedule.times["audit"].zone) == "America/New_York"


def test_a_time_for_each_tenant_is_a_job_for_each(tmp_path: Path) -> None:
    config = loaded(tmp_path, "schedule: {audit: {workspace: every 6 hours, other: never}}")
    times = config.schedule.times
    assert list(times) == ["audit:workspace", "audit:other", "mail", "prune", "self_check"]
    assert (times["audit:workspace"].cron, times["audit:other"].cron) == ("0 */6 * * *", None)
