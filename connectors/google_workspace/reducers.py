"""How the values of several policies become one setting: Google's five reducers, by setting. Pure.

Source: Google, "Policy API concepts", section "Reduction", which also names the reducer of each setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Value = Mapping[str, object]
"""The value of a setting: its fields by name, as a policy sets them."""

EVERY = ""
"""The field under which a setting that is not reduced keeps the values of all its policies."""


class Reducer(StrEnum):
    """How policies that all hold for somebody are made into one setting; "strongest" is the greatest ``sortOrder``."""

    MAX = "max"  # the strongest policy decides, whole
    MERGE = "merge"  # each field from the strongest policy that has it; lists are joined
    MAX_MAP = "max_map"  # lists are joined; of entries with the same key the strongest counts, whole
    MERGE_MAP = "merge_map"  # lists are joined; of entries with the same key each field comes from the strongest
    LIST = "list"  # nothing is made into one: every policy counts


@dataclass(frozen=True, slots=True)
class Reduction:
    """The reducer of a setting, and for the two maps the field that is the key of their entries."""

    reducer: Reducer
    key: str = ""


_MERGED = (
    "api_controls.unconfigured_third_party_apps",
    "calendar.interoperability",
    "calendar.primary_calendar_max_allowed_external_sharing",
    "calendar.secondary_calendar_max_allowed_external_sharing",
    "chat.chat_history",
    "chat.external_chat_restriction",
    "drive_and_docs.drive_sdk",
    "groups_for_business.groups_sharing",
    "security.less_secure_apps",
    "security.super_admin_account_recovery",
    "security.user_account_recovery",
)

REDUCTIONS: Mapping[str, Reduction] = {
    **{setting: Reduction(Reducer.MERGE) for setting in _MERGED},
    "api_controls.google_services": Reduction(Reducer.MAX_MAP, "scopesGroup"),
    "gmail.email_address_lists": Reduction(Reducer.MAX_MAP, "id"),
    "gmail.rule_states": Reduction(Reducer.MAX_MAP, "ruleId"),
    "gmail.spam_override_lists": Reduction(Reducer.MAX_MAP, "ruleId"),
    "rule.dlp": Reduction(Reducer.LIST),
    "rule.system_defined_alerts": Reduction(Reducer.LIST),
}
"""The settings whose reducer is not the usual one."""

USUAL = Reduction(Reducer.MAX)


@dataclass(frozen=True, slots=True)
class Reduced:
    """What holds for one field, and the places of the policies that it comes from, in the order they were given in."""

    value: object
    sources: tuple[int, ...]


def reduction_of(setting: str) -> Reduction:
    """Return how the policies of a setting are reduced."""
    return REDUCTIONS.get(setting, USUAL)


def reduced(how: Reduction, policies: Sequence[Value]) -> dict[str, Reduced]:
    """Return what holds, by field, where these policies hold together, the strongest first.

    A field that stays open is left out: no policy has it or, where the strongest decides alone, that one has not.
    """
    if not policies:
        return {}
    if how.reducer is Reducer.MAX:
        return {field: Reduced(value, (0,)) for field, value in policies[0].items()}
    if how.reducer is Reducer.LIST:
        return {EVERY: Reduced([dict(each) for each in policies], tuple(range(len(policies))))}
    fields = dict.fromkeys(field for each in policies for field in each)
    return {field: _field(how, policies, field) for field in fields}


def _field(how: Reduction, policies: Sequence[Value], field: str) -> Reduced:
    """Return one field: of the strongest that has it, unless that is a list, which all of them add to."""
    having = [place for place, each in enumerate(policies) if field in each]
    values = [policies[place][field] for place in having]
    lists = [value for value in values if isinstance(value, list)]
    if len(lists) < len(values):
        return Reduced(values[0], (having[0],))
    joined = [entry for value in lists for entry in value]
    if how.reducer is not Reducer.MERGE:
        joined = list(_by_key(joined, how))
    return Reduced(joined, tuple(having))


def _by_key(entries: Sequence[object], how: Reduction) -> Iterator[object]:
    """Yield the entries of a map, one for each key; what has no key stands for itself."""
    found: dict[str, dict[str, object]] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get(how.key), str):
            yield entry
        elif entry[how.key] not in found:
            found[entry[how.key]] = dict(entry)
        elif how.reducer is Reducer.MERGE_MAP:
            known = found[entry[how.key]]
            known |= {field: value for field, value in entry.items() if field not in known}
    yield from found.values()
