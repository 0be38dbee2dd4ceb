"""Checks comparisons: that both sides can be equal, in order, or one inside the other, at all."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from auditor.policy.tree import Compare, Comparison, Constant, Member, Node, Path
from auditor.policy.types import Type
from auditor.validation import did_you_mean

if TYPE_CHECKING:
    from auditor.policy.check import Checker, Context

_ORDERED = {"number", "moment", "duration"}


def compare(  # noqa: PLR0911 - one for each mistake
    checker: Checker, operator: Comparison, left: ast.expr, right: ast.expr, context: Context
) -> Node:
    """Return the comparison of ``left`` and ``right``."""
    equality = operator in {"==", "!="}
    first = checker.value(left, context, null=equality)
    second = checker.value(right, context, null=equality)
    if "anything" in {first.type.name, second.type.name}:
        return Compare(operator, first, second)
    if "null" in {first.type.name, second.type.name}:
        return _with_null(checker, operator, (left, first), (right, second))
    if not equality and (first.type.name != second.type.name or first.type.name not in _ORDERED):
        message = f"{first.type} and {second.type} have no order"
        return checker.wrong(right, message, _hint(first.type, second.type) or "Write == or !=.")
    if first.type.name != second.type.name or first.type.name == "record":
        message = f"{first.type} is compared with {second.type}"
        return checker.wrong(right, message, _hint(first.type, second.type) or "They are never equal.")
    if first.type.name == "list":
        return _lists(checker, operator, (left, first), (right, second))
    _look_for_word(checker, left, first, second.type)
    _look_for_word(checker, right, second, first.type)
    if first.type.values and second.type.values and not set(first.type.values) & set(second.type.values):
        return checker.wrong(right, "these two have no word in common", f"The first is {_words(first.type)}.")
    return Compare(operator, first, second)


def member(checker: Checker, left: ast.expr, right: ast.expr, context: Context) -> Node:
    """Return ``left in right``."""
    item = checker.value(left, context, null=True)
    collection = checker.value(right, context)
    if "anything" in {item.type.name, collection.type.name}:
        return Member(item, collection)
    if collection.type.name != "list":
        remedy = "Write contains(text, part)." if collection.type.name == "text" else "Write a list after in."
        return checker.wrong(right, f"{collection.type} is not a list", remedy)
    if context.variables and isinstance(collection, Path):
        remedy = "Turn it round, or use a written list or a parameter."
        return checker.wrong(
            right, f"{collection.spelling} would be searched again for every round of the loop", remedy
        )
    element = collection.type.element
    if element is not None and element.name != item.type.name:
        return checker.wrong(left, f"{item.type} is looked for in {collection.type}", "It is never found.")
    if element is not None:
        _look_for_word(checker, left, item, element)
    _look_for_word(checker, right, collection, item.type)
    return Member(item, collection)


def _with_null(
    checker: Checker, operator: Comparison, left: tuple[ast.expr, Node], right: tuple[ast.expr, Node]
) -> Node:
    (place, other), null = (left, right[1]) if right[1].type.name == "null" else (right, left[1])
    if operator not in {"==", "!="}:
        return checker.wrong(place, "null has no order", "Write == null or != null.")
    if not isinstance(other, Path):
        return checker.wrong(place, "only a field can be null", "Delete the comparison.")
    if not other.type.nullable:
        remedy = "What was not collected makes the outcome unknown by itself; delete the comparison."
        return checker.wrong(place, f"{other.spelling} is never null", remedy)
    return Compare(operator, other, null)


def _lists(checker: Checker, operator: Comparison, left: tuple[ast.expr, Node], right: tuple[ast.expr, Node]) -> Node:
    if isinstance(left[1], Constant):
        left, right = right, left
    if not isinstance(right[1], Constant):
        return checker.wrong(right[0], "two lists of facts are compared", "Compare with a written list or a parameter.")
    element, other = left[1].type.element, right[1].type.element
    if element is not None and other is not None and element.name != other.name:
        return checker.wrong(right[0], f"{left[1].type} is compared with {right[1].type}", "They are never equal.")
    if element is not None:
        _look_for_word(checker, right[0], right[1], element)
    return Compare(operator, left[1], right[1])


def _look_for_word(checker: Checker, place: ast.expr, node: Node, type_: Type) -> None:
    """Report words of ``node`` that a value of ``type_`` never is."""
    if not type_.values or not isinstance(node, Constant):
        return
    words = node.value if isinstance(node.value, tuple) else (node.value,)
    places = place.elts if isinstance(place, ast.List) and len(place.elts) == len(words) else [place] * len(words)
    for word, where in zip(words, places, strict=True):
        if isinstance(word, str) and word not in type_.values:
            remedy = did_you_mean(word, type_.values)
            checker.wrong(where, f"'{word[:60]}' is not one of {_words(type_)}", remedy)


def _words(type_: Type) -> str:
    return ", ".join(type_.values)


def _hint(first: Type, second: Type) -> str:
    names = {first.name, second.name}
    if names == {"duration", "number"}:
        return "Write days(...) around the number."
    if names in ({"moment", "duration"}, {"moment", "number"}):
        return "Write days_since(...) around the moment, and compare it with days(...)."
    if names == {"moment", "text"}:
        return "Write date('2026-01-31')."
    return ""
