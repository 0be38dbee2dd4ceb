"""Checks whole policies: conditions, parameters, message, evidence, fixes, and that tests are there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from auditor.errors import Problem
from auditor.facts import KINDS
from auditor.models.policy import Parameter, Policy
from auditor.policy.check import Context, check_condition
from auditor.policy.emit import tested
from auditor.policy.functions import duration
from auditor.policy.guards import without_null
from auditor.policy.names import Names, UnknownName
from auditor.policy.tree import Call, Constant, Node, Path, walk
from auditor.policy.types import PARAMETER_TYPES, Type
from auditor.policy.values import Template
from auditor.validation import did_you_mean
from auditor.yaml_tree import Path as Place
from auditor.yaml_tree import Tree

Values = Mapping[str, object]
"""Values of parameters by name, as they stand in the configuration."""

_LARGEST = 10**15
_FIELD = re.compile(r"\{([^{}]*)\}|[{}]")
_SHAPES = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "duration": "a duration such as 90 days",
    "list(string)": "a list of texts",
}


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """A policy in which everything was found to be right."""

    document: Policy
    tree: Tree
    when: Node
    require: Node
    message: Template
    evidence: tuple[tuple[str, Path | Constant], ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """The fields that decide, each once."""
        nodes = [*walk(self.when), *walk(self.require)]
        roots = {"fact", "owner", "tenant", "today"}
        return tuple(dict.fromkeys(node for node in nodes if isinstance(node, Path) and node.root in roots))

    @property
    def may_be_unknown(self) -> bool:
        """Whether there are facts of which the policy cannot say anything."""
        return any(tested(path) for path in self.paths)

    @property
    def needs_domains(self) -> bool:
        """Whether the outcome depends on which domains are the organisation's."""
        nodes = [*walk(self.when), *walk(self.require)]
        return any(isinstance(node, Call) and node.function == "is_external" for node in nodes)


def check_document(policy: Policy, tree: Tree, values: Values) -> tuple[CheckedPolicy | None, list[Problem]]:
    """Return the checked policy, or nothing, and all mistakes. ``values`` stand for the defaults of parameters."""
    if policy.fact not in KINDS:
        remedy = did_you_mean(policy.fact, KINDS) or f"There are: {', '.join(KINDS)}."
        return None, [tree.problem(("fact",), f"unknown kind of fact '{policy.fact[:60]}'", remedy)]
    problems: list[Problem] = []
    constants = _parameters(policy, tree, values, problems)
    names = Names(policy.fact, Type("record", struct=KINDS[policy.fact]), policy.connectors, constants)
    when = _condition(policy.when, ("when",), names, Context(), tree, problems)
    guarded = Context(guards=without_null(when, when=True), may_ask_known=True)
    require = _condition(policy.require, ("require",), names, guarded, tree, problems)
    message = _message(policy, names, tree, problems)
    evidence = tuple(_evidence(policy, names, tree, problems))
    for name in constants:
        if name not in names.used:
            remedy = "Use it in when or require, or delete it."
            problems.append(tree.problem(("params", name), f"the parameter '{name}' is never used", remedy, key=True))
    _fixes(policy, tree, problems)
    if problems:
        return None, problems
    return CheckedPolicy(policy, tree, when, require, message, evidence), []


def parameter_value(parameter: Parameter, value: object) -> Constant | None:
    """Return ``value`` as the parameter's type has it; nothing if it does not fit."""
    found: object = None
    match parameter.type, value:
        case "boolean", bool():
            found = value
        case "integer", int() if not isinstance(value, bool) and abs(value) <= _LARGEST:
            found = value
        case "string", str():
            found = value
        case "duration", str() | timedelta():
            found = duration(value) if isinstance(value, str) else value
        case "list(string)", list() | tuple() if all(isinstance(item, str) for item in value):
            found = tuple(value)
    return None if found is None else Constant(found, PARAMETER_TYPES[parameter.type])


def shape(parameter: Parameter) -> str:
    """Return what a value of the parameter looks like, in words."""
    return _SHAPES[parameter.type]


def _parameters(policy: Policy, tree: Tree, values: Values, problems: list[Problem]) -> dict[str, Constant]:
    constants: dict[str, Constant] = {}
    for name, parameter in policy.params.items():
        constant = parameter_value(parameter, parameter.default)
        if constant is None:
            place = ("params", name, "default")
            problems.append(
                tree.problem(place, f"this default is not {shape(parameter)}", f"The type is {parameter.type}.")
            )
            constant = Constant((), Type("anything"))
        constants[name] = parameter_value(parameter, values.get(name, parameter.default)) or constant
    return constants


def _condition(text: str, place: Place, names: Names, context: Context, tree: Tree, problems: list[Problem]) -> Node:
    if isinstance(tree.value, dict) and isinstance(tree.value.get(str(place[0])), str) and not tree.is_exact(place):
        remedy = "Write it plain, or as a block after |."
        problems.append(tree.problem(place, "an expression in quotes with escapes, or after >", remedy))

    def report(offset: int, message: str, remedy: str) -> None:
        problems.append(tree.problem_inside(place, offset, message, remedy))

    return check_condition(text, names, report, context)


def _message(policy: Policy, names: Names, tree: Tree, problems: list[Problem]) -> Template:
    parts: list[str | Path | Constant] = []
    end = 0
    for match in _FIELD.finditer(policy.message):
        parts.append(policy.message[end : match.start()])
        end = match.end()
        if match[1] is None:
            remedy = "Write {mail_rule.label} for a value; there is no other use of braces."
            problems.append(tree.problem_inside(("message",), match.start(), "a brace without its partner", remedy))
            continue
        try:
            parts.append(_value(match[1], names))
        except UnknownName as mistake:
            place = tree.problem_inside(("message",), match.start(1), mistake.message, mistake.remedy)
            problems.append(place)
    return Template((*parts, policy.message[end:]))


def _evidence(policy: Policy, names: Names, tree: Tree, problems: list[Problem]) -> list[tuple[str, Path | Constant]]:
    found = []
    for number, dotted in enumerate(policy.evidence):
        try:
            found.append((dotted, _value(dotted, names)))
        except UnknownName as mistake:
            problems.append(tree.problem(("evidence", number), mistake.message, mistake.remedy))
    return found


def _value(dotted: str, names: Names) -> Path | Constant:
    path = names.path(dotted)
    if path.type.name == "record":
        raise UnknownName(f"{dotted} is a record", "Name one of its fields.")
    return path


def _fixes(policy: Policy, tree: Tree, problems: list[Problem]) -> None:
    for connector in policy.connectors:
        if connector not in policy.fix:
            remedy = "Write what to click there, or name the connectors the policy is for."
            problems.append(tree.problem(("fix",), f"no fix for {connector}", remedy, key=True))
    for connector in policy.fix:
        if connector not in policy.connectors:
            message = f"a fix for {connector}, but the policy is not for it"
            problems.append(tree.problem(("fix", connector), message, "Delete it, or add the connector.", key=True))
