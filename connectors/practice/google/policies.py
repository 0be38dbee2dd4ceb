"""``cloudidentity.googleapis.com``: the policies of the Cloud Identity Policy API, for a super administrator alone.

Holds explicitly set values only. https://docs.cloud.google.com/identity/docs/reference/rest/v1/policies/list
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connectors.practice.google.paging import page
from connectors.practice.google.refusals import invalid, not_found, permission_denied

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.google.calls import Call
    from connectors.practice.organisation import Json

    Predicate = Callable[[Json], bool]

TOKEN = re.compile(
    r"""\s*(?:(?P<mark>&&|\|\||[()])
    |customer\s*==\s*(?P<quote>["'])customers/(?P<customer>[^"']*)(?P=quote)
    |setting\.type\.matches\(\s*(?P<mark2>["'])(?P<pattern>.*?)(?P=mark2)\s*\))""",
    re.VERBOSE,
)


def policies(call: Call) -> Json:
    """``policies.list``: up to 100 a page; a larger size is cut down, as Google does."""
    _require_super_administrator(call)
    query = call.request.query
    chosen = call.people.tenant.policies
    if text := query.get("filter", ""):
        meets = compiled(text, call.people.tenant.customer_id)
        chosen = [each for each in chosen if meets(each)]
    found, following = page(chosen, query, size="pageSize", usual=50, largest=100, capped=True)
    listing: Json = {"policies": found} if found else {}
    return listing | following


def one_policy(call: Call) -> Json:
    """``policies.get``: the policy of that name."""
    _require_super_administrator(call)
    name = f"policies/{call.part('policiesId')}"
    for each in call.people.tenant.policies:
        if each["name"] == name:
            return each
    raise not_found(name)


def compiled(text: str, customer: str) -> Predicate:
    """Return the test that ``text`` describes; raise ``Refused`` where it is not a filter that Google documents.

    ``setting.type.matches("...")`` and ``customer == "customers/..."`` joined by ``&&``, ``||`` and parentheses.
    """
    tokens = []
    position = 0
    while text[position:].strip():
        found = TOKEN.match(text, position)
        if found is None:
            raise invalid(f"Invalid filter: {text}")
        tokens.append(found)
        position = found.end()
    meets = _either(tokens, customer)
    if tokens:
        raise invalid(f"Invalid filter: {text}")
    return meets


def _either(tokens: list[re.Match[str]], customer: str) -> Predicate:
    terms = [_both(tokens, customer)]
    while tokens and tokens[0]["mark"] == "||":
        tokens.pop(0)
        terms.append(_both(tokens, customer))
    return lambda policy: any(term(policy) for term in terms)


def _both(tokens: list[re.Match[str]], customer: str) -> Predicate:
    terms = [_term(tokens, customer)]
    while tokens and tokens[0]["mark"] == "&&":
        tokens.pop(0)
        terms.append(_term(tokens, customer))
    return lambda policy: all(term(policy) for term in terms)


def _term(tokens: list[re.Match[str]], customer: str) -> Predicate:
    if not tokens:
        raise invalid("Invalid filter: it ends too early")
    first = tokens.pop(0)
    if first["mark"] == "(":
        inner = _either(tokens, customer)
        if not tokens or tokens.pop(0)["mark"] != ")":
            raise invalid("Invalid filter: a parenthesis is missing")
        return inner
    if first["pattern"] is not None:
        pattern = re.compile(first["pattern"].replace("\\\\", "\\"))
        return lambda policy: pattern.search(_type(policy)) is not None
    if first["customer"] is None:
        raise invalid(f"Invalid filter: unexpected {first['mark']}")
    if first["customer"] not in {"my_customer", customer}:
        raise permission_denied()
    return lambda policy: policy["customer"] == f"customers/{customer}"


def _type(policy: Json) -> str:
    setting = policy["setting"]
    return str(setting["type"]) if isinstance(setting, dict) else ""


def _require_super_administrator(call: Call) -> None:
    if not (call.caller.account.is_super_admin and call.permissions.google_super_admin):
        raise permission_denied()
