"""Ghosts: facts that stand for what could not be read, with everything unknown but what the gap is sure of."""

from __future__ import annotations

from collections.abc import Callable

from auditor.facts import KINDS, UNSET, Fact, Tenant
from auditor.models import Gap
from auditor.policy.types import Type, fields_of


def ghost(gap: Gap, tenant: Tenant) -> Fact:
    """Return the fact that ``gap`` may hide; the fields in it break the promises of their types by being ``UNSET``."""
    fields = fields_of(KINDS[gap.kind])
    values: dict[str, object] = dict.fromkeys(fields, UNSET)
    values |= {name: _certain(fields[name], text) for name, text in gap.known.items() if name in fields}
    values["tenant"] = gap.tenant
    if gap.owner is not None:
        values["owner"] = gap.owner
    if gap.kind == "tenant":
        values["connector"] = tenant.connector
    kind: Callable[..., Fact] = KINDS[gap.kind]
    return kind(**values)


def _certain(type_: Type, text: str) -> object:
    """Return what a gap is sure of as the field's type has it; ``UNSET`` if it does not fit."""
    if type_.name == "boolean":
        return {"true": True, "false": False}.get(text.lower(), UNSET)
    fits = type_.name == "text" and (not type_.values or text in type_.values)
    return text if fits else UNSET
