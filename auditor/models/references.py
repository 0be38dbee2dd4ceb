"""References: how documents name a fact, and the account that it hangs on."""

from __future__ import annotations

from auditor.models.base import Document


class OwnerReference(Document):
    """The account that a fact hangs on."""

    key: str
    address: str
    name: str


class FactReference(Document):
    """The fact that a finding is about."""

    kind: str
    key: str
    label: str
    owner: OwnerReference | None = None
