from __future__ import annotations

from collections.abc import Mapping

import msgspec
from expressions import FLAGS, LISTS, accounts, expressions, organisations, rules, tenants
from hypothesis import given, settings
from hypothesis import strategies as st
from making import TENANT, TODAY, condition, judge, rule
from oracle import meaning

from auditor.facts import UNSET, Account, Fact, MailRule, Tenant, UnsetType
from auditor.models import Outcome
from auditor.policy import CheckedPolicy, Domains, compile_policies

UNSETTABLE = (*FLAGS, *LISTS, "created")


def expected(policy: CheckedPolicy, roots: Mapping[str, object], domains: Domains) -> Outcome:
    applies = meaning(policy.when, roots, domains)
    if applies is False:
        return Outcome.NOT_APPLICABLE
    if applies is UNSET:
        return Outcome.UNKNOWN
    return {True: Outcome.PASS, False: Outcome.FAIL, UNSET: Outcome.UNKNOWN}[meaning(policy.require, roots, domains)]


def owner_of(rule: MailRule, known: Mapping[str, Account]) -> Account | UnsetType | None:
    return None if rule.owner is None else known.get(rule.owner, UNSET)


@settings(max_examples=400, deadline=None)
@given(expressions(), expressions(known=True), rules, accounts, tenants, organisations)
def test_a_compiled_policy_says_what_its_expressions_mean(
    when: str, require: str, rule: MailRule, ana: Account, tenant: Tenant, domains: Domains
) -> None:
    policy = condition(require, when=when)
    known = {"ana": ana}
    roots = {"fact": rule, "owner": owner_of(rule, known), "tenant": tenant, "today": TODAY}
    assert judge(policy, rule, accounts=known, domains=domains, tenant=tenant) == expected(policy, roots, domains)


@settings(max_examples=100, deadline=None)
@given(st.lists(expressions(known=True), min_size=2, max_size=4), st.lists(rules, max_size=4), organisations)
def test_policies_compiled_together_do_not_disturb_each_other(
    requirements: list[str], facts: list[MailRule], domains: Domains
) -> None:
    policies = [condition(require) for require in requirements]
    program = compile_policies(policies, "mail_rule")
    bound = program.bind(tenant=TENANT, accounts={}, domains=domains, today=TODAY)
    noted: list[tuple[int, Fact, bool | UnsetType]] = []
    bound.judge(facts, lambda *what: noted.append(what))
    apart = [
        (number, fact, judge(policy, fact, domains=domains)) for fact in facts for number, policy in enumerate(policies)
    ]
    found = [(n, fact, Outcome.FAIL if answer is False else Outcome.UNKNOWN) for n, fact, answer in noted]
    assert found == [entry for entry in apart if entry[2] in {Outcome.FAIL, Outcome.UNKNOWN}]


@settings(max_examples=400, deadline=None)
@given(
    expressions(),
    expressions(),
    rules,
    accounts,
    organisations,
    st.sets(st.sampled_from(UNSETTABLE)),
    st.sampled_from(["ana", "nobody"]),
)
def test_what_is_not_collected_only_makes_outcomes_unknown(
    when: str, require: str, rule: MailRule, ana: Account, domains: Domains, hidden: set[str], kept: str
) -> None:
    policy = condition(require, when=when)
    whole = judge(policy, rule, accounts={"ana": ana, "nobody": ana}, domains=domains)
    less = msgspec.structs.replace(rule, **dict.fromkeys(hidden, UNSET))
    partly = judge(policy, less, accounts={kept: ana}, domains=domains)
    assert partly in {whole, Outcome.UNKNOWN}


@settings(max_examples=200, deadline=None)
@given(expressions(), expressions(known=True), rules, accounts, st.sets(st.sampled_from(UNSETTABLE)))
def test_what_is_not_collected_never_turns_anything_into_a_pass_even_where_policies_ask_what_is_known(
    when: str, require: str, rule: MailRule, ana: Account, hidden: set[str]
) -> None:
    policy = condition(require, when=when)
    less = msgspec.structs.replace(rule, **dict.fromkeys(hidden, UNSET))
    if judge(policy, less, accounts={"ana": ana}) == Outcome.PASS:
        assert judge(policy, rule, accounts={"ana": ana}) == Outcome.PASS


@settings(max_examples=300, deadline=None)
@given(expressions(), rules, st.sets(st.sampled_from(["label", "mechanism", "owner", *UNSETTABLE])), organisations)
def test_of_a_ghost_anything_may_be_unknown(when: str, rule: MailRule, hidden: set[str], domains: Domains) -> None:
    policy = condition("true", when=when)
    unseen = msgspec.structs.replace(rule, **dict.fromkeys(hidden, UNSET))
    program = compile_policies([policy], "mail_rule")
    bound = program.bind(tenant=TENANT, accounts={}, domains=domains, today=TODAY)
    owner = None if unseen.owner is None else UNSET
    roots = {"fact": unseen, "owner": owner, "tenant": TENANT, "today": TODAY}
    assert bound.applies(unseen, owner) == (meaning(policy.when, roots, domains),)


def test_the_deepest_and_the_longest_expression_compile() -> None:
    deep = "mail_rule.enabled"
    while True:
        try:
            deeper = f"not ({deep} and any(d == 'x' for d in mail_rule.destinations))"
            condition(deeper)
        except AssertionError:
            break
        deep = deeper
    wide = " and ".join(["mail_rule.enabled"] * 180)
    for requirement in (deep, wide):
        for enabled in (True, UNSET):
            assert judge(condition(requirement), rule(enabled=enabled)) in {Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN}
    assert judge(condition(wide), rule()) == Outcome.PASS
    assert judge(condition(wide), rule(enabled=UNSET)) == Outcome.UNKNOWN
    assert deep.count("not") > 20
