"""``/groups`` and who is in them, also through other groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.directory import Directory
from connectors.practice.microsoft.people import READS_USERS, USER_DEFAULTS, shown
from connectors.practice.microsoft.refusals import denied_by_directory, not_found
from connectors.practice.organisation import Json, MicrosoftAccount, MicrosoftGroup
from connectors.practice.wire import Answer

READS_GROUPS = frozenset({"GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"})
CAST = "groups/{}/transitiveMembers/microsoft.graph.user"


def group(record: MicrosoftGroup) -> Json:
    """Return a security group, or a Microsoft 365 group if it has an address.

    https://learn.microsoft.com/graph/api/resources/group
    """
    return {
        "id": record.id,
        "deletedDateTime": None,
        "description": None,
        "displayName": record.name,
        "groupTypes": ["Unified"] if record.address else [],
        "isAssignableToRole": bool(record.role_template_ids or record.eligible_role_template_ids) or None,
        "mail": record.address,
        "mailEnabled": record.address is not None,
        "mailNickname": record.id[:8],
        "membershipRule": None,
        "onPremisesSyncEnabled": None,
        "securityEnabled": record.address is None,
        "visibility": record.visibility,
    }


def groups(call: Call) -> Answer:
    """``GET /groups``."""
    size = odata.page_size(call.request, default=odata.DIRECTORY_PAGE, most=odata.DIRECTORY_MOST)
    return odata.rows(
        call.request, [group(record) for record in call.directory.groups.values()], entity="groups", size=size
    )


def one_group(call: Call) -> Answer:
    """``GET /groups/{id}``."""
    if (record := call.directory.groups.get(call.key)) is None:
        return not_found(call.request, call.now, call.key)
    return odata.single(call.request, "groups/$entity", group(record))


def members(call: Call) -> Answer:
    """``GET /groups/{id}/transitiveMembers``: users and groups mixed, told apart by ``@odata.type``."""
    return _members(call, Directory.transitive_members, users_only=False)


def direct_members(call: Call) -> Answer:
    """``GET /groups/{id}/members``: users and groups mixed, groups not resolved."""
    return _members(call, Directory.members, users_only=False)


def owners(call: Call) -> Answer:
    """``GET /groups/{id}/owners``."""
    return _members(call, Directory.group_owners, users_only=False)


def member_users(call: Call) -> Answer:
    """``GET /groups/{id}/transitiveMembers/microsoft.graph.user``: the same, cast to users."""
    return _members(call, Directory.transitive_members, users_only=True)


Found = Sequence[MicrosoftAccount | MicrosoftGroup]


def _members(call: Call, which: Callable[[Directory, MicrosoftGroup], Found], *, users_only: bool) -> Answer:
    if (record := call.directory.groups.get(call.key)) is None:
        return not_found(call.request, call.now, call.key)
    found = which(call.directory, record)
    if users_only:
        found = [one for one in found if isinstance(one, MicrosoftAccount)]
    names = odata.selected(call.request, USER_DEFAULTS) or list(USER_DEFAULTS)
    sees_users = call.may(READS_USERS)

    def render(one: MicrosoftAccount | MicrosoftGroup) -> Json:
        if isinstance(one, MicrosoftGroup):
            whole = group(one)
            return {"@odata.type": "#microsoft.graph.group", **{name: whole[name] for name in names if name in whole}}
        # A member whose type the application may not read still comes, but with its id alone.
        row: Json = shown(one, names) if sees_users else {"id": one.id}
        return row if users_only else {"@odata.type": "#microsoft.graph.user", **row}

    size = odata.page_size(call.request, default=odata.DIRECTORY_PAGE, most=odata.DIRECTORY_MOST)
    entity = "users" if users_only else "directoryObjects"
    return odata.listing(call.request, found, render, entity=entity, size=size)


OPERATIONS = (
    Operation("groups", READS_GROUPS, denied_by_directory, groups),
    Operation("groups/{}", READS_GROUPS, denied_by_directory, one_group),
    Operation("groups/{}/members", READS_GROUPS, denied_by_directory, direct_members),
    Operation("groups/{}/owners", READS_GROUPS, denied_by_directory, owners),
    Operation("groups/{}/transitiveMembers", READS_GROUPS, denied_by_directory, members),
    Operation(CAST, READS_GROUPS, denied_by_directory, member_users),
)
