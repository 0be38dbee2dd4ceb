"""What a Graph operation is given, and how it is declared: address, permission, refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.practice.microsoft.directory import Directory
    from connectors.practice.microsoft.refusals import Refusal
    from connectors.practice.wire import Answer, Request


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was authenticated and matched: ``keys`` are the ids in its address, in order."""

    request: Request
    directory: Directory
    keys: tuple[str, ...]
    roles: frozenset[str]
    premium: bool
    now: datetime
    governance: bool = True

    @property
    def key(self) -> str:
        """The first id in the address."""
        return self.keys[0]

    def may(self, roles: frozenset[str]) -> bool:
        """Whether the token carries one of ``roles``."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Operation:
    """A Graph operation: ``address`` without version, ``{}`` for an id; any of ``roles`` opens it."""

    address: str
    roles: frozenset[str]
    denied: Refusal
    answer: Callable[[Call], Answer]
    version: str = "v1.0"
