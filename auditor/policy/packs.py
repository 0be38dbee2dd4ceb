"""Finds packs of policies, those that ship and folders of the customer's own; loads them or says all that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import PolicyError, Problem
from auditor.models.policy import Policy
from auditor.policy.cases import cases_of, missing_cases
from auditor.policy.document import CheckedPolicy, Values, check_document, parameter_value, shape
from auditor.validation import did_you_mean, validate
from auditor.yaml_files import read

MOST_FILES = 1000
"""Policies in one pack."""
MOST_BYTES = 100_000
"""Size of one policy: reading YAML takes some 20 seconds for a million bytes."""

_SHIPPED = re.compile(r"[a-z0-9][a-z0-9-]*")
Locate = Callable[[tuple[str, ...]], tuple[str, int, int]]
"""Says where the configuration gives parameters: takes policy and parameter; gives file, line, column."""


@dataclass(frozen=True, slots=True)
class PolicySet:
    """Policies that are active together, in the order of their ids."""

    policies: tuple[CheckedPolicy, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of facts that are judged."""
        return tuple(sorted({policy.document.fact for policy in self.policies}))

    def for_kind(self, kind: str) -> tuple[CheckedPolicy, ...]:
        """Return the policies about ``kind``."""
        return tuple(policy for policy in self.policies if policy.document.fact == kind)


def shipped_packs(package: Path = Path(__file__).parent.parent) -> Path:
    """Return the folder of the packs that ship: inside the package in a wheel, beside it in a checkout."""
    inside = package / "policies"
    return inside if inside.is_dir() else package.parent / "policies"


def load_packs(
    packs: Sequence[str | Path],
    params: Mapping[str, Values] | None = None,
    *,
    locate: Locate = lambda _: ("configuration", 1, 1),
) -> PolicySet:
    """Load packs by name (``baseline``), folder or single file; ``params`` are values of parameters by policy.

    Raises ``PolicyError`` with every mistake in every file, so that nothing is half active.
    """
    values: Mapping[str, Values] = params or {}
    problems: list[Problem] = []
    policies: dict[str, CheckedPolicy] = {}
    declared: dict[str, Policy] = {}
    for file in _files(packs, problems):
        document, checked = _load_file(file, values, problems)
        if document is not None and document.id in declared:
            problems.append(Problem(str(file), 1, 1, f"a second policy '{document.id}'", "Give it an id of its own."))
        elif document is not None:
            declared[document.id] = document
        if checked is not None:
            policies.setdefault(checked.document.id, checked)
    problems += _wrong_values(values, declared, locate)
    if problems:
        raise PolicyError(problems)
    return PolicySet(tuple(policies[key] for key in sorted(policies)))


def load_policy(file: Path, values: Mapping[str, Values] | None = None) -> CheckedPolicy:
    """Load the policy in one file; raises ``PolicyError`` with every mistake."""
    problems: list[Problem] = []
    _, checked = _load_file(file, values or {}, problems)
    if checked is None:
        raise PolicyError(problems)
    return checked


def _load_file(
    file: Path, values: Mapping[str, Values], problems: list[Problem]
) -> tuple[Policy | None, CheckedPolicy | None]:
    try:
        tree = read(file, error=PolicyError, most=MOST_BYTES)
        document = validate(Policy, tree)
    except PolicyError as failure:
        problems += failure.problems
        return None, None
    checked, found = check_document(document, tree, values.get(document.id, {}))
    if not any(problem.message.startswith("unknown kind of fact") for problem in found):
        found += cases_of(document, tree)[1]
    if checked is not None:
        found += missing_cases(checked)
    problems += found
    return document, None if found else checked


def _files(packs: Sequence[str | Path], problems: list[Problem]) -> list[Path]:
    found: list[Path] = []
    for pack in packs:
        folder = _folder(pack)
        if folder.is_file():
            found.append(folder)
            continue
        if not folder.is_dir():
            problems.append(_missing(pack))
            continue
        files = sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml"})
        if not files or len(files) > MOST_FILES:
            what = "a pack without policies" if not files else f"a pack of more than {MOST_FILES} files"
            problems.append(Problem(str(folder), 1, 1, what, "A policy is a file that ends in .yaml."))
            continue
        for path in files:
            if not path.resolve().is_relative_to(folder.resolve()):
                problems.append(Problem(str(path), 1, 1, "a link that leaves the folder of the pack", "Copy the file."))
            elif not path.is_file():
                problems.append(Problem(str(path), 1, 1, "this is not a file", "Delete it, or give it another name."))
            else:
                found.append(path)
    return list(dict.fromkeys(found))


def _missing(pack: str | Path) -> Problem:
    """Return what to say of a pack that is not there. A name alone is that of a pack of ours, never of a folder."""
    names = sorted(entry.name for entry in shipped_packs().glob("*/"))
    if Path(pack).is_dir():
        return Problem(
            str(pack), 1, 1, "no pack of that name comes with the auditor", f"Write ./{pack} for the folder."
        )
    remedy = did_you_mean(str(pack), names) or f"Name a folder, like ./our-policies, or one of: {', '.join(names)}."
    return Problem(str(pack), 1, 1, f"there is no pack '{pack}'", remedy)


def _folder(pack: str | Path) -> Path:
    if isinstance(pack, str) and _SHIPPED.fullmatch(pack):
        return shipped_packs() / pack
    return Path(pack)


def _wrong_values(values: Mapping[str, Values], declared: Mapping[str, Policy], locate: Locate) -> list[Problem]:
    problems: list[Problem] = []
    for policy, given in values.items():
        if policy not in declared:
            place = locate((policy,))
            remedy = did_you_mean(policy, declared) or "See auditor policies list."
            problems.append(Problem(*place, f"parameters for an unknown policy '{policy[:100]}'", remedy))
            continue
        for name, value in given.items():
            place, parameters = locate((policy, name)), declared[policy].params
            if name not in parameters:
                remedy = did_you_mean(name, parameters) or f"It has: {', '.join(parameters) or 'none'}."
                problems.append(Problem(*place, f"{policy} has no parameter '{name[:60]}'", remedy))
            elif parameter_value(parameters[name], value) is None:
                problems.append(Problem(*place, f"{name} must be {shape(parameters[name])}", f"In {policy}."))
    return problems
