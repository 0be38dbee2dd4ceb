"""Checks expressions: every name, field, word, type and null in them, all mistakes at once, each at its place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from auditor.policy import calls
from auditor.policy.comparisons import compare, member
from auditor.policy.guards import NO_GUARDS, Guards, without_null
from auditor.policy.names import Names, UnknownName
from auditor.policy.parse import Source, SyntaxMistake
from auditor.policy.tree import WRONG, Both, Comparison, Constant, Either, Node, Not, Path
from auditor.policy.types import BOOLEAN, NULL, NUMBER, TEXT, Type

Report: TypeAlias = "Callable[[int, str, str], None]"
"""Takes a mistake: the character of the expression (from 0), what is wrong, what to write instead."""

_LARGEST = 10**15
_WORDS: Mapping[str, Constant] = {
    "null": Constant(None, NULL),
    "true": Constant(True, BOOLEAN),  # noqa: FBT003 - the literal itself
    "false": Constant(False, BOOLEAN),  # noqa: FBT003 - the literal itself
}
_OPERATORS: Mapping[type[ast.cmpop], Comparison] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_NOT_HERE: Mapping[type[ast.expr], str] = {
    ast.BinOp: "arithmetic",
    ast.Lambda: "lambda",
    ast.IfExp: "if ... else",
    ast.Subscript: "indexing",
    ast.JoinedStr: "a formatted text",
    ast.NamedExpr: "assignment",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.Tuple: "a tuple",
    ast.ListComp: "a list comprehension",
    ast.SetComp: "a set comprehension",
    ast.DictComp: "a dictionary comprehension",
    ast.GeneratorExp: "a loop outside any(...) and all(...)",
    ast.Starred: "*",
    ast.Await: "await",
    ast.Yield: "yield",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What holds at one place of an expression."""

    guards: Guards = NO_GUARDS
    variables: Mapping[str, Path] = field(default_factory=dict)
    """Loop variables, the innermost last."""
    may_ask_known: bool = False
    """Whether ``known(...)`` may stand here: only where its being false cannot make anything good."""

    def knowing(self, guards: Guards) -> Context:
        """Return this context, with more paths that are not null."""
        return replace(self, guards=self.guards | guards)


def check_condition(text: str, names: Names, report: Report, context: Context) -> Node:
    """Return the checked tree of ``text``, which must be a condition; mistakes go to ``report``."""
    try:
        source = Source(text)
    except SyntaxMistake as mistake:
        report(mistake.offset, mistake.message, mistake.remedy)
        return WRONG
    return Checker(source, names, report).condition(source.root, context)


class Checker:
    """Walks the syntax tree of one expression and builds the checked tree."""

    def __init__(self, source: Source, names: Names, report: Report) -> None:
        self.source = source
        self.names = names
        self._report = report

    def wrong(self, node: ast.expr, message: str, remedy: str = "") -> Constant:
        """Report a mistake at ``node``; return what stands for it."""
        self._report(self.source.offset(node), message, remedy)
        return WRONG

    def condition(self, node: ast.expr, context: Context) -> Node:  # noqa: PLR0911 - one for each form
        """Return ``node``, which must be true, false or unknown."""
        match node:
            case ast.BoolOp(op=ast.And()):
                return Both(self._sequence(node.values, context, when=True))
            case ast.BoolOp():
                return Either(self._sequence(node.values, context, when=False))
            case ast.UnaryOp(op=ast.Not()):
                return Not(self.condition(node.operand, replace(context, may_ask_known=False)))
            case ast.Call(func=ast.Name(id="any" | "all")):
                return calls.quantified(self, node, context)
            case ast.Call(func=ast.Name(id="known")):
                return calls.known(self, node, context)
        found = self.value(node, context)
        if found.type.name not in {"boolean", "anything"}:
            written = self.source.segment(node)[:60]
            hint = {
                "list": f"Write {written} != [].",
                "text": f'Write {written} != "".',
                "number": f"Write {written} > 0.",
            }
            return self.wrong(node, f"this is {found.type}, not a condition", hint.get(found.type.name, "Compare it."))
        return found

    def value(self, node: ast.expr, context: Context, *, null: bool = False) -> Node:
        """Return ``node`` as a value; one that may be null is a mistake unless ``null`` is allowed here."""
        found = self._value(node, replace(context, may_ask_known=False))
        if null or not isinstance(found, Path) or not found.type.nullable or found.type.name == "anything":
            return found
        if (found.root, found.steps) in context.guards:
            return found
        return self.wrong(
            node, f"{found.spelling} may be null here", f"Write {found.spelling} != null and ... before it."
        )

    def _sequence(self, values: list[ast.expr], context: Context, *, when: bool) -> tuple[Node, ...]:
        nodes: list[Node] = []
        for value in values:
            nodes.append(self.condition(value, context))
            context = context.knowing(without_null(nodes[-1], when=when))
        return tuple(nodes)

    def _value(self, node: ast.expr, context: Context) -> Node:  # noqa: PLR0911 - one for each form
        match node:
            case ast.Name(id=name) if name in _WORDS:
                return _WORDS[name]
            case ast.Name() | ast.Attribute():
                return self._path(node, context)
            case ast.Constant() | ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                return self._literal(node)
            case ast.List():
                return self._list(node)
            case ast.Compare():
                return self._compare(node, context)
            case ast.Call():
                return calls.call(self, node, context)
            case ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return self.condition(node, context)
        what = _NOT_HERE.get(type(node), "this")
        return self.wrong(
            node, f"{what} is not part of the policy language", "Use comparisons, and, or, not and functions."
        )

    def _path(self, node: ast.expr, context: Context) -> Node:
        try:
            match node:
                case ast.Name(id=name):
                    return self.names.name(name, context.variables)
                case ast.Attribute(value=ast.Name(id="params"), attr=name):
                    return self.names.parameter(name)
                case ast.Attribute(value=inner, attr=name):
                    record = self.value(inner, context)
                    if isinstance(record, Path):
                        return self.names.step(record, name)
                    if record.type.name == "anything":
                        return WRONG
                    return self.wrong(node, f"{record.type} has no fields", "Only facts and records have fields.")
        except UnknownName as mistake:
            end = len(self.source.segment(node)) - len(node.attr) if isinstance(node, ast.Attribute) else 0
            self._report(self.source.offset(node) + end, mistake.message, mistake.remedy)
        return WRONG

    def _literal(self, node: ast.expr) -> Constant:  # noqa: PLR0911 - one for each form
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)) if type(number) is int:
                return Constant(-min(number, _LARGEST), NUMBER)
            case ast.Constant(value=bool() | None as word):
                written = {True: "true", False: "false", None: "null"}[word]
                return self.wrong(node, f"{word} is not a word of the policy language", f"Write {written}.")
            case ast.Constant(value=int() as number) if number <= _LARGEST:
                return Constant(number, NUMBER)
            case ast.Constant(value=str() as text):
                written = self.source.segment(node)
                if "\\" in written and not written.startswith("r"):
                    return self.wrong(node, "a text with a backslash", "Write r'...', so that it means itself.")
                if not written.startswith(("'", '"', "r'", 'r"')) or "\n" in written:
                    return self.wrong(node, "this kind of text is not part of the policy language", "Write '...'.")
                return Constant(text, TEXT)
        return self.wrong(node, "this number is not part of the policy language", "Write a whole number.")

    def _list(self, node: ast.List) -> Constant:
        items = [(item, self._value(item, Context())) for item in node.elts]
        values: list[object] = []
        for item, found in items:
            if found is WRONG:
                continue
            if not isinstance(found, Constant) or found.type.name not in {"text", "number"}:
                self.wrong(item, "a written list holds texts or numbers", "Compare with and, or instead.")
            elif found.type != items[0][1].type and items[0][1] is not WRONG:
                self.wrong(item, f"{found.type} in a list that began with {items[0][1].type}", "Write two lists.")
            else:
                values.append(found.value)
        element = items[0][1].type if items else None
        return Constant(tuple(values), Type("list", element=element))

    def _compare(self, node: ast.Compare, context: Context) -> Node:
        parts: list[Node] = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.Is | ast.IsNot):
                parts.append(self.wrong(right, "is does not compare here", "Write == or !=."))
            elif isinstance(operator, ast.In):
                parts.append(member(self, left, right, context))
            elif isinstance(operator, ast.NotIn):
                parts.append(Not(member(self, left, right, context)))
            else:
                parts.append(compare(self, _OPERATORS[type(operator)], left, right, context))
            left = right
        return parts[0] if len(parts) == 1 else Both(tuple(parts))
