"""The common shape of every document: frozen, compared by value, without unknown keys."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """A pydantic model that people write or read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Severity(StrEnum):
    """How much harm a violation does, by what an intruder gets. Ordered: ``Severity.LOW < Severity.CRITICAL``."""

    LOW = "low"
    """A weakness that matters only together with another one."""
    MEDIUM = "medium"
    """Helps an intruder, or exposes something to people who need an invitation or luck."""
    HIGH = "high"
    """One stolen password, or one leaked link, and something that matters is lost."""
    CRITICAL = "critical"
    """Looks like an intruder already inside, or opens the whole organisation at one stroke."""

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(Severity).index(self)

    @property
    def raised(self) -> Severity:
        """One step more; critical stays critical."""
        return list(Severity)[min(self.rank + 1, Severity.CRITICAL.rank)]


class Outcome(StrEnum):
    """What a policy says of a fact, or of a whole tenant."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    EXEMPT = "exempt"
    """It fails, and somebody accepted the risk; only of a whole tenant, when nothing of it is open or unknown."""
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
