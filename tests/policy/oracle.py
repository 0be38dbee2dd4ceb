"""What an expression means, worked out in the most obvious way: the compiled programs have to agree with this."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import re2

from auditor.facts import UNSET
from auditor.policy import Domains
from auditor.policy.tree import (
    Both,
    Call,
    Compare,
    Constant,
    Either,
    Known,
    Member,
    Node,
    Not,
    Path,
    Quantified,
)

ODD = set(' <>(),;:"[]\\')


def meaning(  # noqa: C901, PLR0911 - one for each form
    node: Node, roots: Mapping[str, object], domains: Domains
) -> object:
    """Return true, false, ``UNSET`` for unknown, or a value."""

    def of(inner: Node, **more: object) -> object:
        return meaning(inner, {**roots, **more}, domains)

    match node:
        case Constant(value):
            return value
        case Path():
            return field(node, roots)
        case Known(path):
            return field(path, roots) is not UNSET
        case Not(operand):
            return negation(of(operand))
        case Both(operands):
            return conjunction([of, operands])
        case Either(operands):
            return negation(conjunction([lambda each: negation(of(each)), operands]))
        case Quantified(quantifier, variable, source, condition):
            items = of(source)
            if items is UNSET:
                return UNSET
            answers = [of(condition, **{variable: item}) for item in items]
            if quantifier == "all":
                return conjunction([lambda each: each, answers])
            return negation(conjunction([negation, answers]))
        case Compare(operator, left, right):
            return strict(lambda a, b: compared(operator, a, b), of(left), of(right))
        case Member(item, collection):
            return strict(lambda a, b: a in b, of(item), of(collection))
        case Call(name, arguments):
            return strict(lambda *values: called(name, values, roots, domains), *map(of, arguments))


def field(path: Path, roots: Mapping[str, object]) -> object:
    value = roots[path.root]
    parent = [path]
    while parent[0].parent is not None:
        parent.insert(0, parent[0].parent)
    for record, step in zip(parent, path.steps, strict=False):
        if value is None:
            return UNSET if record.assumed else None
        if value is UNSET:
            return UNSET
        value = getattr(value, step)
    return value


def negation(value: object) -> object:
    return UNSET if value is UNSET else not value


def conjunction(parts: list) -> object:
    evaluate, operands = parts
    result: object = True
    for operand in operands:
        answer = evaluate(operand)
        assert answer is True or answer is False or answer is UNSET
        if answer is False:
            return False
        if answer is UNSET:
            result = UNSET
    return result


def strict(function: object, *values: object) -> object:
    return UNSET if any(value is UNSET for value in values) else function(*values)


def compared(operator: str, left: object, right: object) -> bool:
    if operator in {"==", "!="}:
        return (left == right) == (operator == "==")
    assert left is not None
    assert right is not None
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def called(  # noqa: C901, PLR0911 - one for each function
    name: str, values: tuple, roots: Mapping[str, object], domains: Domains
) -> object:
    assert None not in values
    first, second = (*values, None)[:2]
    match name:
        case "is_external":
            name = domain(first)
            return False if name in domains.names and name else True if domains.complete or not name else UNSET
        case "domain":
            return domain(first)
        case "days":
            return timedelta(days=first)
        case "days_since":
            today = roots["today"]
            assert isinstance(today, datetime)
            return today - first
        case "matches":
            return re2.search(second, first.encode("utf-8", "replace").decode()) is not None
        case "lower":
            return first.lower()
        case "contains":
            return first.find(second) >= 0
        case "contains_any":
            return any(first.find(part) >= 0 for part in second)
        case "starts_with":
            return first[: len(second)] == second
        case "ends_with":
            return not second or first[-len(second) :] == second
        case "len":
            return sum(1 for _ in first)
    raise AssertionError(name)


def domain(address: str) -> str:
    local, _, name = address.partition("@")
    odd = any(letter in ODD or letter.isspace() or ord(letter) < 32 or ord(letter) == 127 for letter in address)
    if not local or not name or "@" in name or odd:
        return ""
    return name.lower() if all(ord(letter) < 128 for letter in name) else name
