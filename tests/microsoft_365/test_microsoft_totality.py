"""Every parser of Microsoft's wire takes any JSON: facts or a clean failure, never a traceback, no good invented."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import ReadError
from auditor.facts import UNSET, Account, Directory, Tenant
from auditor.models import Target
from connectors import microsoft_365
from connectors.microsoft_365.registration import Registration

TENANT = Tenant(tenant="t", key="t", label="t", connector="microsoft_365", vendor_id="v")
OWNER = Account(tenant="t", key="a1", label="Ann", address="ann@org.example")
DIRECTORY = Directory(TENANT, {"a1": OWNER}, frozenset({"org.example"}), domains_complete=True)
ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "tenant": st.just("t"),
    "account": st.just("a1"),
    "accounts": st.just(DIRECTORY.accounts),
    "activity": st.booleans(),
    "directory": st.just(DIRECTORY),
    "mailbox": st.just(Target("a1", "ann@org.example", "a1")),
    "names": st.just({}),
    "now": st.just(datetime(2026, 3, 2, tzinfo=UTC)),
    "owner": st.just("a1"),
    "owners": st.just(None),
    "reached": st.just(lambda name: (name,)),
    "right": st.just("AccessRights"),
    "seen": st.builds(set),
    "who": st.just(lambda name: name),
}
"""What parsers take besides the wire, by the names that they all use for it."""
SHAPES = {
    "Wire": "one",
    "object": "one",
    "Wire | None": "one",
    "Iterable[Wire]": "many",
    "Sequence[Wire]": "many",
    "Read[Sequence[Wire]]": "many",
    "Mapping[str, Wire]": "named",
}
NAMES = re.compile(r"(?i)(^|[a-z])(id|name|identity|guid|url)$")
"""Fields without which an object is nobody's."""
WORD = re.compile(r"[@A-Za-z][\w.@#-]*")


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(microsoft_365.__path__, f"{microsoft_365.__name__}."):
        yield importlib.import_module(found.name)


def parsers() -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield every public function that takes wire objects and nothing that could send a request."""
    for module in modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            wanted = [str(each.annotation) for each in inspect.signature(function).parameters.values()]
            takes_wire = any("Wire" in each for each in wanted) or (name.startswith("parse_") and "object" in wanted)
            if function.__module__ == module.__name__ and not name.startswith("_") and takes_wire:
                yield f"{module.__name__.removeprefix(microsoft_365.__name__)[1:]}.{name}", function


PARSERS = dict(parsers())


def words(function: Callable[..., object]) -> list[str]:
    """Return the words that stand in the module of a parser: names of fields and values that it knows."""
    tree = ast.parse(Path(inspect.getfile(function)).read_text(encoding="utf-8"))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return sorted({each for each in texts if WORD.fullmatch(each)} | {"id", "value", "@odata.type"})


def wires(function: Callable[..., object], *, sense: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with the fields that a parser knows, and with values that it knows if they make ``sense``."""
    known = st.sampled_from(words(function))
    odd = st.floats(0.1, 0.9) | st.sampled_from(MEANINGLESS[:2])
    sensible = (
        st.just({})
        | st.just([])
        | known
        | st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(), max_size=5)
    )
    sensible |= st.sampled_from(["a@b.example", "2026-01-01T00:00:00Z", "\ud800", "SMTP:a@b.example", "True"])
    inner = st.recursive(
        odd | sensible if sense else odd,
        lambda deeper: (
            st.lists(deeper, min_size=1, max_size=3) | st.dictionaries(known, deeper, min_size=1, max_size=4)
        ),
        max_leaves=10,
    )
    named = {each: "x1" for each in words(function) if NAMES.search(each)}
    whole = st.dictionaries(known, inner, max_size=8)
    return whole.map(lambda wire: wire | named) | whole if sense else whole.map(lambda wire: wire | named)


@cache
def arguments(function: Callable[..., object], *, sense: bool) -> st.SearchStrategy[dict[str, Any]]:
    found: dict[str, st.SearchStrategy[Any]] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        shape = SHAPES.get(str(parameter.annotation), "")
        wire = wires(function, sense=sense)
        if shape == "one":
            found[name] = wire
        elif shape == "many":
            found[name] = st.lists(wire, min_size=not sense, max_size=3)
        elif shape == "named":
            found[name] = st.dictionaries(st.sampled_from(words(function)), wire, max_size=3)
        elif name in ARGUMENTS:
            found[name] = ARGUMENTS[name]
        elif parameter.default is inspect.Parameter.empty:
            raise AssertionError(f"say in ARGUMENTS what parsers are given as {name}")
    return st.fixed_dictionaries(found)


def result(function: Callable[..., object], given_: dict[str, Any]) -> object:
    found = function(**given_)
    return list(found) if isinstance(found, Iterator) else found


BY_NATURE: dict[str, set[str]] = {
    "account_fields.parse_account": {"address", "break_glass", "last_sign_in", "sign_in", "tier"},
    "app_registrations.parse_application": {"app", "certificates", "passwords"},
    "cross_tenant.parse_partner": {"automatic_consent", "service_provider"},
    "domains.parse_domain": {"name"},
    "forwarding_policies.outbound_policies": {"domain", "mechanism", "outside", "senders", "spared_senders"},
    "forwarding_policies.remote_domain": {"domain", "in_force", "mechanism", "outside", "senders", "spared_senders"},
    "group_facts.parse_group": {"members"},
    "inbox_rules.parse_rule": {
        *("deletes", "destinations", "hides", "marks_read"),  # a rule does what it names and nothing else
        *("looks_for", "matches_all", "mechanism"),
    },
    "role_rules.parse_role": {"privileged"},
    "registration.parse_registration": {"methods"},  # one that we do not know is "other"
    "sharing.shared_item": {"item"},
    "sites.parse_site": {"address"},
    "transport_rules.parse_rule": {"marks_read", "matches_all", "mechanism"},
}
"""Fields that are known of any object: what it is called, how many of something there are, what its absence says."""
IDENTITY = {"tenant", "key", "label", "owner"}
FACTS = [
    name
    for name, function in PARSERS.items()
    if str(inspect.signature(function).return_annotation).startswith("dict[str, Any]")
    or name in BY_NATURE
    or name in {"mailbox_settings.bypassed", "teams.parse_meeting_policy"}
]
"""Parsers whose results policies judge."""


MEANINGLESS = ("?", "-", "x1")
"""Texts that stand in objects that make no sense; to repeat one is no judgement."""


def known(found: object) -> dict[str, object]:
    """Return the fields of facts, of settings or of a single value that are known."""
    if isinstance(found, list):
        return {name: value for each in found for name, value in known(each).items()}
    fields = {"": found}
    if isinstance(found, dict):
        fields = found
    elif isinstance(found, msgspec.Struct):
        fields = msgspec.structs.asdict(found)
    elif isinstance(found, Registration):
        fields = asdict(found)
    return {name: value for name, value in fields.items() if value is not UNSET and value not in MEANINGLESS}


@pytest.mark.parametrize("name", FACTS)
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_of_an_object_that_makes_no_sense_nothing_is_known(name: str, data: st.DataObject) -> None:
    try:
        found = result(PARSERS[name], data.draw(arguments(PARSERS[name], sense=False)))
    except ReadError:
        return
    assert set(known(found)) <= IDENTITY | BY_NATURE.get(name, set())


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_object_gives_facts_or_a_read_error_and_nothing_else(name: str, data: st.DataObject) -> None:
    try:
        result(PARSERS[name], data.draw(arguments(PARSERS[name], sense=True)))
    except ReadError as error:
        assert error.remedy  # noqa: PT017 - either way is fine
