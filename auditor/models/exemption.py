"""Exemptions: risks that somebody accepted until a day, and what is to be said about them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from auditor.models.base import Document


def _exact(text: str) -> str:
    if "*" in text or text != text.strip():
        raise ValueError("an exemption matches exactly and takes no patterns", "Write out what it is, once for each.")
    return text


def _address(text: str) -> str:
    name, at, domain = _exact(text).lower().partition("@")
    if not (name and at and domain) or not text.isprintable() or "@" in domain or " " in text:
        raise ValueError("this is no e-mail address", "Write the address alone, like ana@rivera-campaign.example.")
    return text.lower()


_Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
_Exact = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_exact)]


class Exemption(Document):
    """One fact that one policy shall not blame until a day. No patterns: what is meant is written out."""

    policy: _Exact
    """Id of the policy."""
    tenant: _Exact
    """Id of the tenant in the configuration."""
    account: Annotated[str, StringConstraints(max_length=254), AfterValidator(_address)] | None = None
    """Address of the account that the fact is, or hangs on, in lower case."""
    key: _Exact | None = None
    """The vendor's id of the fact; may be left out where the fact is the account."""
    evidence: dict[str, JsonValue] = Field(default_factory=dict)
    """Values of evidence that must stay what they were, or the finding returns."""
    reason: _Line
    owner: _Line
    """Who answers for the risk."""
    granted_by: _Line
    """Who accepted it."""
    granted: date
    """The first day on which it holds, in UTC."""
    expires: date
    """The last one."""


class Exemptions(Document):
    """The file of exemptions."""

    exemptions: tuple[Exemption, ...]


class Notice(Document):
    """Something that the auditor has to say about an exemption rather than about a tenant."""

    id: str
    """``exemption.expired``, for instance."""
    policy: str
    tenant: str
    account: str | None = None
    key: str | None = None
    message: str
    remedy: str
