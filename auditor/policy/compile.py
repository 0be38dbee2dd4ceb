"""Compiles checked policies into one Python function per kind of fact.

The function reads each field once for each fact and then runs through all policies. Where everything that a policy
looks at was collected, it is plain Python; otherwise it is Kleene's logic, with ``UNSET`` for unknown. Nothing that the
author of a policy wrote gets into the source: fields are those of our own classes, constants are bound to names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import CodeType
from typing import TypeAlias

from auditor.facts import UNSET, Account, Fact, Tenant, UnsetType
from auditor.policy.document import CheckedPolicy
from auditor.policy.emit import Emitter, Mode, tested
from auditor.policy.functions import FUNCTIONS, Domains, Surroundings, aware
from auditor.policy.tree import Constant, Path

Note: TypeAlias = "Callable[[int, Fact, bool | UnsetType], None]"
"""Takes what did not pass: the place of the policy in the program, the fact, and false or ``UNSET``."""
Owner: TypeAlias = "Account | UnsetType | None"


@dataclass(frozen=True, slots=True)
class BoundProgram:
    """A program with everything it needs besides facts."""

    judge: Callable[[Iterable[Fact], Note], tuple[int, Sequence[int]]]
    """Takes facts; gives how many there were, and for each policy to how many it was not applicable."""
    applies: Callable[[Fact, Owner], Sequence[bool | UnsetType]]
    """Takes a fact of which anything may be ``UNSET``; says for each policy whether it is applicable."""


@dataclass(frozen=True, slots=True)
class KindProgram:
    """All policies about one kind of fact, compiled."""

    kind: str
    policies: tuple[CheckedPolicy, ...]
    code: Mapping[bool, CodeType]
    """The compiled module, by whether the organisation's domains are all known."""
    constants: Mapping[str, object]

    def bind(
        self, *, tenant: Tenant, accounts: Mapping[str, Account], domains: Domains, today: datetime
    ) -> BoundProgram:
        """Return the program for one tenant and one day."""
        around = Surroundings(domains, aware(today))
        functions = {f"f_{name}": row.bind(around) for name, row in FUNCTIONS.items() if row.bind}
        names: dict[str, object] = {**_NAMES, **self.constants, **functions, "__builtins__": {}}
        exec(self.code[domains.complete], names)  # noqa: S102 - generated here; see above and the emptied builtins
        judge, applies = names["judge"], names["applies"]
        assert callable(judge)  # noqa: S101 - defined by every module that is generated below
        assert callable(applies)  # noqa: S101 - as above
        return BoundProgram(
            lambda facts, note: judge(facts, accounts, tenant, around.today, note),
            lambda fact, owner: applies(fact, owner, tenant, around.today),
        )


def compile_policies(policies: Sequence[CheckedPolicy], kind: str) -> KindProgram:
    """Compile those of ``policies`` that judge ``kind``."""
    chosen = tuple(policy for policy in policies if policy.document.fact == kind)
    emitter = Emitter()
    code = {
        complete: compile(_module(chosen, emitter, complete=complete), f"<{kind}>", "exec")
        for complete in (True, False)
    }
    return KindProgram(kind, chosen, code, emitter.constants)


def any_known(answers: Iterable[bool | UnsetType]) -> bool | UnsetType:
    """Return whether one answer is true; unknown if none is and one is unknown."""
    result: bool | UnsetType = False
    for answer in answers:
        if answer is True:
            return True
        if answer is UNSET:
            result = UNSET
    return result


def all_known(answers: Iterable[bool | UnsetType]) -> bool | UnsetType:
    """Return whether all answers are true; unknown if none is false and one is unknown."""
    result: bool | UnsetType = True
    for answer in answers:
        if answer is False:
            return False
        if answer is UNSET:
            result = UNSET
    return result


def _aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else aware(moment)


_NAMES: Mapping[str, object] = {
    "UNSET": UNSET,
    "any": any,
    "all": all,
    "len": len,
    "tuple": tuple,
    "any_known": any_known,
    "all_known": all_known,
    "aware": _aware,
}


def _module(policies: Sequence[CheckedPolicy], emitter: Emitter, *, complete: bool) -> str:
    paths = [path for policy in policies for path in policy.paths]
    emitter.forget_fields()
    needed = list(dict.fromkeys(step for path in paths for step in _line(path) if step.parent is not None))
    loads = [(path, f"{emitter.field(path)} = {emitter.load(path)}") for path in needed]
    outside = [line for path, line in loads if path.root == "tenant"]
    inside = [line for path, line in loads if path.root != "tenant"]
    absent = "; ".join(f"n{number} = 0" for number in range(len(policies))) or "pass"
    judged = [line for number, policy in enumerate(policies) for line in _judgement(number, policy, emitter, complete)]
    owner = "owner = None if fact.owner is None else accounts.get(fact.owner, UNSET)"
    loop = ["count += 1", *([owner] if any(path.root == "owner" for path in paths) else []), *inside, *judged]
    counts = "".join(f"n{number}, " for number in range(len(policies)))
    ghost = Mode(everything=True, domains_complete=complete)
    applies = "".join(f"{emitter.condition(policy.when, ghost)}, " for policy in policies)
    lines = [
        "def judge(facts, accounts, tenant, today, note):",
        *_indented(
            [*outside, "count = 0", absent, "for fact in facts:", *_indented(loop), f"return count, ({counts})"]
        ),
        "def applies(fact, owner, tenant, today):",
        *_indented([*outside, *inside, f"return ({applies})"]),
    ]
    return "\n".join(lines) + "\n"


def _line(path: Path) -> list[Path]:
    return [*(_line(path.parent) if path.parent else []), path]


def _judgement(number: int, policy: CheckedPolicy, emitter: Emitter, complete: bool) -> list[str]:  # noqa: FBT001 - private
    """Return the statements that judge one fact by one policy."""
    known, unknown = Mode(collected=True, domains_complete=complete), Mode(domains_complete=complete)
    slow = [
        f"answer = {emitter.condition(policy.when, unknown)}",
        f"if answer is False: n{number} += 1",
        f"elif answer is UNSET: note({number}, fact, UNSET)",
        "else:",
        f"    answer = {emitter.condition(policy.require, unknown)}",
        f"    if answer is not True: note({number}, fact, answer)",
    ]
    always = policy.when == Constant(value=True, type=policy.when.type)
    require = emitter.condition(policy.require, known)
    fast = [f"if not {require}: note({number}, fact, False)"]
    if not always:
        when = emitter.condition(policy.when, known)
        fast = [f"if {when}:", *_indented(fast), f"else: n{number} += 1"]
    if any(emitter.may_be_unknown(condition, known) for condition in (policy.when, policy.require)):
        return slow
    may_miss = list(dict.fromkeys(path for path in policy.paths if tested(path)))
    if not may_miss:
        return fast
    missing = " or ".join(f"{emitter.field(path)} is UNSET" for path in may_miss)
    return [f"if {missing}:", *_indented(slow), "else:", *_indented(fast)]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]
