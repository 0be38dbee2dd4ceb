"""The cases under ``tests`` of a policy: what they give, as facts; and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import cast

from auditor.errors import Problem
from auditor.facts import KINDS, UNSET, Account, Fact, Tenant, UnsetType
from auditor.models.base import Outcome
from auditor.models.policy import Policy, PolicyTest
from auditor.policy.document import CheckedPolicy, check_document, parameter_value, shape
from auditor.policy.functions import Domains
from auditor.policy.given import TODAY, UNKNOWN, FactBuilder, blank
from auditor.policy.types import fields_of
from auditor.validation import did_you_mean
from auditor.yaml_tree import Path as Place
from auditor.yaml_tree import Tree

DOMAINS = frozenset({"org.example"})
"""The organisation's domains in tests, unless they say others."""

_ORDINARY: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "account": {
            "address": "ana@org.example",
            "label": "Ana",
            "type": "person",
            "status": "active",
            "has_mailbox": True,
            "tier": "staff",
        },
        "mail_rule": {"label": "a rule", "enabled": True},
        "mailbox_grant": {"label": "a grant", "active": True, "grantee": "bob@org.example"},
        "mailbox": {"label": "a mailbox", "address": "ana@org.example"},
        "forwarding_policy": {"label": "a policy", "in_force": True},
        "group": {"label": "a group", "address": "team@org.example", "members": 5},
        "shared_item": {"label": "a file", "exposure": "people"},
        "app_grant": {"label": "an app", "app": "app-1", "consent": "person", "risk": "low"},
        "settings": {"label": "/", "scope": "/", "accounts": 10},
        "sign_in_policy": {"label": "a policy", "grant": "mfa"},
        "admin_role": {"label": "Global Administrator", "privileged": True},
        "partner": {"key": "t-partner", "label": "The organisation t-partner"},
        "domain": {"label": "org.example", "name": "org.example", "verified": True},
        "app_registration": {"label": "an app", "app": "app-1"},
        "site": {"label": "a site"},
        "meeting_policy": {"label": "Global"},
        "mail_domain": {"label": "org.example", "name": "org.example", "spf": "fail", "dkim": True, "dmarc": "reject"},
        "event": {"label": "an event", "type": "mfa_disabled", "happened": TODAY, "open": True},
        "tenant": {"label": "a tenant"},
    }
)
"""What a test need not say. Everything else is false, zero, empty, null, or the first of the listed words."""
_HANGING = {"mail_rule", "mailbox", "mailbox_grant", "shared_item"}
KEYS = ("owner", "tenant", "params", "today", "domains")
"""What a test may give besides the fact."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test, ready to be judged."""

    test: PolicyTest
    place: Place
    fact: Fact
    owner: Account | UnsetType | None
    tenant: Tenant
    domains: Domains
    today: datetime
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of one test of a policy."""

    __test__ = False  # pytest would take the name for a test of its own

    policy: str
    name: str
    expected: Outcome
    outcome: Outcome
    file: str
    line: int
    column: int

    @property
    def passed(self) -> bool:
        """Whether the outcome is the one that the test expects."""
        return self.outcome == self.expected


def cases_of(policy: Policy, tree: Tree) -> tuple[list[Case], list[Problem]]:
    """Return the tests of a policy, and what is wrong with them. The kind of fact must be known."""
    cases: list[Case] = []
    problems: list[Problem] = []
    for number, test in enumerate(policy.tests):
        builder = FactBuilder(tree)
        cases.append(_case(policy, test, ("tests", number), builder))
        problems += builder.problems
    return cases, problems


def missing_cases(policy: CheckedPolicy) -> list[Problem]:
    """Return which outcomes no test of the policy proves."""
    expected = {test.expect for test in policy.document.tests}
    wanted = ("pass", "fail", "unknown") if policy.may_be_unknown else ("pass", "fail")
    remedy = f"Add one; {UNKNOWN} stands for what was not collected."
    return [
        policy.tree.problem(("tests",), f"no test expects {outcome}", remedy, key=True)
        for outcome in wanted
        if outcome not in expected
    ]


def with_parameters(policy: CheckedPolicy, case: Case) -> CheckedPolicy:
    """Return the policy with the parameters of a test; those of the configuration do not count in tests."""
    checked, _ = check_document(policy.document, policy.tree, case.parameters)
    return checked or policy


def _case(policy: Policy, test: PolicyTest, place: Place, builder: FactBuilder) -> Case:
    given, kind = test.given, policy.fact
    for name in given:
        if name not in {kind, *KEYS}:
            remedy = did_you_mean(name, [kind, *KEYS, "name", "expect"]) or f"Known here: {kind}, {', '.join(KEYS)}."
            builder.wrong((*place, name), f"unknown key '{name[:60]}'", remedy, key=True)
    if "today" in given:
        builder.today = builder.moment(str(given["today"])) or TODAY
        if builder.moment(str(given["today"])) is None:
            builder.wrong((*place, "today"), "this must be a date", "Write it as 2026-01-31.")
    connector = policy.connectors[0]
    ordinary: dict[str, object] = {"tenant": "tenant", "key": "1", "connector": connector}
    if len(policy.connectors) == 1:
        struct = fields_of(KINDS[kind]).get(connector)
        if struct is not None and struct.struct is not None:
            values = {name: blank(type_) for name, type_ in fields_of(struct.struct).items()}
            ordinary[connector] = struct.struct(**values)
    owner = _owner(given, kind, place, builder)
    ordinary["owner"] = owner.key if isinstance(owner, Account) else None if owner is None else "somebody"
    fact = builder.record(KINDS[kind], given.get(kind, {}), (*place, kind), {**ordinary, **_ORDINARY[kind]})
    tenant = fact
    if kind != "tenant":
        base = {"tenant": "tenant", "key": "tenant", "connector": connector, **_ORDINARY["tenant"]}
        tenant = cast("Fact", builder.record(Tenant, given.get("tenant", {}), (*place, "tenant"), base))
    domains = _domains(given, place, builder)
    parameters = _parameters(policy, given, place, builder)
    today = builder.today
    return Case(test, place, cast("Fact", fact), owner, cast("Tenant", tenant), domains, today, parameters)


def _owner(given: Mapping[str, object], kind: str, place: Place, builder: FactBuilder) -> Account | UnsetType | None:
    value = given.get("owner", {} if kind in _HANGING else None)
    if value is None:
        return None
    if value == UNKNOWN:
        return UNSET
    ordinary = {**_ORDINARY["account"], "tenant": "tenant", "key": "somebody"}
    return cast("Account", builder.record(Account, value, (*place, "owner"), ordinary))


def _domains(given: Mapping[str, object], place: Place, builder: FactBuilder) -> Domains:
    value = given.get("domains")
    if value == UNKNOWN:
        return Domains(DOMAINS, complete=False)
    if value is None:
        return Domains(DOMAINS, complete=True)
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        builder.wrong((*place, "domains"), "this must be a list of domains", f"Or {UNKNOWN}.")
        return Domains(DOMAINS, complete=True)
    return Domains(frozenset(value), complete=True)


def _parameters(policy: Policy, given: Mapping[str, object], place: Place, builder: FactBuilder) -> dict[str, object]:
    values = given.get("params", {})
    if not isinstance(values, dict):
        builder.wrong((*place, "params"), "this must be parameters with values")
        return {}
    for name, value in values.items():
        where = (*place, "params", name)
        if name not in policy.params:
            remedy = did_you_mean(name, policy.params)
            builder.wrong(where, f"unknown parameter '{name[:60]}'", remedy, key=True)
        elif parameter_value(policy.params[name], value) is None:
            builder.wrong(where, f"this must be {shape(policy.params[name])}")
    return values
