"""In whose name each thing is read: one account per role, so that none of them needs the rights of another.

Only a super administrator may use the Policy API, and no privilege of a custom role shows who holds which role; an
administrator with a custom role reads directory and reports; what is a person's own is read in that person's name.
Source: Google, "Administrator privilege definitions"; Cloud Identity, "Policy API overview".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from connectors.google_workspace.scopes import Role, Scope

ADMINISTRATOR = ""
"""As the subject of a call: whoever the role of its scope names."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """The accounts of the roles; an empty address, or False for each person's own, is a role that is switched off."""

    directory: str = ""
    policies: str = ""
    users: bool = True

    @classmethod
    def one(cls, admin: str) -> Subjects:
        """Return the subjects where one super administrator serves all roles."""
        return cls(directory=admin, policies=admin)

    @property
    def domain(self) -> str:
        """The domain of the first administrator there is, by which people know the customer."""
        return (self.directory or self.policies).rpartition("@")[2]

    def of(self, scope: Scope, person: str = ADMINISTRATOR) -> str:
        """Return in whose name to read ``scope``: the person's if one is given, else that of the scope's role.

        Raises ``ReadError`` for a role that is switched off; no other role stands in for it.
        """
        role: Role = "users" if person or scope.role == "users" else scope.role
        subject = {"directory": self.directory, "policies": self.policies, "users": person if self.users else ""}[role]
        if not subject:
            raise ReadError(GapReason.DENIED, f"Nobody may read {scope.reason}: the role {role} is off.", _ON[role])
        return subject


_ON: Mapping[Role, str] = {
    "directory": (
        "Write `directory: ADDRESS` under `subjects:` of this tenant: an administrator whose role of your own may read "
        "what the set-up page lists."
    ),
    "policies": (
        "Write `policies: ADDRESS` under `subjects:` of this tenant: a super administrator, because Google shows it to "
        "nobody else."
    ),
    "users": "Delete `users: false` under `subjects:` of this tenant.",
}
"""How to switch each role on."""
