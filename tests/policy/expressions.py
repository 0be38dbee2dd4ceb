"""Hypothesis strategies: well-typed expressions about mail rules, and facts with everything missing that can be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

from hypothesis import strategies as st

from auditor.facts import UNSET, Account, MailRule, Mechanism, Tenant, Tier
from auditor.policy import Domains

ADDRESSES = (
    "bob@org.example",
    "BOB@ORG.EXAMPLE",
    "x@second.example",
    "x@sub.org.example",
    "x@partner.example",
    "x@evil.test",
    "x@evil.test,y@org.example",
    "@org.example",
    "org.example",
    "x@org.example ",
    "x@or\u212a.example",
    "x@@org.example",
    "",
)
FLAGS = ("enabled", "deletes", "hides", "marks_read", "matches_all")
LISTS = ("destinations", "looks_for")
texts = st.sampled_from(ADDRESSES) | st.text(max_size=12)
numbers = st.integers(0, 3)
moments = st.datetimes(datetime(2025, 11, 1), datetime(2026, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds

_LEAVES = (
    *(f"mail_rule.{name}" for name in FLAGS),
    *(f"mail_rule.{name} {operator} []" for name in LISTS for operator in ("==", "!=")),
    "mail_rule.destinations == ['bob@org.example']",
    "mail_rule.mechanism == 'filter'",
    "mail_rule.mechanism in ['filter', 'inbox_rule']",
    "mail_rule.mechanism not in ['group']",
    "'bob@org.example' in mail_rule.destinations",
    "mail_rule.label in params.words",
    "len(mail_rule.destinations) > params.number",
    "1 < len(mail_rule.looks_for) <= 3",
    "len(mail_rule.label) > 1",
    "matches(mail_rule.label, r'(?i)^a')",
    "contains(lower(mail_rule.label), params.text)",
    "contains_any(mail_rule.label, params.words)",
    "starts_with(mail_rule.label, 'a')",
    "ends_with(mail_rule.label, '')",
    "(mail_rule.created != null and days_since(mail_rule.created) > days(10))",
    "(mail_rule.created == null or mail_rule.created < today)",
    "(mail_rule.created == null or days_since(mail_rule.created) > params.age)",
    "mail_rule.created == date('2026-01-01')",
    "mail_rule.created == null",
    "owner == null",
    "(owner != null and owner.is_admin)",
    "(owner == null or owner.tier == 'principal')",
    "(owner != null and owner.last_sign_in != null and days_since(owner.last_sign_in) > days(params.number))",
    "(owner != null and owner.unit == '/x')",
    "(owner != null and owner.unit in ['/x', '/y'])",
    "(owner == null or owner.recovery_address == null or is_external(owner.recovery_address))",
    "(owner != null and any(m in ['sms', 'voice'] for m in owner.mfa_methods))",
    "tenant.active_people > 2",
    "tenant.connector == 'google_workspace'",
    "params.flag",
    "mail_rule.enabled == mail_rule.deletes",
    "mail_rule.enabled != true",
    "true",
    "false",
)
_INSIDE = (
    "is_external(d)",
    "domain(d) in params.words",
    "domain(d) == 'org.example'",
    "d == mail_rule.label",
    "contains(d, 'x')",
    "mail_rule.hides",
    "d in ['', 'bob@org.example']",
    "(mail_rule.created != null and mail_rule.created < today)",
)


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3, *, known: bool = False) -> str:
    """A condition about a mail rule; with ``known``, some ask whether fields were collected, where that is allowed."""
    kind = draw(st.integers(0, 6)) if depth else 0
    if kind in {1, 2}:
        word = draw(st.sampled_from([" and ", " or "]))
        return f"({word.join(draw(st.lists(expressions(depth - 1, known=known), min_size=2, max_size=3)))})"
    if kind == 3:
        return f"not {draw(expressions(depth - 1))}"
    if kind in {4, 5}:
        word, inner = draw(st.sampled_from(["any", "all"])), draw(conditions_inside(known=known))
        limit = f" if {draw(conditions_inside())}" if draw(st.booleans()) else ""
        return f"{word}({inner} for d in mail_rule.{draw(st.sampled_from(LISTS))}{limit})"
    if known and draw(st.integers(0, 3)) == 0:
        return f"known(mail_rule.{draw(st.sampled_from([*FLAGS, *LISTS, 'created']))})"
    return draw(st.sampled_from(_LEAVES))


@st.composite
def conditions_inside(draw: st.DrawFn, *, known: bool = False) -> str:
    """A condition inside a loop over texts called d."""
    parts = draw(st.lists(st.sampled_from(_INSIDE), min_size=1, max_size=3))
    parts = [f"not {part}" if draw(st.booleans()) else part for part in parts]
    if known and draw(st.booleans()):
        parts.append("known(mail_rule.hides)")
    return f"({draw(st.sampled_from([' and ', ' or '])).join(parts)})"


def read(values: st.SearchStrategy) -> st.SearchStrategy:
    """A field that may not be collected."""
    return values | st.just(UNSET)


lists = st.lists(texts, max_size=4).map(tuple)
rules = st.builds(
    MailRule,
    tenant=st.just("t"),
    key=st.just("1"),
    label=texts,
    owner=st.sampled_from([None, "ana", "nobody"]),
    mechanism=st.sampled_from(get_args(Mechanism)),
    created=read(st.none() | moments),
    **{name: read(st.booleans()) for name in FLAGS},
    **{name: read(lists) for name in LISTS},
)
accounts = st.builds(
    Account,
    tenant=st.just("t"),
    key=st.just("ana"),
    label=texts,
    address=texts,
    tier=st.sampled_from(get_args(Tier)),
    unit=read(st.sampled_from([None, "/x", "/z"])),
    is_admin=read(st.booleans()),
    mfa_methods=read(st.lists(st.sampled_from(["sms", "passkey"]), max_size=2).map(tuple)),
    last_sign_in=read(st.none() | moments),
    recovery_address=read(st.none() | texts),
)
tenants = st.builds(
    Tenant,
    tenant=st.just("t"),
    key=st.just("t"),
    label=st.just("T"),
    connector=st.just("google_workspace"),
    vendor_id=st.just("C0"),
    active_people=read(numbers),
)
organisations = st.builds(
    Domains, st.sets(st.sampled_from(["org.example", "second.example"])).map(frozenset), st.booleans()
)
