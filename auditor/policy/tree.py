"""The checked tree: an expression after every name, field and type in it has been found to be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from auditor.policy.types import ANYTHING, BOOLEAN, Type

Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
Node: TypeAlias = "Constant | Path | Not | Both | Either | Compare | Member | Call | Known | Quantified"


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands fixed once the policy is loaded: a literal, a list of literals, or a parameter."""

    value: object
    """Lists are tuples."""
    type: Type


@dataclass(frozen=True, slots=True)
class Path:
    """A field: ``root`` is ``fact``, ``owner``, ``tenant``, ``today`` or the name of a loop variable."""

    root: str
    steps: tuple[str, ...]
    type: Type
    """Of the field itself: null and unknown as they may come about along the way, guards left out of account."""
    parent: Path | None = None
    """The record it is a field of."""
    assumed: bool = False
    """A vendor's own settings in a policy for that vendor alone: missing means not collected, not null."""
    spelling: str = ""
    """As the policy's author writes it."""


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    operand: Node
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Both:
    """``and`` of two or more."""

    operands: tuple[Node, ...]
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Either:
    """``or`` of two or more."""

    operands: tuple[Node, ...]
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison of two values of one type, or of something with null."""

    operator: Comparison
    left: Node
    right: Node
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Member:
    """``item in collection``."""

    item: Node
    collection: Node
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function of the closed table."""

    function: str
    arguments: tuple[Node, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Known:
    """Whether a field was collected."""

    path: Path
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Quantified:
    """``any`` or ``all`` of ``condition`` for ``variable`` over the list ``source``."""

    quantifier: Literal["any", "all"]
    variable: str
    source: Node
    condition: Node
    type: Type = BOOLEAN


WRONG = Constant(None, ANYTHING)
"""Stands for a part with a mistake that was reported."""


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of ``node``."""
    match node:
        case Constant() | Path():
            return ()
        case Not(operand):
            return (operand,)
        case Both(operands) | Either(operands) | Call(arguments=operands):
            return operands
        case Compare(_, left, right) | Member(left, right):
            return left, right
        case Known(path):
            return (path,)
        case Quantified(_, _, source, condition):
            return source, condition


def walk(node: Node) -> list[Node]:
    """Return ``node`` and everything inside it, from left to right."""
    return [node, *(inner for child in children(node) for inner in walk(child))]
