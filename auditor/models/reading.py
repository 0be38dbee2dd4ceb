"""What a collector hands to collection: targets to read, and what came of those that gave no facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.errors import ReadError


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to read: a mailbox, a drive, a listing of the tenant.

    ``key`` is the vendor's id, ``label`` for people, ``owner`` the key of the account it hangs on.
    """

    key: str
    label: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A target, or some fields of its facts, that could not be read.

    ``fields`` names the fields that stayed ``UNSET`` on facts which are there all the same; empty means that whole
    facts may be missing. ``known`` says what is certain about them (such as ``{"mechanism": "filter"}``), so that
    policies about something else are not called unknown.
    """

    target: Target
    error: ReadError
    kind: str
    fields: tuple[str, ...] = ()
    known: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """A target that exists but has nothing to read, with the reason: no mailbox, suspended, not licensed for mail."""

    target: Target
    reason: str
