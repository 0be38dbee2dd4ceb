"""Writes checked conditions as Python expressions, in plain logic or in Kleene's."""

from __future__ import annotations

from dataclasses import dataclass, field

from auditor.policy.functions import pattern
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
    children,
)

_ROOTS = {"fact", "owner", "tenant", "today"}


@dataclass(frozen=True, slots=True)
class Mode:
    """What a condition may rely on."""

    collected: bool = False
    """All fields it names were found to be collected."""
    everything: bool = False
    """Any field may be missing, those too that every fact has: for facts that could not be read."""
    domains_complete: bool = True
    """Every domain of the organisation is known."""


def tested(path: Path) -> bool:
    """Say whether the field ``path`` has to be looked at before the plain form of a condition may be used."""
    return path.type.unknown and path.root in _ROOTS


def may_be_null(path: Path) -> bool:
    """Say whether ``path`` can be null, itself or because what it belongs to is, if no guard goes before."""
    return path.type.nullable or (path.parent is not None and may_be_null(path.parent))


@dataclass(slots=True)
class Emitter:
    """Gives names to fields, constants and intermediate results, and writes expressions with them."""

    constants: dict[str, object] = field(default_factory=dict)
    _fields: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)
    _count: int = 0

    def forget_fields(self) -> None:
        """Begin another module."""
        self._fields.clear()

    def field(self, path: Path) -> str:
        """Return the local variable that holds a field of the fact, its owner or the tenant."""
        if path.root in _ROOTS and not path.steps:
            return path.root
        return self._fields.setdefault((path.root, path.steps), f"a{len(self._fields)}")

    def load(self, path: Path) -> str:
        """Return an expression that reads a field, once what it belongs to was read."""
        assert path.parent is not None  # noqa: S101 - roots are arguments
        return self._step(path, self.field(path.parent))

    def _step(self, path: Path, record: str) -> str:
        parent = path.parent
        assert parent is not None  # noqa: S101 - as above
        value = f"{record}.{path.steps[-1]}"
        if may_be_null(parent) or parent.assumed:
            value = f"{'UNSET' if parent.assumed else 'None'} if {record} is None else {value}"
        if parent.type.unknown or parent.root == "owner" or parent.steps:
            value = f"UNSET if {record} is UNSET else {value}"
        return value

    def may_be_unknown(self, node: Node, mode: Mode) -> bool:
        """Say whether the value of ``node`` can be ``UNSET``."""
        match node:
            case Known():
                return False
            case Path(root, type=type_) if root in _ROOTS:
                return (type_.unknown and not mode.collected) or (mode.everything and root in {"fact", "owner"})
            case Path(type=type_):
                return type_.unknown
            case Call("is_external") if not mode.domains_complete:
                return True
        return any(self.may_be_unknown(child, mode) for child in children(node))

    def condition(self, node: Node, mode: Mode) -> str:  # noqa: C901, PLR0911 - one for each kind of node
        """Return a Python expression for ``node``; in brackets, or else a single name."""
        match node:
            case Constant(value):
                return self._constant(value)
            case Path():
                return self._path(node)
            case Known(path):
                return f"({self._path(path)} is not UNSET)"
            case Not(operand):
                return self._strict([operand], "not {}", mode)
            case Both(operands):
                return self._logic(operands, mode, "and", "False")
            case Either(operands):
                return self._logic(operands, mode, "or", "True")
            case Compare():
                return self._compare(node, mode)
            case Member(item, Constant(tuple() as values)):
                return self._strict([item], f"{{}} in {self._constant(frozenset(values))}", mode)
            case Member(item, collection):
                return self._strict([item, collection], "{} in {}", mode)
            case Call():
                return self._call(node, mode)
            case Quantified(quantifier, variable, source, inner):
                loop = quantifier if not self.may_be_unknown(inner, mode) else f"{quantifier}_known"
                return self._strict([source], f"{loop}({self.condition(inner, mode)} for v_{variable} in {{}})", mode)

    def _logic(self, operands: tuple[Node, ...], mode: Mode, word: str, decisive: str) -> str:
        written = [self.condition(operand, mode) for operand in operands]
        unsure = [self.may_be_unknown(operand, mode) for operand in operands]
        if not any(unsure):
            return f"({f' {word} '.join(written)})"
        names = [self._name() if maybe else "" for maybe in unsure]
        pairs = list(zip(names, written, strict=True))
        decided = " or ".join(
            f"({name} := {text}) is {decisive}" if name else f"{text} is {decisive}" for name, text in pairs
        )
        unknown = " or ".join(f"{name} is UNSET" for name in names if name)
        other = "True" if decisive == "False" else "False"
        return f"({decisive} if {decided} else UNSET if {unknown} else {other})"

    def _strict(self, operands: list[Node], template: str, mode: Mode) -> str:
        """Return ``template`` filled with the operands; unknown if one of them is."""
        written, tests = [], []
        for operand in operands:
            text = self.condition(operand, mode)
            if self.may_be_unknown(operand, mode):
                name = text if text.isidentifier() else self._name()
                tests.append(f"{text} is UNSET" if name == text else f"({name} := {text}) is UNSET")
                text = name
            written.append(text)
        value = template.format(*written)
        return f"(UNSET if {' or '.join(tests)} else {value})" if tests else f"({value})"

    def _compare(self, node: Compare, mode: Mode) -> str:
        left, right = node.left, node.right
        if isinstance(right, Constant) and right.value is None:
            return self._strict([left], "{} is None" if node.operator == "==" else "{} is not None", mode)
        if right.type.name == "list" and isinstance(right, Constant):
            if right.value == ():
                return self._strict([left], f"len({{}}) {node.operator} 0", mode)
            return self._strict([left], f"tuple({{}}) {node.operator} {self._constant(right.value)}", mode)
        if left.type.name == "moment":
            return self._strict([left, right], f"aware({{}}) {node.operator} aware({{}})", mode)
        return self._strict([left, right], f"{{}} {node.operator} {{}}", mode)

    def _call(self, node: Call, mode: Mode) -> str:
        match node:
            case Call("matches", (text, Constant(str() as written))):
                return self._strict([text], f"{self._constant(pattern(written))}({{}})", mode)
            case Call("len", (counted,)):
                return self._strict([counted], "len({})", mode)
        blanks = ", ".join("{}" for _ in node.arguments)
        value = f"f_{node.function}({blanks})"
        return self._strict(list(node.arguments), value, mode)

    def _path(self, path: Path) -> str:
        if path.root in _ROOTS:
            return self.field(path)
        if path.parent is None:
            return f"v_{path.root}"
        record = self._path(path.parent)
        name = record if record.isidentifier() else self._name()
        value = self._step(path, name)
        return f"({value})" if name == record else f"({value})".replace(name, f"({name} := {record})", 1)

    def _constant(self, value: object) -> str:
        if value is None or isinstance(value, bool):
            return repr(value)
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    def _name(self) -> str:
        self._count += 1
        return f"t{self._count}"
