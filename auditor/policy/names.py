"""What names mean in an expression: the fact, its owner, the tenant, parameters, today and loop variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from auditor.facts import KINDS
from auditor.models.policy import Connector
from auditor.policy.tree import Constant, Path
from auditor.policy.types import MOMENT, OWNER, TENANT, Type, fields_of
from auditor.validation import did_you_mean

VENDORS = ("google_workspace", "microsoft_365")
NOTHING: Mapping[str, Path] = MappingProxyType({})


class UnknownName(Exception):  # noqa: N818 - it carries a mistake of the policy's author and never leaves this package
    """There is nothing of that name; with the remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Names:
    """The names that one policy may use, and the parameters it did use."""

    kind: str
    fact: Type
    connectors: tuple[Connector, ...]
    parameters: Mapping[str, Constant]
    used: set[str] = field(default_factory=set)

    @property
    def roots(self) -> dict[str, Path]:
        """What is always there, by name."""
        return {
            "owner": Path("owner", (), OWNER, spelling="owner"),
            "tenant": Path("tenant", (), TENANT, spelling="tenant"),
            "today": Path("today", (), MOMENT, spelling="today"),
            self.kind: Path("fact", (), self.fact, spelling=self.kind),
        }

    def name(self, name: str, variables: Mapping[str, Path] = NOTHING) -> Path:
        """Return what a plain name means; raises ``UnknownName``."""
        known = self.roots | dict(variables)
        if name in known:
            return known[name]
        if name == "params":
            raise UnknownName("params is not a value", "Write params. and the name of a parameter.")
        if name in KINDS:
            raise UnknownName(
                f"'{name}' is not here: the policy judges {self.kind}", f"Write fact: {name}, or {self.kind}."
            )
        remedy = did_you_mean(name, [*known, "params", "null", "true", "false"])
        hint = {"None": "Write null.", "True": "Write true.", "False": "Write false."}.get(name)
        raise UnknownName(
            f"unknown name '{name}'", hint or remedy or f"Known here: {', '.join(sorted(known))}, params."
        )

    def parameter(self, name: str) -> Constant:
        """Return the value of a parameter; raises ``UnknownName``."""
        if name not in self.parameters:
            remedy = did_you_mean(name, self.parameters) or "Declare it under params."
            raise UnknownName(f"unknown parameter '{name}'", remedy)
        self.used.add(name)
        return self.parameters[name]

    def step(self, record: Path, name: str) -> Path:
        """Return the field ``name`` of ``record``; raises ``UnknownName``."""
        struct = record.type.struct
        if struct is None:
            raise UnknownName(f"{record.spelling} is {record.type} and has no fields", f"Delete .{name}.")
        fields = fields_of(struct)
        if name not in fields:
            remedy = did_you_mean(name, fields) or "`auditor policies facts` lists its fields."
            raise UnknownName(f"{record.spelling} has no field '{name}'", remedy)
        type_, assumed = fields[name], False
        if name in VENDORS and type_.name == "record":
            if self.connectors != (name,):
                other = f"{record.spelling}.{name} is there for one vendor only"
                raise UnknownName(other, f"Write connectors: [{name}] into the policy.")
            type_, assumed = replace(type_, nullable=False, unknown=True), True
        type_ = replace(type_, unknown=type_.unknown or record.type.unknown)
        return Path(record.root, (*record.steps, name), type_, record, assumed, f"{record.spelling}.{name}")

    def path(self, dotted: str) -> Path | Constant:
        """Return what dotted names mean, as messages and evidence write them; raises ``UnknownName``."""
        first, *steps = dotted.split(".")
        if first == "params" and len(steps) == 1:
            return self.parameter(steps[0])
        path = self.name(first)
        for step in steps:
            path = self.step(path, step)
        return path
