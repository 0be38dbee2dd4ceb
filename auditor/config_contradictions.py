"""What one part of the configuration makes of another: names that stand twice, or that nothing else knows."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.errors import Problem
from auditor.validation import did_you_mean
from auditor.yaml_files import Tree, Value


def contradictions(tree: Tree) -> Iterator[Problem]:
    """Yield every mistake that no single value is to blame for; told even where something else is wrong."""
    yield from _repetitions(tree)
    yield from _strangers(tree)
    yield from _readers_that_send(tree)


def _repetitions(tree: Tree) -> Iterator[Problem]:
    """Yield what stands twice: an id, a tenant of Microsoft's, a person. Told even where something else is wrong."""
    root = tree.value if isinstance(tree.value, dict) else {}
    for key in ("id", "tenant_id"):
        first: dict[str, int] = {}
        for index, tenant in _entries(root.get("tenants")):
            value = tenant.get(key) if isinstance(tenant, dict) else None
            if isinstance(value, str) and first.setdefault(value.lower(), index) != index:
                line, _ = tree.mark(("tenants", first[value.lower()], key))
                message = f"another tenant has this {key} (line {line})"
                yield tree.problem(("tenants", index, key), message, "Every tenant needs its own.")
    people = root.get("people")
    people = people if isinstance(people, dict) else {}
    yield from _twice(tree, people, ("people",), "person")
    for name, what in (("units", "unit"), ("groups", "group")):
        given = people.get(name)
        yield from _twice(tree, given if isinstance(given, dict) else {}, ("people", name), what)


def _strangers(tree: Tree) -> Iterator[Problem]:
    """Yield every tenant that has a time of its own and is not there, and every one that is there and has no time."""
    root = tree.value if isinstance(tree.value, dict) else {}
    schedule = root.get("schedule")
    audit = schedule.get("audit") if isinstance(schedule, dict) else None
    if not isinstance(audit, dict):
        return
    ids = [tenant.get("id") for _, tenant in _entries(root.get("tenants")) if isinstance(tenant, dict)]
    known = [each for each in ids if isinstance(each, str)]
    for tenant in audit:
        if tenant not in known:
            remedy = did_you_mean(tenant, known) or f"Tenants here: {', '.join(known)}."
            yield tree.problem(("schedule", "audit", tenant), "there is no such tenant", remedy, key=True)
    for tenant in known:
        if tenant not in audit:
            message = f"nothing says when '{tenant}' is audited"
            remedy = f"Add {tenant}: every day at 06:30, or {tenant}: never."
            yield tree.problem(("schedule", "audit"), message, remedy, key=True)


def _readers_that_send(tree: Tree) -> Iterator[Problem]:
    """Yield every way of sending whose identity is one that reads: whoever stole it could do both."""
    root = tree.value if isinstance(tree.value, dict) else {}
    readers = {t.get("client_id") for _, t in _entries(root.get("tenants")) if isinstance(t, dict)} - {None}
    mail = root.get("mail")
    for index, way in _entries(mail.get("ways") if isinstance(mail, dict) else None):
        graph = way.get("graph") if isinstance(way, dict) else None
        if isinstance(graph, dict) and graph.get("client_id") in readers:
            message = "the app that reads must not be the one that sends"
            remedy = "Register a second app with the permission Mail.Send alone, limited to one mailbox."
            yield tree.problem(("mail", "ways", index, "graph", "client_id"), message, remedy)


def _twice(tree: Tree, tiers: dict[str, Value], path: tuple[str, ...], what: str) -> Iterator[Problem]:
    """Yield every person, or unit, that is in two tiers."""
    first: dict[str, str] = {}
    for tier, members in tiers.items():
        for index, member in _entries(members):
            if isinstance(member, str) and first.setdefault(member.lower(), tier) != tier:
                message = f"this {what} is in '{first[member.lower()]}' already"
                yield tree.problem((*path, tier, index), message, "Keep the tier that weighs more.")


def _entries(value: Value) -> Iterator[tuple[int, Value]]:
    return enumerate(value) if isinstance(value, list) else iter(())
