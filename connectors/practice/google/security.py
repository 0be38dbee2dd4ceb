"""What the directory tells of an account under ``admin.directory.user.security`` only: app grants and app passwords.

That scope can also switch 2-Step Verification off; there is no read-only one.
https://developers.google.com/workspace/admin/directory/reference/rest/v1/tokens/list
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.google.authority import require_administrator
from connectors.practice.google.refusals import not_found

if TYPE_CHECKING:
    from connectors.practice.google.calls import Call
    from connectors.practice.organisation import GoogleAccount, Json


def tokens(call: Call) -> Json:
    """``tokens.list``: the applications that the account has let in, with their scopes; there are no pages."""
    account = _account(call)
    entries = [
        {"kind": "admin#directory#token", "etag": '"token"', "userKey": account.id} | each
        for each in account.security.tokens
    ]
    return {"kind": "admin#directory#tokenList", "etag": '"tokens"'} | ({"items": entries} if entries else {})


def app_passwords(call: Call) -> Json:
    """``asps.list``: the application passwords of the account; times are milliseconds, "0" is never."""
    account = _account(call)
    entries = [
        {"kind": "admin#directory#asp", "etag": '"asp"', "userKey": account.id} | each
        for each in account.security.app_passwords
    ]
    return {"kind": "admin#directory#aspList", "etag": '"asps"'} | ({"items": entries} if entries else {})


def _account(call: Call) -> GoogleAccount:
    require_administrator(call)
    account = call.people.get(call.part("userKey"))
    if account is None:
        raise not_found("Resource Not Found: userKey")
    return account
