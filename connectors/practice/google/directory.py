"""``admin.googleapis.com``: users, organisational units and domains of the Admin SDK's Directory API.

Answers administrators only. A key whose value is empty is left away.
https://developers.google.com/workspace/admin/directory/reference/rest/v1
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from connectors.practice.google.authority import require_administrator, require_customer
from connectors.practice.google.paging import page
from connectors.practice.google.refusals import invalid, not_found

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.google.calls import Call
    from connectors.practice.organisation import GoogleAccount, GoogleTenant, Json

NEVER = "1970-01-01T00:00:00.000Z"
FOUNDED = "1500000000000"  # milliseconds since 1970, as a string: int64
TEST_DOMAIN = ".test-google-a.com"
CLAUSE = re.compile(r"\s*(\w+)\s*=\s*(?:'([^']*)'|(\S+))")
FLAGS: dict[str, Callable[[GoogleAccount], bool]] = {
    "isAdmin": lambda account: account.is_super_admin,
    "isDelegatedAdmin": lambda account: bool(account.role_ids),
    "isSuspended": lambda account: account.suspended,
    "isArchived": lambda account: account.archived,
    "isEnrolledIn2Sv": lambda account: account.enrolled_in_2sv,
    "isEnforcedIn2Sv": lambda account: account.enforced_in_2sv,
}


def users(call: Call) -> Json:
    """``users.list``: all accounts of the customer or of one domain, up to 500 a page."""
    require_administrator(call)
    query = call.request.query
    if "domain" in query:
        ending = "@" + query["domain"].lower()
        accounts = [each for each in call.people.tenant.accounts if each.address.lower().endswith(ending)]
    else:
        require_customer(call, query.get("customer", ""))
        accounts = call.people.tenant.accounts
    if query.get("showDeleted") == "true":
        accounts = []
    for field, quoted, bare in _clauses(query.get("query", "")):
        accounts = [each for each in accounts if _meets(each, field, quoted or bare)]
    if query.get("orderBy") == "email":
        backwards = query.get("sortOrder") == "DESCENDING"
        accounts = sorted(accounts, key=lambda account: account.address.lower(), reverse=backwards)
    found, following = page(accounts, query, size="maxResults", usual=100, largest=500)
    full = query.get("projection", "basic") == "full"
    entries = [user(each, call.people.tenant, full=full) for each in found]
    return {"kind": "admin#directory#users", "etag": '"users"'} | _unless_empty("users", entries) | following


def one_user(call: Call) -> Json:
    """``users.get``: one account, by address, alias or id."""
    require_administrator(call)
    account = call.people.get(call.part("userKey"))
    if account is None:
        raise not_found("Resource: userKey")
    return user(account, call.people.tenant, full=call.request.query.get("projection", "basic") == "full")


def org_units(call: Call) -> Json:
    """``orgunits.list``: the units below a unit; the unit itself comes with ``type=allIncludingParent`` alone."""
    require_administrator(call)
    require_customer(call, call.part("customerId"))
    query = call.request.query
    units = call.people.tenant.units
    asked = query.get("orgUnitPath", "/") or "/"
    top = next((each for each in units if asked in {each["orgUnitPath"], each["orgUnitId"]}), None)
    if top is None:
        raise not_found("Org unit")
    path = str(top["orgUnitPath"])
    below = [each for each in units if each is not top and str(each["orgUnitPath"]).startswith(path.rstrip("/") + "/")]
    match query.get("type", "children"):
        case "all":
            chosen = below
        case "allIncludingParent":
            chosen = [top, *below]
        case "children":
            chosen = [each for each in below if each.get("parentOrgUnitPath", "/") == path]
        case other:
            raise invalid(f"Invalid value for type: {other}")
    entries = [{"kind": "admin#directory#orgUnit", "etag": '"unit"'} | each for each in chosen]
    return {"kind": "admin#directory#orgUnits", "etag": '"units"'} | _unless_empty("organizationUnits", entries)


def domains(call: Call) -> Json:
    """``domains.list``: the primary domain and the secondary ones; alias domains hang on the primary one."""
    require_administrator(call)
    require_customer(call, call.part("customer"))
    tenant = call.people.tenant
    entries = [
        _domain(name, is_primary=name == tenant.primary_domain)
        for name in (tenant.primary_domain, *tenant.secondary_domains)
    ]
    if tenant.alias_domains:
        entries[0]["domainAliases"] = [_domain_alias(name, tenant) for name in tenant.alias_domains]
    return {"kind": "admin#directory#domains", "etag": '"domains"', "domains": entries}


def domain_aliases(call: Call) -> Json:
    """``domainAliases.list``: the alias domains, which ``domains.list`` does not list beside the others."""
    require_administrator(call)
    require_customer(call, call.part("customer"))
    tenant = call.people.tenant
    entries = [_domain_alias(name, tenant) for name in tenant.alias_domains]
    return {"kind": "admin#directory#domainAliases", "etag": '"aliases"'} | _unless_empty("domainAliases", entries)


def user(account: GoogleAccount, tenant: GoogleTenant, *, full: bool) -> Json:
    """Return ``account`` as a ``User``; recovery address and telephone come with the full projection alone."""
    given, _, family = account.display_name.rpartition(" ")
    given = given or family
    local = account.address.rpartition("@")[0]
    optional: dict[str, object] = {
        "aliases": account.aliases,
        "nonEditableAliases": [f"{local}@{account.address.rpartition('@')[2]}{TEST_DOMAIN}"],
        "organizations": [{"title": account.job, "primary": True, "customType": ""}] if account.job else None,
        "suspensionReason": "ADMIN" if account.suspended else None,
        "recoveryEmail": account.recovery_email if full else None,
        "recoveryPhone": account.recovery_phone if full else None,
    }
    return {
        "kind": "admin#directory#user",
        "id": account.id,
        "etag": f'"{account.id}"',
        "primaryEmail": account.address,
        "name": {"givenName": given, "familyName": family, "fullName": account.display_name},
        "isAdmin": account.is_super_admin,
        "isDelegatedAdmin": bool(account.role_ids),
        "lastLoginTime": _moment(account.last_login) if account.last_login else NEVER,
        "creationTime": _moment(account.created),
        "agreedToTerms": account.last_login is not None,
        "suspended": account.suspended,
        "archived": account.archived,
        "changePasswordAtNextLogin": False,
        "ipWhitelisted": False,
        "emails": [{"address": account.address, "primary": True}, *({"address": each} for each in account.aliases)],
        "customerId": tenant.customer_id,
        "orgUnitPath": account.unit,
        "isMailboxSetup": account.has_gmail,
        "isEnrolledIn2Sv": account.enrolled_in_2sv,
        "isEnforcedIn2Sv": account.enforced_in_2sv,
        "includeInGlobalAddressList": True,
    } | {name: value for name, value in optional.items() if value}


def _clauses(query: str) -> list[tuple[str, str, str]]:
    found = CLAUSE.findall(query)
    if CLAUSE.sub("", query).strip():
        raise invalid("Invalid Input: query")
    return cast("list[tuple[str, str, str]]", found)


def _meets(account: GoogleAccount, field: str, value: str) -> bool:
    if field in FLAGS and value.lower() in {"true", "false"}:
        return FLAGS[field](account) is (value.lower() == "true")
    if field == "orgUnitPath":
        return account.unit == value or account.unit.startswith(value.rstrip("/") + "/")
    if field == "email":
        return account.address.lower() == value.lower()
    raise invalid(f"Invalid Input: query: {field}")


def _domain(name: str, *, is_primary: bool) -> Json:
    return {
        "kind": "admin#directory#domain",
        "etag": '"domain"',
        "domainName": name,
        "isPrimary": is_primary,
        "verified": True,
        "creationTime": FOUNDED,
    }


def _domain_alias(name: str, tenant: GoogleTenant) -> Json:
    return {
        "kind": "admin#directory#domainAlias",
        "etag": '"alias"',
        "domainAliasName": name,
        "parentDomainName": tenant.primary_domain,
        "verified": True,
        "creationTime": FOUNDED,
    }


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def _unless_empty(key: str, entries: object) -> Json:
    return {key: entries} if entries else {}
