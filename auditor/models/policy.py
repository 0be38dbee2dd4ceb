"""The policy document, as it stands in a YAML file of a pack (language 1)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints

from auditor.models.base import Document, Severity

Connector = Literal["google_workspace", "microsoft_365"]
ParameterType = Literal["string", "integer", "boolean", "duration", "list(string)"]
ParameterValue: TypeAlias = "bool | int | str | tuple[str, ...]"


def _written_out(value: object) -> object:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def _dotted(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(f"'{text}' is not an id", "Write lower-case words with dots between: mail.rule.no-forwarding.")
    return text


def _snake(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"'{text[:60]}' is not a name for a parameter", "Write lower-case words: trusted_domains.")
    return text


_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
_Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
_Expression = Annotated[str, BeforeValidator(_written_out)]
_Name = Annotated[str, AfterValidator(_snake)]


class Parameter(Document):
    """Something in which organisations differ."""

    type: ParameterType
    default: ParameterValue
    """Value where the configuration says nothing; a duration is written ``90 days``."""
    help: _Line


class PolicyTest(Document):
    """One case that proves the policy. Further keys say what is judged: the kind of fact, ``owner`` and so on."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: _Line
    expect: Literal["pass", "fail", "unknown", "not_applicable"]

    @property
    def given(self) -> dict[str, Any]:
        """What the case is about, by name: plain values out of the file."""
        return self.model_extra or {}


class Effort(Document):
    """What it costs to mend a finding of a policy, for those who have no time for clicks."""

    who: Literal["person", "administrator"]
    """Who has to sit down: the person concerned, or whoever administers the tenant."""
    minutes: Annotated[int, Field(ge=1, le=480)]
    """How long that takes for one finding."""
    ask: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    """What to ask for, in a few words: ``Set up a second factor``."""


class Policy(Document):
    """One rule about one kind of fact."""

    language: Literal[1]
    id: Annotated[str, StringConstraints(max_length=100), AfterValidator(_dotted)]
    title: _Line
    severity: Severity
    fact: str
    """Kind of fact that is judged."""
    connectors: Annotated[tuple[Connector, ...], Field(min_length=1)] = ("google_workspace", "microsoft_365")
    """Vendors for which the policy means something."""
    params: dict[_Name, Parameter] = Field(default_factory=dict)
    when: _Expression = "true"
    """Which facts are judged; the others are not applicable."""
    require: _Expression
    """What has to hold of them."""
    message: _Line
    """What is said of a fact that fails, with ``{paths}``."""
    evidence: tuple[str, ...] = ()
    """Paths of the values that decided."""
    urgent: Literal["call"] | None = None
    """``call``: do not mail the person, because an intruder may read the mailbox."""
    alert: bool = False
    """Whether a new finding is told at once, before the next weekly mail; what is urgent always is."""
    why: _Prose
    effort: Effort | None = None
    """What mending it costs; where it is left out, nobody says."""
    fix: dict[Connector, _Prose]
    """What to click, by vendor."""
    maps: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Controls of published benchmarks, by benchmark."""
    tests: tuple[PolicyTest, ...] = ()
