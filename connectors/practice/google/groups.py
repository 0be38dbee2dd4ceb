"""Groups: the Directory API's ``groups`` and ``members``, and ``groups/v1`` of the Groups Settings API.

Flags of the settings are the strings "true" and "false". A member of the type CUSTOMER stands for everybody of the
customer, without an address. https://developers.google.com/workspace/admin/groups-settings/v1/reference/groups
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.google.authority import require_administrator, require_customer
from connectors.practice.google.paging import page
from connectors.practice.google.refusals import invalid, not_found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.practice.google.calls import Call
    from connectors.practice.google.people import People
    from connectors.practice.google_organisation import GoogleGroup
    from connectors.practice.organisation import Json

ROLES = frozenset({"OWNER", "MANAGER", "MEMBER"})
TEST_DOMAIN = ".test-google-a.com"


class Groups:
    """The groups of the customer, found by address or id without regard to case."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._groups = people.tenant.catalogue.groups
        self._by_key = {key.lower(): each for each in self._groups for key in (each.id, each.address)}

    def groups(self, call: Call) -> Json:
        """``groups.list``: the groups of the customer, of a domain or of a member, up to 200 a page."""
        require_administrator(call)
        query = call.request.query
        found = self._groups
        if "query" in query:
            raise invalid("Invalid Input: query")
        if "userKey" in query:
            if "customer" in query:
                raise invalid("Bad Request: userKey cannot be used with customer")
            found = [each for each in found if any(self._is(member, query["userKey"]) for member in each.members)]
        elif "domain" not in query:
            require_customer(call, query.get("customer", ""))
        if "domain" in query:
            found = [each for each in found if each.address.endswith("@" + query["domain"].lower())]
        chosen, following = page(found, query, size="maxResults", usual=200, largest=200, capped=True)
        entries = [_group(each) for each in chosen]
        return (
            {"kind": "admin#directory#groups", "etag": '"groups"'}
            | ({"groups": entries} if entries else {})
            | following
        )

    def members(self, call: Call) -> Json:
        """``members.list``: the direct members, or with ``includeDerivedMembership`` those of nested groups as well."""
        require_administrator(call)
        group, query = self._get(call.part("groupKey")), call.request.query
        derived = query.get("includeDerivedMembership") == "true"
        found = list(self._all_members(group)) if derived else group.members
        if roles := query.get("roles"):
            wanted = set(roles.upper().split(","))
            if not wanted <= ROLES:
                raise invalid(f"Invalid Input: roles: {roles}")
            found = [each for each in found if each["role"] in wanted]
        chosen, following = page(found, query, size="maxResults", usual=200, largest=200, capped=True)
        entries = [_member(each) for each in chosen]
        head: Json = {"kind": "admin#directory#members", "etag": '"members"'}
        return head | ({"members": entries} if entries else {}) | following

    def settings(self, call: Call) -> Json:
        """``groups.get`` of the Groups Settings API: who may join, read, write and so on."""
        require_administrator(call)
        group = self._get(call.part("groupUniqueId"))
        head: Json = {"kind": "groupsSettings#groups", "email": group.address, "name": group.name, "description": ""}
        return head | group.settings

    def addresses(self, key: str) -> set[str]:
        """Return the addresses of everybody in the group, those of nested groups included; empty if there is none."""
        group = self._by_key.get(key.lower())
        return {str(each.get("email", "")).lower() for each in self._all_members(group)} if group else set()

    def _get(self, key: str) -> GoogleGroup:
        group = self._by_key.get(key.lower())
        if group is None:
            raise not_found("Resource Not Found: groupKey")
        return group

    def _all_members(self, group: GoogleGroup) -> Iterator[Json]:
        """Give the direct members, then those whom nested groups bring in, each once and the latter as plain members.

        A nested group of another organisation stays closed: only its address is seen.
        """
        seen = {str(each["id"]) for each in group.members}
        waiting = list(group.members)
        yield from group.members
        while waiting:
            nested = self._by_key.get(str(waiting.pop(0).get("email", "")).lower())
            for each in nested.members if nested else []:
                if str(each["id"]) not in seen:
                    seen.add(str(each["id"]))
                    waiting.append(each)
                    yield {**each, "role": "MEMBER"}

    def _is(self, member: Json, key: str) -> bool:
        account = self._people.get(key)
        return str(member["id"]) == (account.id if account else key) or member.get("email") == key


def _group(group: GoogleGroup) -> Json:
    return {
        "kind": "admin#directory#group",
        "id": group.id,
        "etag": f'"{group.id}"',
        "email": group.address,
        "name": group.name,
        "directMembersCount": str(len(group.members)),
        "description": "",
        "adminCreated": True,
        "nonEditableAliases": [group.address + TEST_DOMAIN],
    }


def _member(member: Json) -> Json:
    return {"kind": "admin#directory#member", "etag": '"member"', "status": "ACTIVE"} | member
