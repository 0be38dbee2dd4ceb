from __future__ import annotations

import pytest
from discovery import problems
from google_practice import ADMIN, DRIVE, GMAIL, POLICY

USERS = "/admin/directory/v1/users"


@pytest.mark.parametrize(
    ("host", "path", "body"),
    [
        (ADMIN, USERS, {"users": [{"isEnroledIn2Sv": True}]}),
        (ADMIN, USERS, {"users": [{"isAdmin": "true"}]}),
        (ADMIN, USERS, {"users": [{"lastLoginTime": "yesterday"}]}),
        (ADMIN, USERS, {"users": {}}),
        (ADMIN, "/admin/directory/v1/customer/C0/roles", {"items": [{"roleId": 13801188331880449}]}),
        (ADMIN, "/admin/directory/v1/customer/C0/roleassignments", {"items": [{"assigneeType": "USER"}]}),
        (GMAIL, "/gmail/v1/users/me/settings/filters", {"filters": []}),
        (GMAIL, "/gmail/v1/users/me/settings/autoForwarding", {"disposition": "shred"}),
        (DRIVE, "/drive/v3/files", {"files": [{"permissions": [{"expirationTime": 5}]}]}),
        (POLICY, "/v1/policies", {"policies": [{"type": "DEFAULT"}]}),
    ],
)
def test_the_validator_finds_what_google_would_not_send(host: str, path: str, body: object) -> None:
    assert problems(host, path, body) != []


def test_the_validator_knows_no_other_paths() -> None:
    with pytest.raises(LookupError):
        problems(ADMIN, "/admin/directory/v1/userz", {})
