"""Which fields cannot be null any more, once a condition is known to be true or false."""

from __future__ import annotations

from typing import TypeAlias

from auditor.policy.tree import Both, Compare, Constant, Either, Member, Node, Not, Path

Guards: TypeAlias = "frozenset[tuple[str, tuple[str, ...]]]"
"""Paths that were found not to be null, as root and steps."""
NO_GUARDS: Guards = frozenset()


def without_null(node: Node, *, when: bool) -> Guards:  # noqa: PLR0911 - one for each form
    """Return the paths that are not null if ``node`` is ``when``."""
    match node:
        case Not(operand):
            return without_null(operand, when=not when)
        case Both(operands) if when:
            return NO_GUARDS.union(*(without_null(operand, when=True) for operand in operands))
        case Either(operands) if not when:
            return NO_GUARDS.union(*(without_null(operand, when=False) for operand in operands))
        case Both(operands) | Either(operands):
            first, *others = (without_null(operand, when=when) for operand in operands)
            return first.intersection(*others)
        case Compare("!=", Path() as path, Constant(None)) if when:
            return frozenset({(path.root, path.steps)})
        case Compare("==", Path() as path, Constant(None)) if not when:
            return frozenset({(path.root, path.steps)})
        case Compare("==", Path() as path, Constant(value)) if when and value is not None:
            return frozenset({(path.root, path.steps)})
        case Member(Path() as path, Constant()) if when:
            return frozenset({(path.root, path.steps)})
        case _:
            return NO_GUARDS
