from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import get_args

import pytest
from making import source, write_pack

import auditor.policy.packs
from auditor.errors import PolicyError
from auditor.facts import Mechanism
from auditor.policy import PolicySet, load_packs, load_policy, run_tests, shipped_packs

LIMITED = {
    "require": "len(mail_rule.destinations) < params.limit",
    "params": {"limit": {"type": "integer", "default": 2, "help": "h"}},
}


def problems(*packs: str | Path, **params: dict[str, object]) -> list[str]:
    with pytest.raises(PolicyError) as failure:
        load_packs(packs, params.get("params"))
    return [each.message for each in failure.value.problems]


def test_policies_come_in_the_order_of_their_ids_and_by_kind(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path,
        a=source(id="z.last", require="mail_rule.enabled"),
        b=source(id="a.first", fact="account", require="account.mfa_registered"),
    )
    policies = load_packs([pack])
    assert [policy.document.id for policy in policies.policies] == ["a.first", "z.last"]
    assert policies.kinds == ("account", "mail_rule")
    assert [policy.document.id for policy in policies.for_kind("account")] == ["a.first"]


def test_the_packs_that_ship_are_found_in_a_checkout_and_in_a_wheel(tmp_path: Path) -> None:
    assert (shipped_packs() / "baseline").is_dir()
    (tmp_path / "auditor" / "policies").mkdir(parents=True)
    assert shipped_packs(tmp_path / "auditor") == tmp_path / "auditor" / "policies"
    (tmp_path / "auditor" / "policies").rmdir()
    assert shipped_packs(tmp_path / "auditor") == tmp_path / "policies"


def test_a_pack_is_refused_whole_with_the_mistakes_of_all_files(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path,
        good=source(id="a.good", require="mail_rule.enabled"),
        bad=source(id="a.bad", require="mail_rule.enabld"),
        worse="a: &b 1\n",
        twice=source(id="a.good", require="mail_rule.enabled"),
    )
    with pytest.raises(PolicyError) as failure:
        load_packs([pack])
    assert str(failure.value).splitlines() == [
        f"{pack}/bad.yaml:2:20: mail_rule has no field 'enabld' (Did you mean 'enabled'?)",
        f"{pack}/twice.yaml:1:1: a second policy 'a.good' (Give it an id of its own.)",
        f"{pack}/worse.yaml:1:4: anchors are not allowed: &b (Delete it.)",
    ]


def test_a_pack_without_policies_is_a_mistake_because_it_would_find_nothing(tmp_path: Path) -> None:
    assert problems(tmp_path) == ["a pack without policies"]
    assert problems("basline") == ["there is no pack 'basline'"]
    assert problems(tmp_path / "absent") == [f"there is no pack '{tmp_path / 'absent'}'"]


def test_a_policy_of_ten_megabytes_is_refused(tmp_path: Path) -> None:
    assert problems(write_pack(tmp_path, big="a: " + "x" * 10_000_000)) == ["the file is longer than 100,000 bytes"]


def test_a_link_that_leaves_the_folder_is_refused_and_a_pipe_is_not_opened(tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("password: x", encoding="utf-8")
    pack = write_pack(tmp_path / "pack", good=source(require="mail_rule.enabled"))
    (pack / "link.yaml").symlink_to(outside)
    os.mkfifo(pack / "pipe.yaml")
    assert problems(pack) == ["a link that leaves the folder of the pack", "this is not a file"]


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    write_pack(tmp_path / "pack" / "below", good=source(require="mail_rule.enabled"))
    shutil.move(pack / "below" / "good.yaml", pack / "below" / "good.text")
    (pack / "link.yaml").symlink_to(pack / "below" / "good.text")
    assert isinstance(load_packs([pack]), PolicySet)


def test_parameters_of_the_configuration_are_held_against_the_policies(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, one=source(**LIMITED))
    given = {"test.policy": {"limit": "many", "limmit": 1}, "test.polcy": {"limit": 1}}
    with pytest.raises(PolicyError) as failure:
        load_packs([pack], given, locate=lambda path: ("config.yaml", len(path), 7))
    assert str(failure.value).splitlines() == [
        "config.yaml:1:7: parameters for an unknown policy 'test.polcy' (Did you mean 'test.policy'?)",
        "config.yaml:2:7: limit must be a whole number (In test.policy.)",
        "config.yaml:2:7: test.policy has no parameter 'limmit' (Did you mean 'limit'?)",
    ]


def test_a_policy_needs_tests_that_pass_fail_and_are_unknown(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, one=source(require="mail_rule.enabled", tests=[]))
    assert problems(pack) == [f"no test expects {outcome}" for outcome in ("fail", "pass", "unknown")]
    always = source(
        require="mail_rule.label == 'x'", tests=[{"name": each, "expect": each} for each in ("pass", "fail")]
    )
    assert load_packs([write_pack(tmp_path / "other", one=always)]).policies


def test_facts_in_tests_are_held_against_the_kinds(tmp_path: Path) -> None:
    case = {
        "name": "wrong",
        "expect": "pass",
        "mail_rule": {"enabld": True, "mechanism": "filtre", "deletes": 3, "label": "$unknown", "created": "soon"},
        "owner": {"tier": "boss"},
        "params": {"limit": "x", "limmit": 3},
        "today": "tomorrow",
        "domains": 3,
        "tenant": 3,
        "onwer": None,
    }
    found = problems(write_pack(tmp_path, one=source(**{**LIMITED, "tests": [case]})))
    assert sorted(each.split(": ")[-1] for each in found) == sorted(
        [
            "unknown field 'enabld'",
            f"'filtre' is not one of {', '.join(get_args(Mechanism))}",
            "this must be a boolean",
            "this field is always known",
            "this must be a date such as 2026-01-31, or 90 days ago",
            "'boss' is not one of principal, administrator, finance, communications, staff, volunteer, outside",
            "this must be a whole number",
            "unknown parameter 'limmit'",
            "this must be a date",
            "this must be a list of domains",
            "this must be fields with values",
            "unknown key 'onwer'",
            "no test expects fail",
            "no test expects unknown",
        ]
    )


def test_tests_of_policies_run_with_their_own_parameters_domains_day_and_owner(tmp_path: Path) -> None:
    require = (
        "all(not is_external(d) or domain(d) in params.partners for d in mail_rule.destinations) "
        "and (mail_rule.created == null or days_since(mail_rule.created) > days(9)) "
        "and (owner == null or owner.tier != 'principal')"
    )
    outside = {"mail_rule": {"destinations": ["x@partner.example"]}}
    cases = [
        {"name": "nothing said", "expect": "pass"},
        {"name": "outside", **outside, "expect": "fail"},
        {"name": "a partner", **outside, "params": {"partners": ["partner.example"]}, "expect": "pass"},
        {"name": "a domain of ours", **outside, "domains": ["partner.example"], "expect": "pass"},
        {"name": "domains unknown", **outside, "domains": "$unknown", "expect": "unknown"},
        {"name": "old", "mail_rule": {"created": "10 days ago"}, "expect": "pass"},
        {"name": "young", "mail_rule": {"created": "9 days ago"}, "expect": "fail"},
        {"name": "a day", "today": "2026-02-01", "mail_rule": {"created": "2026-01-20"}, "expect": "pass"},
        {"name": "owner", "owner": {"tier": "principal"}, "expect": "fail"},
        {"name": "no owner", "owner": None, "expect": "pass"},
        {"name": "unread owner", "owner": "$unknown", "expect": "unknown"},
        {"name": "all unknown", "mail_rule": "$unknown", "expect": "unknown"},
        {"name": "this one is wrong", "expect": "fail"},
    ]
    params = {"partners": {"type": "list(string)", "default": [], "help": "h"}}
    pack = write_pack(tmp_path, one=source(require=f"|\n  {require}", params=params, tests=cases))
    policy = load_policy(pack / "one.yaml", {"test.policy": {"partners": ["partner.example"]}})
    wrong = [result for result in run_tests(policy) if not result.passed]
    assert [(result.name, result.expected, result.outcome) for result in wrong] == [
        ("this one is wrong", "fail", "pass")
    ]


def test_the_module_and_the_shipped_baseline_agree_about_where_packs_are() -> None:
    assert Path(auditor.policy.packs.__file__).is_relative_to(shipped_packs().parent)


def test_settings_of_the_vendor_are_there_in_tests_of_a_policy_for_that_vendor(tmp_path: Path) -> None:
    cases = [
        {"name": "nothing said", "expect": "pass"},
        {"name": "allowed", "settings": {"google_workspace": {"publishing_allowed": True}}, "expect": "fail"},
        {"name": "unread", "settings": {"google_workspace": "$unknown"}, "expect": "unknown"},
        {"name": "gone", "settings": {"google_workspace": None}, "expect": "unknown"},
    ]
    vendor = {"connectors": ["google_workspace"], "fix": {"google_workspace": "click"}}
    require = "not settings.google_workspace.publishing_allowed"
    pack = write_pack(tmp_path, one=source(fact="settings", require=require, tests=cases, **vendor))
    assert [result.outcome for result in run_tests(load_policy(pack / "one.yaml"))] == [
        "pass",
        "fail",
        "unknown",
        "unknown",
    ]


@pytest.mark.parametrize("name", ["pol2", "baseline2"])
def test_a_folder_that_is_named_like_a_pack_of_ours_is_told_how_to_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    with pytest.raises(PolicyError) as caught:
        load_packs([name])
    (problem,) = caught.value.problems
    assert (problem.file, problem.remedy) == (name, f"Write ./{name} for the folder.")
    assert "site-packages" not in str(problem)


def test_a_pack_that_is_not_there_is_told_by_the_name_that_was_written() -> None:
    with pytest.raises(PolicyError) as caught:
        load_packs(["unheard-of"])
    (problem,) = caught.value.problems
    assert problem.file == "unheard-of"
    assert problem.remedy.startswith("Name a folder, like ./our-policies, or one of: baseline, strict")
