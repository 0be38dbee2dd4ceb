"""The cases under ``tests`` of a policy: what they give, as facts; and what comes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import cast

from msgspec import Struct

from auditor.errors import Problem
from auditor.facts import KINDS, UNSET, Account, Fact, Tenant, UnsetType
from auditor.models.base import Outcome
from auditor.models.policy import Policy, PolicyTest
from auditor.policy.document import CheckedPolicy, check_document, parameter_value, shape
from auditor.policy.functions import Domains, moment
from auditor.policy.types import Type, fields_of
from auditor.validation import did_you_mean
from auditor.yaml_tree import Path as Place
from auditor.yaml_tree import Tree

UNKNOWN = "$unknown"
"""How a test writes that something was not collected."""
TODAY = datetime(2026, 1, 15, tzinfo=UTC)
"""The day on which tests happen, unless they say another."""
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
        "shared_item": {"label": "a file", "exposure": "people"},
        "settings": {"label": "/", "scope": "/", "accounts": 10},
        "sign_in_policy": {"label": "a policy", "grant": "mfa"},
        "domain": {"label": "org.example", "name": "org.example", "verified": True},
        "tenant": {"label": "a tenant"},
    }
)
"""What a test need not say. Everything else is false, zero, empty, null, or the first of the listed words."""
_HANGING = {"mail_rule", "mailbox_grant", "shared_item"}
_AGO = re.compile(r"([0-9]{1,5}) (hour|day|week)s? ago|in ([0-9]{1,5}) (hour|day|week)s?")
_HOURS = {"hour": 1, "day": 24, "week": 168}
_KEYS = ("owner", "tenant", "params", "today", "domains")


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


@dataclass(slots=True)
class _Builder:
    tree: Tree
    today: datetime = TODAY
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, place: Place, message: str, remedy: str = "", *, key: bool = False) -> None:
        self.problems.append(self.tree.problem(place, message, remedy, key=key))

    def record(self, struct: type[Struct], given: object, place: Place, ordinary: Mapping[str, object]) -> Struct:
        fields = fields_of(struct)
        values = {name: ordinary.get(name, _blank(type_)) for name, type_ in fields.items()}
        if given == UNKNOWN:
            given = {name: UNKNOWN for name, type_ in fields.items() if type_.unknown}
        if not isinstance(given, dict):
            self.wrong(
                place, "this must be fields with values", f"Or {UNKNOWN}, where the whole of it was not collected."
            )
            given = {}
        for name, value in given.items():
            where = (*place, name)
            if name not in fields:
                remedy = did_you_mean(name, fields) or f"There are: {', '.join(fields)}."
                self.wrong(where, f"unknown field '{name[:60]}'", remedy, key=True)
            else:
                values[name] = self.value(fields[name], value, where)
        return struct(**values)

    def value(self, type_: Type, value: object, place: Place) -> object:  # noqa: C901, PLR0911 - one for each type
        if value == UNKNOWN and type_.unknown:
            return UNSET
        if value == UNKNOWN:
            self.wrong(place, "this field is always known", "Give a value.")
            return _blank(type_)
        if value is None and type_.nullable:
            return None
        found: object = None
        match type_.name, value:
            case "record", _ if type_.struct is not None:
                return self.record(type_.struct, value, place, {})
            case "list", list():
                element = cast("Type", type_.element)
                return tuple(self.value(element, item, (*place, number)) for number, item in enumerate(value))
            case "text", str() if type_.values and value not in type_.values:
                remedy = did_you_mean(value, type_.values)
                self.wrong(place, f"'{value[:60]}' is not one of {', '.join(type_.values)}", remedy)
                return type_.values[0]
            case ("text", str()) | ("boolean", bool()):
                found = value
            case "number", int() if not isinstance(value, bool):
                found = value
            case "moment", str():
                found = self.moment(value)
        if found is None:
            what = {"moment": "a date such as 2026-01-31, or 90 days ago"}.get(type_.name, str(type_))
            self.wrong(place, f"this must be {what}", f"Or {UNKNOWN}." if type_.unknown else "")
            return _blank(type_)
        return found

    def moment(self, text: str) -> datetime | None:
        match = _AGO.fullmatch(text)
        if match is None:
            return moment(text)
        number, unit = (match[1], match[2]) if match[1] else (match[3], match[4])
        span = timedelta(hours=int(number) * _HOURS[unit])
        return self.today - span if match[1] else self.today + span


def cases_of(policy: Policy, tree: Tree) -> tuple[list[Case], list[Problem]]:
    """Return the tests of a policy, and what is wrong with them. The kind of fact must be known."""
    cases: list[Case] = []
    problems: list[Problem] = []
    for number, test in enumerate(policy.tests):
        builder = _Builder(tree)
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


def _case(policy: Policy, test: PolicyTest, place: Place, builder: _Builder) -> Case:
    given, kind = test.given, policy.fact
    for name in given:
        if name not in {kind, *_KEYS}:
            remedy = did_you_mean(name, [kind, *_KEYS, "name", "expect"]) or f"Known here: {kind}, {', '.join(_KEYS)}."
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
            blank = {name: _blank(type_) for name, type_ in fields_of(struct.struct).items()}
            ordinary[connector] = struct.struct(**blank)
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


def _owner(given: Mapping[str, object], kind: str, place: Place, builder: _Builder) -> Account | UnsetType | None:
    value = given.get("owner", {} if kind in _HANGING else None)
    if value is None:
        return None
    if value == UNKNOWN:
        return UNSET
    ordinary = {**_ORDINARY["account"], "tenant": "tenant", "key": "somebody"}
    return cast("Account", builder.record(Account, value, (*place, "owner"), ordinary))


def _domains(given: Mapping[str, object], place: Place, builder: _Builder) -> Domains:
    value = given.get("domains")
    if value == UNKNOWN:
        return Domains(DOMAINS, complete=False)
    if value is None:
        return Domains(DOMAINS, complete=True)
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        builder.wrong((*place, "domains"), "this must be a list of domains", f"Or {UNKNOWN}.")
        return Domains(DOMAINS, complete=True)
    return Domains(frozenset(value), complete=True)


def _parameters(policy: Policy, given: Mapping[str, object], place: Place, builder: _Builder) -> dict[str, object]:
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


def _blank(type_: Type) -> object:
    if type_.nullable:
        return None
    if type_.name == "list":
        return ()
    if type_.name == "record" and type_.struct is not None:
        return type_.struct(**{name: _blank(inner) for name, inner in fields_of(type_.struct).items()})
    blanks: dict[str, object] = {"number": 0, "boolean": False, "moment": TODAY}
    return blanks.get(type_.name, type_.values[0] if type_.values else "")
