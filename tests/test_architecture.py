"""The layout that CONTRIBUTING.md describes, held against the syntax trees of the modules themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parent.parent

FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    ("facts", "models"),
    ("yaml_files", "config", "secrets", "ports", "logs", "times"),
    (
        "policy",
        "collection",
        "evaluation",
        "people",
        "exemptions",
        "snapshots",
        "changes",
        "suspicion",
        "store",
        "exit_codes",
        "reports",
    ),
    ("engine", "mails", "notifiers", "alerts", "scheduling"),
    ("outgoing",),
    ("cli",),
)
"""The parts of the core, lowest first. A part knows the floors below its own, and nobody beside it."""

PART_OF = {
    "yaml_tree": "yaml_files",
    "validation": "yaml_files",
    "config_google": "config",
    "config_sections": "config",
    "config_values": "config",
    "config_secrets": "config",
    "config_delivery": "config",
    "config_contradictions": "config",
    "time_words": "times",
    "ledger": "collection",
    "ghosts": "evaluation",
    "watch": "evaluation",
    "exemption_file": "exemptions",
    "raising": "people",
    "proposals": "people",
    "group_tiers": "people",
    "encryption": "snapshots",
    "snapshot_lines": "snapshots",
    "snapshot_writing": "snapshots",
    "judgement": "engine",
    "roster": "engine",
    "standing": "changes",
    "population": "evaluation",
    "yaml_places": "yaml_files",
}
"""Modules that stand beside the one whose part they are."""

NEIGHBOURS = {
    ("alerts", "mails"): "initials are the same in all that leaves",
    ("config", "yaml_files"): "the configuration is one of the YAML files",
    ("config", "times"): "a time that nobody understands is a mistake in the configuration",
    ("times", "yaml_files"): "whoever mistypes a day or a time zone is told which was meant",
    ("evaluation", "policy"): "to evaluate is to run compiled policies",
}
"""The parts that know a part beside them, each with its reason."""

LONG = {
    "auditor.policy.cases": "a test case is built field by field, with the place of each mistake",
    "auditor.yaml_tree": "reading YAML with the place of every part is one walk over one tree",
}
"""Modules of more than 250 lines, each with the reason why it is not two."""

MOST_LINES = 250
MAIN, WIRING, PRACTICE = "auditor.cli.main", "auditor.cli.wiring", "connectors.practice"
WIRING_OUT = "auditor.cli.delivering"
ENTRY = "auditor.cli.entry"
NETWORK = ("aiohttp", "ftplib", "http.client", "http.server", "httpcore2", "httplib2", "httpx2", "requests")
NETWORK += ("smtplib", "socket", "ssl", "urllib.request", "urllib3")
BESIDE = {
    "auditor.encryption": "what encrypts pulls where we push: it works at the other end of a pipe",
    "auditor.scheduling.vitals": "whoever asks whether the daemon lives is not to keep it from living",
    "auditor.scheduling.pings": "a service that is slow to answer is not to make what is due late",
}
"""Modules with a thread that works beside the story, each with its reason."""
CONCURRENCY = ("_thread", "asyncio", "concurrent", "multiprocessing", "subprocess")

_Node = TypeVar("_Node", bound=ast.AST)


@dataclass(frozen=True)
class Module:
    """A source file of ours, and what its syntax tree tells."""

    path: Path

    @cached_property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse("\n".join(self.lines))

    def nodes(self, kind: type[_Node]) -> Iterator[_Node]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kind))

    @cached_property
    def imports(self) -> frozenset[str]:
        """Full names: ``from a import b`` gives both ``a`` and ``a.b``, which may be a module."""
        names = {alias.name for node in self.nodes(ast.Import) for alias in node.names}
        for node in self.nodes(ast.ImportFrom):
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
        return frozenset(names)

    @cached_property
    def calls(self) -> frozenset[str]:
        """What is called, as it is written."""
        return frozenset(ast.unparse(node.func) for node in self.nodes(ast.Call))

    def reaches(self, *packages: str) -> set[str]:
        """The imports that lie in one of ``packages``."""
        return {each for each in self.imports if any(within(each, package) for package in packages)}

    def is_in(self, *packages: str) -> bool:
        return any(within(self.name, package) for package in packages)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def part_of(name: str) -> str | None:
    """Return the part of the core in which a full name lies; None for the package itself and for what is not ours."""
    pieces = name.split(".")
    if pieces[0] != "auditor" or len(pieces) == 1 or pieces[1].startswith("__"):
        return None
    return PART_OF.get(pieces[1], pieces[1])


MODULES = [Module(path) for folder in ("auditor", "connectors") for path in sorted((ROOT / folder).rglob("*.py"))]
CORE = [module for module in MODULES if module.is_in("auditor")]
CONNECTORS = [module for module in MODULES if module.is_in("connectors") and not module.is_in(PRACTICE)]
PRACTISING = [module for module in MODULES if module.is_in(PRACTICE)]
REAL = [*CORE, *CONNECTORS]
SHARED, SENDING = "connectors.domains", "connectors.sending"
VENDORS = sorted(
    {f"connectors.{m.name.split('.')[1]}" for m in CONNECTORS if m.path.parent != ROOT / "connectors"}
    - {SHARED, SENDING}
)
FLOOR_OF = {part: floor for floor, parts in enumerate(FLOORS) for part in parts}


def test_all_modules_are_looked_at() -> None:
    assert {"auditor.engine", "connectors.door", "connectors.practice.server"} <= {module.name for module in MODULES}
    assert VENDORS == ["connectors.google_workspace", "connectors.microsoft_365"]


def test_every_part_of_the_core_stands_on_a_floor() -> None:
    assert {part for module in CORE if (part := part_of(module.name))} == FLOOR_OF.keys()


def test_imports_point_downward_and_siblings_do_not_know_each_other() -> None:
    wrong = []
    for module in CORE:
        mine = part_of(module.name)
        known = {part for name in module.imports if (part := part_of(name))} - {mine}
        floor = FLOOR_OF[mine] if mine else -1
        wrong += [
            (module.name, other) for other in known if FLOOR_OF[other] >= floor and (mine, other) not in NEIGHBOURS
        ]
    assert wrong == []


def test_neighbours_that_may_know_each_other_do() -> None:
    acquainted = {(part_of(module.name), part_of(name)) for module in CORE for name in module.imports}
    assert NEIGHBOURS.keys() <= acquainted


def test_imports_are_absolute() -> None:
    assert [module.name for module in MODULES for node in module.nodes(ast.ImportFrom) if node.level] == []


def test_the_core_knows_connectors_only_where_they_are_wired() -> None:
    knowing = {}
    for module in CORE:
        written = {node.value for node in module.nodes(ast.Constant) if isinstance(node.value, str)}
        reached = module.reaches("connectors") | {each for each in written if each.startswith("connectors.")}
        if reached:
            knowing[module.name] = all(within(each, PRACTICE) for each in reached)
    practising = {name for name in knowing if name.startswith(("auditor.cli.demo", "auditor.cli.practice"))}
    assert knowing.keys() - practising == {WIRING, WIRING_OUT}
    assert all(knowing[name] for name in practising)
    for module in CORE:
        assert module.name not in {WIRING, WIRING_OUT} or not module.reaches(PRACTICE)


def test_a_connector_knows_of_the_core_only_facts_models_and_errors() -> None:
    allowed = ("auditor.facts", "auditor.models", "auditor.errors")
    assert [m.name for m in CONNECTORS if m.reaches("auditor") != m.reaches(*allowed)] == []


def test_a_connector_knows_neither_the_other_vendor_nor_the_practice_organisation() -> None:
    for module in CONNECTORS:
        if module.is_in(SENDING):
            continue  # an app that sends signs in as one that reads does
        strangers = [SENDING, *(vendor for vendor in VENDORS if not module.is_in(vendor))]
        assert module.reaches(PRACTICE, *strangers) == set(), module.name


def test_the_practice_organisation_shares_nothing_with_us() -> None:
    wrong = [m.name for m in PRACTISING if m.reaches("auditor", "connectors") != m.reaches(PRACTICE)]
    assert wrong == []


def test_only_the_door_speaks_to_the_network() -> None:
    speaking = {module.name: module.reaches(*NETWORK) for module in REAL if module.reaches(*NETWORK)}
    # The shape in which Google's library wants to be handed an answer; nothing is sent with it.
    assert speaking.pop("connectors.google_workspace.client") == {"httplib2", "httplib2.Response"}
    # Mail is not HTTP: it goes to the server that the configuration names, and only out.
    assert speaking.pop("auditor.notifiers.smtp") == {"smtplib", "ssl"}
    # How the daemon shows that it lives: to systemd, to whoever asks on this machine, to one address outside.
    assert speaking.pop("auditor.scheduling.notify") == {"socket"}
    assert speaking.pop("auditor.scheduling.vitals") >= {"http.server"}
    assert speaking.pop("auditor.scheduling.pings") >= {"http.client", "ssl"}
    assert speaking.keys() == {"connectors.door", "connectors.transport_errors"}


def test_only_collection_has_threads_and_only_the_daemon_has_children() -> None:
    concurrent = {module.name for module in REAL if module.reaches(*CONCURRENCY)}
    assert concurrent == {"auditor.collection", "auditor.scheduling.children"}
    assert [module.name for module in REAL if module.reaches("schedule")] == ["auditor.scheduling.daemon"]
    for module in REAL:
        used = {
            node.attr
            for node in module.nodes(ast.Attribute)
            if isinstance(node.value, ast.Name) and node.value.id == "threading"
        }
        thread = {"Thread"} if module.name in BESIDE else set()
        assert used <= ({"Event"} if module in CORE else {"Event", "Lock"}) | thread, module.name
        assert module.reaches("threading") <= {"threading"}, module.name


def test_everything_is_caught_only_on_the_last_line_of_the_command_line_and_in_a_look_of_the_daemon() -> None:
    catching = []
    for module in MODULES:
        for handler in module.nodes(ast.ExceptHandler):
            caught = {ast.unparse(each) for each in ast.walk(handler.type)} if handler.type else {"BaseException"}
            last = handler.body[-1]
            raised_again = isinstance(last, ast.Raise) and last.exc is None
            if caught & {"Exception", "BaseException"} and not raised_again:
                catching.append(module.name)
    assert catching == [MAIN, "auditor.scheduling.daemon"]


def test_nothing_prints_or_leaves_by_itself() -> None:
    forbidden = {"print", "input", "breakpoint", "exit", "quit", "sys.exit", "os._exit"}
    leaving = {m.name: m.calls & forbidden for m in MODULES if m.calls & forbidden}
    assert leaving == {MAIN: {"sys.exit"}, ENTRY: {"os._exit"}}


def test_code_is_made_from_text_only_where_policies_are_compiled() -> None:
    makers = {"eval", "exec", "compile", "__import__"}
    assert {m.name for m in MODULES if m.calls & makers} == {"auditor.policy.compile"}
    assert [m.name for m in MODULES if m.reaches("pickle", "marshal", "shelve")] == []


def test_imports_stand_at_the_top_but_for_the_lazy_connectors_the_guard_of_the_entry_and_an_extra() -> None:
    inside = set()
    for module in MODULES:
        functions = [*module.nodes(ast.FunctionDef), *module.nodes(ast.AsyncFunctionDef)]
        nodes = (node for function in functions for node in ast.walk(function))
        by_name = any(call.endswith("import_module") for call in module.calls)
        if by_name or any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes):
            inside.add(module.name)
    assert inside == {WIRING, WIRING_OUT, ENTRY, "auditor.notifiers.chat"}


def test_every_module_says_its_one_reason_to_exist() -> None:
    assert [m.name for m in MODULES if len((ast.get_docstring(m.tree) or "").split("\n")[0].split()) < 3] == []


def test_a_module_is_short_or_has_a_reason_not_to_be() -> None:
    assert {module.name for module in MODULES if len(module.lines) > MOST_LINES} - LONG.keys() == set()


def test_every_reason_to_be_long_belongs_to_a_module() -> None:
    assert LONG.keys() - {module.name for module in MODULES} == set()
