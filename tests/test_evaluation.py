from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import GapReason, PolicyError
from auditor.evaluation import TenantEvaluation
from auditor.facts import KINDS, UNSET, Account, Directory, Fact, MailRule, SharedItem, Tenant
from auditor.models import Coverage, Gap, Policy, PolicyResult, fingerprint
from auditor.policy import PolicySet
from auditor.policy.document import check_document
from auditor.yaml_files import load, validate

TODAY = datetime(2026, 1, 15, tzinfo=UTC)
TENANT = Tenant(tenant="t", key="C0", label="Rivera", connector="google_workspace", vendor_id="C0")
DOMAINS = frozenset({"org.example"})


def policies(*parts: dict[str, object]) -> PolicySet:
    """Policies about mail rules unless they say otherwise, in the order of their ids."""
    checked = []
    for number, part in enumerate(parts):
        document = {
            "language": 1,
            "id": f"p.p{number}",
            "title": "t",
            "severity": "high",
            "fact": "mail_rule",
            "message": "{mail_rule.label} of {owner.label} sends to {mail_rule.destinations}",
            "why": "w",
            "fix": {"google_workspace": "click Google", "microsoft_365": "click Microsoft"},
            **part,
        }
        tree = load(json.dumps(document), file="p.yaml", error=PolicyError)
        policy, problems = check_document(validate(Policy, tree), tree, {})
        assert policy, problems
        checked.append(policy)
    return PolicySet(tuple(checked))


INSIDE = {
    "when": "mail_rule.enabled and mail_rule.mechanism != 'transport_rule'",
    "require": "all(not is_external(d) for d in mail_rule.destinations)",
    "evidence": ["mail_rule.destinations", "mail_rule.created", "mail_rule.deletes", "owner.address"],
}
TRANSPORT = {"when": "mail_rule.mechanism == 'transport_rule'", "require": "mail_rule.destinations == []"}
MFA = {"fact": "account", "require": "account.mfa_registered", "message": "{account.label} has no second factor"}


def account(key: str = "ana", **fields: object) -> Account:
    base = {"tenant": "t", "key": key, "label": key.title(), "address": f"{key}@org.example"}
    return Account(**{**base, "type": "person", "status": "active", "mfa_registered": True, **fields})


def rule(key: str = "1", **fields: object) -> MailRule:
    base = {"tenant": "t", "key": key, "label": f"rule {key}", "owner": "ana", "mechanism": "filter", "enabled": True}
    return MailRule(**{**base, "destinations": (), **fields})


def gap(target: str = "ana", kind: str = "mail_rule", **fields: object) -> Gap:
    base = {"tenant": "t", "kind": kind, "source": "filters", "target": target, "label": f"{target}'s filters"}
    more = {"reason": GapReason.DENIED, "detail": "Google says no.", "remedy": "Grant the scope.", "owner": target}
    return Gap(**{**base, **more, **fields})


def row(kind: str = "mail_rule", targets: int = 1, read: int | None = None, **fields: object) -> Coverage:
    return Coverage(tenant="t", kind=kind, targets=targets, read=targets if read is None else read, **fields)


def results(
    of: PolicySet,
    facts: Iterable[Fact] = (),
    coverage: Sequence[Coverage] | None = None,
    gaps: Iterable[Gap] = (),
    tenant: Tenant = TENANT,
    **directory: object,
) -> tuple[PolicyResult, ...]:
    known = {"accounts": {"ana": account()}, "domains": DOMAINS, "domains_complete": True, **directory}
    evaluation = TenantEvaluation(of, directory=Directory(tenant, **known), today=TODAY)
    evaluation.add(facts)
    for each in gaps:
        evaluation.gap(each)
    return evaluation.results([row()] if coverage is None else coverage)


def test_a_violation_becomes_a_finding_with_everything_a_report_needs() -> None:
    (result,) = results(policies(INSIDE), [rule(destinations=("x@evil.test", "bob@org.example"), created=None)])
    (finding,) = result.findings
    assert (result.outcome, result.assessed, result.not_applicable) == ("fail", 1, 0)
    assert finding.message == "rule 1 of Ana sends to x@evil.test, bob@org.example"
    assert finding.fix == "click Google"
    assert finding.fingerprint == fingerprint("p.p0", "t", "mail_rule", "1")
    assert finding.fact.owner is not None
    assert finding.fact.owner.address == "ana@org.example"
    assert finding.evidence == {
        "mail_rule.destinations": ["x@evil.test", "bob@org.example"],
        "mail_rule.created": None,
        "owner.address": "ana@org.example",
    }


def test_the_fix_is_that_of_the_vendor() -> None:
    tenant = msgspec.structs.replace(TENANT, connector="microsoft_365")
    (result,) = results(policies(INSIDE), [rule(destinations=("x@evil.test",))], tenant=tenant)
    assert result.findings[0].fix == "click Microsoft"


def test_a_policy_for_another_vendor_says_nothing() -> None:
    assert results(policies({**INSIDE, "connectors": ["microsoft_365"], "fix": {"microsoft_365": "click"}})) == ()


@pytest.mark.parametrize(
    ("fields", "outcome", "assessed", "not_applicable"),
    [
        ({}, "pass", 1, 0),
        ({"enabled": False}, "not_applicable", 0, 1),
        ({"enabled": UNSET}, "unknown", 0, 0),
        ({"destinations": UNSET}, "unknown", 0, 0),
        ({"destinations": ("x@evil.test",)}, "fail", 1, 0),
        ({"enabled": False, "destinations": UNSET}, "not_applicable", 0, 1),
    ],
)
def test_one_fact_decides(fields: dict[str, object], outcome: str, assessed: int, not_applicable: int) -> None:
    (result,) = results(policies(INSIDE), [rule(**fields)])
    assert (result.outcome, result.assessed, result.not_applicable) == (outcome, assessed, not_applicable)


def test_an_unknown_says_which_fields_were_not_collected() -> None:
    (result,) = results(policies(INSIDE), [rule(destinations=UNSET)])
    assert result.unknowns[0].reason == "not collected: mail_rule.destinations"
    assert result.unknowns[0].fact.label == "rule 1"


def test_an_owner_who_was_not_read_is_named_as_what_is_missing() -> None:
    stranger = {"require": "owner == null or owner.tier != 'principal'"}
    (result,) = results(policies(stranger), [rule(owner="carl")])
    assert (result.outcome, result.unknowns[0].reason) == ("unknown", "not collected: owner")
    assert result.unknowns[0].fact.owner is not None
    assert result.unknowns[0].fact.owner.key == "carl"


def test_without_all_domains_an_address_is_not_called_external() -> None:
    facts = [rule("1", destinations=("x@maybe.test",)), rule("2", destinations=("bob@org.example",))]
    (result,) = results(policies(INSIDE), facts, domains_complete=False)
    assert (result.outcome, result.assessed) == ("unknown", 1)
    assert result.unknowns[0].reason == "the domains of the organisation are not all known"


def test_a_listing_that_was_read_and_is_empty_passes() -> None:
    assert results(policies(INSIDE))[0].outcome == "pass"


@pytest.mark.parametrize(
    ("coverage", "outcome", "reason"),
    [
        ([], "unknown", "nothing of this kind was collected"),
        ([row("account")], "unknown", "nothing of this kind was collected"),
        ([row(targets=3, read=2)], "unknown", "only 2 of 3 targets are accounted for"),
        ([row(targets=3, read=1, not_applicable=1)], "unknown", "only 2 of 3 targets are accounted for"),
        ([row(targets=3, read=2, not_applicable=1)], "pass", None),
        ([row(targets=0)], "not_applicable", None),
        ([row(targets=2, read=0, not_applicable=2)], "not_applicable", None),
        ([row(), row(targets=0)], "pass", None),
        ([row().model_copy(update={"tenant": "other"})], "unknown", "nothing of this kind was collected"),
    ],
)
def test_coverage_decides_what_an_absence_means(coverage: list[Coverage], outcome: str, reason: str | None) -> None:
    (result,) = results(policies(INSIDE), coverage=coverage)
    assert result.outcome == outcome
    assert [unknown.reason for unknown in result.unknowns] == ([reason] if reason else [])


def test_a_finding_counts_more_than_what_is_unknown() -> None:
    facts = [rule("1", destinations=("x@evil.test",)), rule("2", enabled=UNSET)]
    (result,) = results(policies(INSIDE), facts, gaps=[gap()])
    assert (result.outcome, len(result.findings), result.unknown) == ("fail", 1, 2)


def test_a_gap_is_unknown_in_its_own_words() -> None:
    missing = gap()
    (result,) = results(policies(INSIDE), coverage=[row(targets=1, read=0, gaps=(missing,))])
    (unknown,) = result.unknowns
    assert (result.outcome, unknown.reason) == ("unknown", "Google says no.")
    assert (unknown.fact.key, unknown.fact.label) == ("ana", "ana's filters")
    assert unknown.fact.owner is not None


def test_a_gap_about_filters_does_not_touch_a_policy_about_transport_rules() -> None:
    inside, transport = results(policies(INSIDE, TRANSPORT), gaps=[gap(known={"mechanism": "filter"})])
    assert (inside.outcome, transport.outcome) == ("unknown", "pass")


@pytest.mark.parametrize(
    "known", [{}, {"mechanism": "nonsense"}, {"nonsense": "filter"}, {"enabled": "perhaps"}, {"destinations": "x"}]
)
def test_what_a_gap_is_not_sure_of_stays_unknown(known: dict[str, str]) -> None:
    outcomes = [result.outcome for result in results(policies(INSIDE, TRANSPORT), gaps=[gap(known=known)])]
    assert outcomes == ["unknown", "unknown"]


def test_a_gap_never_passes_and_never_fails_even_where_the_requirement_is_certain() -> None:
    always = {"when": "mail_rule.mechanism == 'filter'", "require": "true"}
    never = {**always, "require": "false"}
    outcomes = [
        result.outcome for result in results(policies(always, never), gaps=[gap(known={"mechanism": "filter"})])
    ]
    assert outcomes == ["unknown", "unknown"]


def test_what_a_gap_says_about_the_owner_is_used() -> None:
    principals = {"when": "owner != null and owner.tier == 'principal'", "require": "mail_rule.destinations == []"}
    accounts = {"ana": account("ana", tier="staff"), "eva": account("eva", tier="principal")}
    outcomes = [
        results(policies(principals), gaps=[gap(owner)], accounts=accounts)[0].outcome
        for owner in ("ana", "eva", "carl")
    ]
    assert outcomes == ["pass", "unknown", "unknown"]
    assert results(policies(principals), gaps=[gap(owner=None)], accounts=accounts)[0].outcome == "unknown"


def test_a_gap_of_fields_leaves_the_facts_to_speak_for_themselves() -> None:
    other = {"require": "mail_rule.enabled"}
    missing = gap(fields=("destinations",))
    inside, enabled = results(policies(INSIDE, other), [rule(destinations=UNSET)], gaps=[missing])
    assert (inside.outcome, enabled.outcome) == ("unknown", "pass")


def test_a_gap_of_another_tenant_or_kind_is_none_of_ours() -> None:
    others = [gap(tenant="other"), gap(kind="shared_item")]
    assert results(policies(INSIDE), gaps=others)[0].outcome == "pass"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fact_can_be_missing(kind: str) -> None:
    (result,) = results(
        policies({"fact": kind, "require": f"{kind}.label == 'x'", "message": "m"}),
        coverage=[row(kind, read=0)],
        gaps=[gap(kind=kind)],
    )
    assert result.outcome == "unknown"


def test_a_gap_of_vendor_settings_is_unknown() -> None:
    require = {
        "fact": "settings",
        "when": "settings.google_workspace.publishing_allowed",
        "require": "settings.accounts == 0",
        "message": "m",
        "connectors": ["google_workspace"],
        "fix": {"google_workspace": "click"},
    }
    whole = KINDS["settings"](tenant="t", key="s", label="/", scope="/", accounts=0)
    (missing,) = results(policies(require), coverage=[row("settings", read=0)], gaps=[gap(kind="settings")])
    (without,) = results(policies(require), [whole], coverage=[row("settings")])
    assert (missing.outcome, without.outcome) == ("unknown", "unknown")
    assert without.unknowns[0].reason == "not collected: settings.google_workspace.publishing_allowed"


@pytest.mark.parametrize(
    ("counts", "facts", "outcome"),
    [
        ({"active_people": 2}, [account("ana"), account("bob")], "pass"),
        ({"active_people": 3}, [account("ana"), account("bob")], "unknown"),
        ({"active_people": 2}, [account("ana"), account("ana")], "unknown"),
        ({"active_people": 2}, [account("ana"), account("bob", status="suspended")], "unknown"),
        ({"active_people": 2}, [account("ana"), account("bob", type="shared")], "unknown"),
        ({"active_people": 2}, [account("ana"), account("bob", type=UNSET, status=UNSET)], "pass"),
        ({"guests": 1}, [account("ana")], "unknown"),
        ({"guests": 1}, [account("ana"), account("gast", type="guest", status="pending")], "pass"),
        ({}, [], "pass"),
    ],
)
def test_as_many_accounts_are_judged_as_the_tenant_counts(
    counts: dict[str, int], facts: list[Account], outcome: str
) -> None:
    tenant = msgspec.structs.replace(TENANT, **counts)
    assert results(policies(MFA), facts, [row("account")], tenant=tenant)[0].outcome == outcome
    assert results(policies(MFA), [*facts, tenant], [row("account")])[0].outcome == outcome
    assert results(policies(INSIDE), facts, tenant=tenant)[0].outcome == "pass"


def test_a_thing_listed_twice_is_one_finding_whatever_the_order() -> None:
    twice = [rule(destinations=("x@evil.test",)), rule(destinations=("y@evil.test",), label="renamed")]
    first, second = results(policies(INSIDE), twice), results(policies(INSIDE), reversed(twice))
    assert first == second
    assert (len(first[0].findings), first[0].assessed) == (1, 1)


def test_results_can_be_asked_for_twice_and_gaps_told_twice_count_once() -> None:
    evaluation = TenantEvaluation(policies(INSIDE), directory=Directory(TENANT), today=TODAY)
    missing = gap(owner=None)
    evaluation.gap(missing)
    coverage = [row(read=0, gaps=(missing,))]
    assert evaluation.results(coverage) == evaluation.results(coverage)
    assert evaluation.results(coverage)[0].unknown == 1


def test_an_empty_tenant_without_policies_has_no_results() -> None:
    assert results(PolicySet(()), [rule()]) == ()


def test_a_day_without_a_time_zone_is_in_utc() -> None:
    recent = {
        "fact": "account",
        "message": "m",
        "require": "account.created == null or days_since(account.created) > days(1)",
    }
    naive = TODAY.replace(tzinfo=None)
    evaluation = TenantEvaluation(policies(recent), directory=Directory(TENANT), today=naive)
    evaluation.add([account(created=naive), account("bob", created=TODAY)])
    assert len(evaluation.results([row("account")])[0].findings) == 2


hostile = st.text(alphabet=st.characters(), max_size=20) | st.sampled_from(
    ["\ud800", "\0", "x" * 10_000, "\u202e", "{owner}"]
)


@settings(max_examples=150, deadline=None)
@given(hostile, hostile, st.lists(hostile, max_size=3))
def test_hostile_names_reach_the_finding_and_break_nothing(label: str, key: str, destinations: list[str]) -> None:
    require = {**INSIDE, "require": "mail_rule.destinations == ['nobody']", "message": "{mail_rule.label}{owner.label}"}
    facts = [rule(key=key, label=label, destinations=tuple(destinations), owner="ana")]
    accounts = {"ana": account("ana", label=label, address=label)}
    (result,) = results(
        policies(require),
        facts,
        accounts=accounts,
        gaps=[gap(key, label=label.encode("utf-8", "replace").decode())] if key.isascii() else [],
    )
    (finding,) = result.findings
    assert len(finding.message) <= 600
    assert len(str(finding.evidence["owner.address"])) <= 300
    assert json.loads(result.model_dump_json())


def test_messages_and_evidence_are_bounded() -> None:
    many = tuple(f"{number}@evil.test" for number in range(100_000))
    (result,) = results(policies(INSIDE), [rule(destinations=many)])
    assert len(result.findings[0].message) < 400
    assert len(str(result.findings[0].evidence)) < 2000


fields = {"enabled": st.booleans(), "destinations": st.sampled_from([(), ("x@evil.test",), ("bob@org.example",)])}
many_rules = st.lists(
    st.builds(
        rule,
        st.sampled_from("123456"),
        owner=st.sampled_from([None, "ana", "carl"]),
        mechanism=st.sampled_from(["filter", "transport_rule"]),
        **{name: values | st.just(UNSET) for name, values in fields.items()},
    ),
    max_size=8,
)


@settings(max_examples=100, deadline=None)
@given(many_rules, st.lists(st.sampled_from(["ana", "carl"]), max_size=2), st.randoms(use_true_random=False))
def test_the_order_of_facts_and_gaps_does_not_matter(facts: list[MailRule], gone: list[str], random: Random) -> None:
    of, gaps = policies(INSIDE, TRANSPORT), [gap(target) for target in gone]
    expected = results(of, facts, gaps=gaps)
    random.shuffle(facts)
    random.shuffle(gaps)
    assert results(of, facts, gaps=gaps) == expected


@settings(max_examples=150, deadline=None)
@given(many_rules, st.data())
def test_hiding_any_field_of_any_fact_never_lets_a_tenant_pass(facts: list[MailRule], data: st.DataObject) -> None:
    of = policies(INSIDE, TRANSPORT)
    hidden = [
        msgspec.structs.replace(fact, **dict.fromkeys(data.draw(st.sets(st.sampled_from(sorted(fields)))), UNSET))
        for fact in facts
    ]
    for whole, less in zip(results(of, facts), results(of, hidden), strict=True):
        assert less.outcome != "pass" or whole.outcome in {"pass", "not_applicable"}
        assert {finding.fingerprint for finding in less.findings} <= {f.fingerprint for f in whole.findings}


@settings(max_examples=100, deadline=None)
@given(many_rules, st.integers(0, 7))
def test_a_fact_that_becomes_a_gap_never_lets_a_tenant_pass(facts: list[MailRule], number: int) -> None:
    lost = facts[number % len(facts)] if facts else rule()
    of, missing = policies(INSIDE, TRANSPORT), gap("box", owner=lost.owner)
    left = [fact for fact in facts if fact is not lost]
    assert all(result.outcome in {"fail", "unknown"} for result in results(of, left, gaps=[missing]))


def test_facts_pass_through_and_are_not_kept() -> None:
    requirement = {"fact": "shared_item", "require": "shared_item.exposure != 'anyone'", "message": "m"}
    label, count = "x" * 1000, 20_000
    base = {"tenant": "t", "item": "file", "exposure": "people"}
    items = (SharedItem(key=str(number), label=f"{number}{label}", **base) for number in range(count))
    tracemalloc.start()
    (result,) = results(policies(requirement), items, [row("shared_item")])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.assessed == count
    assert peak < count * len(label) / 4


def test_what_a_gap_cannot_concern_is_not_applicable_where_nothing_else_was_judged() -> None:
    only_admins = {"when": "owner != null and owner.is_admin", "require": "mail_rule.destinations == []"}
    denied = gap()
    (result,) = results(
        policies(only_admins),
        coverage=[row(read=0, gaps=(denied,))],
        gaps=[denied],
        accounts={"ana": account(is_admin=False)},
    )
    assert (result.outcome, result.assessed, result.unknowns) == ("not_applicable", 0, ())
