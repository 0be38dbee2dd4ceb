"""Who may ask what: the tests that several of Google's administrative APIs have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.google.refusals import invalid, not_an_administrator

if TYPE_CHECKING:
    from connectors.practice.google.calls import Call


def require_administrator(call: Call) -> None:
    """Raise ``Refused`` unless the caller holds an administrator role, directly or through a group."""
    account = call.caller.account
    if not (account.is_super_admin or account.role_ids or account.group_role_ids):
        raise not_an_administrator()


def require_customer(call: Call, given: str) -> None:
    """Raise ``Refused`` unless ``given`` names the caller's own customer."""
    if not given:
        raise invalid("Bad Request: either customer or domain is required")
    if given not in {"my_customer", call.people.tenant.customer_id}:
        raise not_an_administrator()
