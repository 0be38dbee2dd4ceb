"""What every fact has, and how "not collected" is told apart from "known to be empty".

Three different things have three different values: *known to be empty* is ``None`` or an empty tuple from a listing
that was read to its last page; *not collected* is ``UNSET``; *no such field* is an error when a policy is loaded.
"""

from __future__ import annotations

from typing import TypeAlias, TypeVar

from msgspec import UNSET, Struct, UnsetType

__all__ = ["UNSET", "Fact", "Read", "UnsetType"]

_Value = TypeVar("_Value")

Read: TypeAlias = _Value | UnsetType
"""The type of a field that may not have been collected: ``Read[bool]`` is a ``bool`` or ``UNSET``."""


class Fact(Struct, frozen=True, kw_only=True, gc=False):
    """Something read from a vendor. Immutable, compared by value, cheap enough to stream by the million."""

    tenant: str
    """Id of the tenant in the configuration."""
    key: str
    """The vendor's immutable id; a rename changes the label, never the key."""
    label: str
    """What a person would call it. Written by strangers: neutralise before showing."""
    owner: str | None = None
    """Key of the account it hangs on, or null for what belongs to the organisation."""
