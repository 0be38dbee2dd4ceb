"""Checks calls: the functions of the closed table, ``known``, and the two loops ``any`` and ``all``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.facts import KINDS
from auditor.policy.functions import FUNCTIONS, days, moment, pattern
from auditor.policy.guards import without_null
from auditor.policy.tree import WRONG, Both, Call, Constant, Either, Known, Node, Not, Path, Quantified
from auditor.policy.types import DURATION, MOMENT, Type
from auditor.validation import did_you_mean

if TYPE_CHECKING:
    from auditor.policy.check import Checker, Context

_RESERVED = {*KINDS, *FUNCTIONS, "any", "all", "owner", "tenant", "params", "today", "null", "true", "false"}


def call(checker: Checker, node: ast.Call, context: Context) -> Node:  # noqa: PLR0911 - one for each form
    """Return the call of a function."""
    if not isinstance(node.func, ast.Name):
        remedy = "Write the function first: lower(text)."
        return checker.wrong(node.func, "values have no functions of their own", remedy)
    name = node.func.id
    if name in {"any", "all"}:
        return quantified(checker, node, context)
    if name == "known":
        return known(checker, node, context)
    function = FUNCTIONS.get(name)
    if function is None:
        remedy = did_you_mean(name, [*FUNCTIONS, "any", "all"]) or f"There are: any, all, {', '.join(FUNCTIONS)}."
        return checker.wrong(node.func, f"unknown function '{name[:60]}'", remedy)
    if node.keywords or len(node.args) != len(function.arguments):
        given, wanted = len(node.args) + len(node.keywords), len(function.arguments)
        message = f"{name} takes {wanted} argument{'s' * (wanted != 1)}, not {given}"
        message = f"{name} takes its arguments without names" if node.keywords else message
        return checker.wrong(node, message, f"Write {name}{function.signature.partition(' ->')[0]}.")
    arguments = [checker.value(argument, context) for argument in node.args]
    right = [_fits(checker, name, place, (node.args[place], found)) for place, found in enumerate(arguments)]
    if not all(right) or any(found.type.name == "anything" for found in arguments):
        return Call(name, tuple(arguments), replace(function.result))
    return _settled(checker, node, name, arguments, function.result)


def known(checker: Checker, node: ast.Call, context: Context) -> Node:
    """Return ``known(field)``."""
    if len(node.args) != 1 or node.keywords:
        return checker.wrong(node, "known takes one field", "Write known(field).")
    path = checker.value(node.args[0], context, null=True)
    if path.type.name == "anything":
        return path
    if not isinstance(path, Path):
        return checker.wrong(node.args[0], "known asks about a field", "Write known(field).")
    if not path.type.unknown:
        return checker.wrong(node, f"{path.spelling} is always known", "Delete the call.")
    if not context.may_ask_known:
        message = "known may only stand in require, and not below not, a comparison or an argument"
        return checker.wrong(node, message, "What was not collected can be made a violation, never be made good.")
    return Known(path)


def quantified(checker: Checker, node: ast.Call, context: Context) -> Node:
    """Return ``any(condition for variable in list if ...)``, or ``all``."""
    name = "any" if isinstance(node.func, ast.Name) and node.func.id == "any" else "all"
    shape = f"Write {name}(condition for x in list)."
    loop = node.args[0] if len(node.args) == 1 and not node.keywords else None
    if not isinstance(loop, ast.GeneratorExp):
        return checker.wrong(loop or node, f"{name} needs a loop", shape)
    head = loop.generators[0]
    if len(loop.generators) > 1 or head.is_async or not isinstance(head.target, ast.Name):
        return checker.wrong(loop, "one variable and one list for each loop", shape)
    variable, source = head.target.id, checker.value(head.iter, context)
    if variable in _RESERVED or variable in context.variables or not variable.isidentifier() or "__" in variable:
        return checker.wrong(head.target, f"'{variable[:60]}' is taken", "Choose another name for the variable.")
    element = _element(checker, head.iter, source, context)
    if element is None:
        return WRONG
    path = Path(variable, (), element, spelling=variable)
    inside = replace(context, variables={**context.variables, variable: path})
    limits: list[Node] = []
    for limit in head.ifs:
        limits.append(checker.condition(limit, replace(inside, may_ask_known=inside.may_ask_known and name == "any")))
        inside = inside.knowing(without_null(limits[-1], when=True))
    body = checker.condition(loop.elt, inside)
    if limits and name == "any":
        body = Both((*limits, body))
    elif limits:
        body = Either((*(Not(limit) for limit in limits), body))
    return Quantified("any" if name == "any" else "all", variable, source, body)


def _element(checker: Checker, place: ast.expr, source: Node, context: Context) -> Type | None:
    """Return what a loop over ``source`` yields; nothing after reporting that no loop may run over it."""
    if source.type.name == "anything":
        return None
    if source.type.name != "list" or not isinstance(source, Path | Constant):
        checker.wrong(place, f"a loop runs over a list, not over {source.type}", "Name a field or a parameter.")
        return None
    innermost = next(reversed(list(context.variables)), None)
    if innermost is not None and not (isinstance(source, Path) and source.root == innermost):
        remedy = "Use in, contains_any(text, list), or two loops beside each other."
        checker.wrong(place, f"an inner loop runs only over a field of '{innermost}'", remedy)
        return None
    return source.type.element or Type("text")


def _fits(checker: Checker, name: str, place: int, argument: tuple[ast.expr, Node]) -> bool:
    function, (written, found) = FUNCTIONS[name], argument
    what, wanted = function.arguments[place]
    if found.type.name == "anything":
        return True
    if name == "len":
        fits = found.type.name in {"list", "text"}
    else:
        fits = found.type.name == wanted.name and (
            wanted.element is None or (found.type.element or wanted.element).name == "text"
        )
    if not fits:
        expected = what if name == "len" else str(wanted)
        checker.wrong(written, f"{name} needs {expected}, not {found.type}", f"{name}{function.signature}")
    elif place in function.literal and not isinstance(found, Constant):
        checker.wrong(
            written, f"the {what} of {name} must be written out, or be a parameter", f"{name}{function.signature}"
        )
        return False
    return fits


def _settled(checker: Checker, node: ast.Call, name: str, arguments: Sequence[Node], result: Type) -> Node:
    """Return the call, worked out already where all it needs is written in the policy."""
    match name, arguments:
        case "date", [Constant(value=str() as text)]:
            then = moment(text)
            if then is None:
                return checker.wrong(node.args[0], f"'{text[:60]}' is not a date", "Write it as 2026-01-31.")
            return Constant(then, MOMENT)
        case "days", [Constant(value=int() as number)]:
            return Constant(days(number), DURATION)
        case "matches", [_, Constant(value=str() as text)] if isinstance(reason := pattern(text), str):
            return checker.wrong(node.args[1], f"not a regular expression: {reason[:120]}", "See the syntax of RE2.")
    return Call(name, tuple(arguments), result)
