"""Kept facts: the names of what outcomes are about, once each, under the vendor's immutable ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from auditor.models import FactReference, OwnerReference, fingerprint
from auditor.store.intervals import Row, insert_rows, next_number, portions, update_rows
from auditor.store.schema import facts

NAMES = (facts.c.label, facts.c.owner, facts.c.owner_address, facts.c.owner_name)
"""What may change of a fact without making it another."""


def identity(tenant: int, kind: str, key: str) -> str:
    """Return the identity of a fact in the store."""
    return fingerprint("", str(tenant), kind, key)


def account(key: str, address: str) -> FactReference:
    """Return the reference to an account of which only the address is known."""
    return FactReference(
        kind="account", key=key, label=address, owner=OwnerReference(key=key, address=address, name=address)
    )


def numbers(
    connection: Connection, tenant: int, references: Mapping[str, FactReference], *, rename: bool = True
) -> dict[str, int]:
    """Return the numbers of facts by identity; those that are new are written, those that were renamed corrected."""
    marks = sorted(references)
    found: dict[str, int] = {}
    renamed: list[Row] = []
    for some in portions(marks):
        for number, mark, *kept in connection.execute(
            select(facts.c.number, facts.c.identity, *NAMES).where(facts.c.identity.in_(some))
        ):
            found[mark] = number
            renamed += _correction(number, kept, references[mark]) if rename else []
    correct(connection, renamed)
    missing = [mark for mark in marks if mark not in found]
    fresh = dict(zip(missing, range(next_number(connection, facts), 1 << 31), strict=False))
    rows = (_row(tenant, number, mark, references[mark]) for mark, number in fresh.items())
    insert_rows(connection, facts, rows)
    return found | fresh


def _row(tenant: int, number: int, mark: str, fact: FactReference) -> Row:
    about = {"number": number, "tenant": tenant, "identity": mark, "kind": fact.kind, "key": fact.key}
    return about | names(fact)


def _correction(number: int, kept: Sequence[str | None], fact: FactReference) -> list[Row]:
    """Return what to write of a fact that now goes by other names than ``kept``; nothing if it does not."""
    now = names(fact)
    return [] if list(kept) == list(now.values()) else [{"row": number, **now}]


def correct(connection: Connection, corrections: Sequence[Row]) -> None:
    """Write corrections."""
    update_rows(connection, facts, corrections)


def names(fact: FactReference) -> Row:
    """Return by what names a fact goes, by column."""
    owner = fact.owner
    return {
        "label": fact.label,
        "owner": owner.key if owner else None,
        "owner_address": owner.address if owner else None,
        "owner_name": owner.name if owner else None,
    }
