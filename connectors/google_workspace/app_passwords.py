"""Application passwords of each account: each one signs in without a second factor.

Google tells them only to a scope that could also switch 2-Step Verification off, so that they are read on demand alone.
Source: Directory API, ``asps.list``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.errors import ReadError
from connectors.google_workspace.answers import nothing_there
from connectors.google_workspace.client import Call, Client, listed, parsed_result
from connectors.google_workspace.scopes import SECURITY
from connectors.google_workspace.subjects import ADMINISTRATOR

_AT_ONCE = 200
"""Accounts in one batch: Google takes a thousand, but what comes back shall stay small."""


def read_app_passwords(client: Client, accounts: Sequence[str]) -> Mapping[str, int]:
    """Return how many application passwords each account has, by its id. Raises ``ReadError`` if one is not told.

    An account that is gone meanwhile is left out.
    """
    found: dict[str, int] = {}
    for start in range(0, len(accounts), _AT_ONCE):
        keys = accounts[start : start + _AT_ONCE]
        calls = [Call(client.directory.asps().list(userKey=key), ADMINISTRATOR, SECURITY) for key in keys]
        for key, call, result in zip(keys, calls, client.batch("directory", calls), strict=True):
            if isinstance(result, ReadError) or nothing_there(result) is None:
                found[key] = len(listed(parsed_result(call, result), "items"))
    return found
