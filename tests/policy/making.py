"""Policies and facts for tests, in one line each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from auditor.errors import PolicyError, Problem
from auditor.facts import Account, Fact, MailRule, Tenant, UnsetType
from auditor.models import Outcome, Policy
from auditor.policy import CheckedPolicy, Domains, compile_policies
from auditor.policy.document import Values, check_document
from auditor.yaml_files import load, validate

TODAY = datetime(2026, 1, 15, tzinfo=UTC)
TENANT = Tenant(tenant="t", key="t", label="T", connector="google_workspace", vendor_id="C0", active_people=3, guests=0)
EVERYTHING = Domains(frozenset({"org.example", "second.example"}), complete=True)
PARAMETERS = {
    "words": {"type": "list(string)", "default": ["partner.example", "invoice"], "help": "h"},
    "number": {"type": "integer", "default": 2, "help": "h"},
    "age": {"type": "duration", "default": "30 days", "help": "h"},
    "text": {"type": "string", "default": "x", "help": "h"},
    "flag": {"type": "boolean", "default": True, "help": "h"},
}


_REST = {
    "language": 1,
    "id": "test.policy",
    "title": "A policy",
    "severity": "high",
    "message": "something",
    "why": "because",
    "fix": {"google_workspace": "click", "microsoft_365": "click"},
    "tests": [{"name": outcome, "expect": outcome} for outcome in ("pass", "fail", "unknown")],
}


def source(*, fact: str = "mail_rule", when: str = "true", require: str = "true", **more: object) -> str:
    """Return the YAML of a policy: ``when`` in line 1, ``require`` in line 2, everything else as JSON after it."""
    rest = {"fact": fact, **_REST, **more}
    lines = [f"when: {_written(when)}", f"require: {_written(require)}"]
    return "\n".join([*lines, *(f"{key}: {json.dumps(part)}" for key, part in rest.items())]) + "\n"


def _written(expression: str) -> str:
    return f"|\n  {expression}" if expression.startswith(("'", '"', "[")) else expression


def checked(values: Values | None = None, **parts: object) -> CheckedPolicy:
    """Return a policy, or raise ``PolicyError``."""
    tree = load(source(**parts), file="p.yaml", error=PolicyError)
    policy, problems = check_document(validate(Policy, tree), tree, values or {})
    if policy is None:
        raise PolicyError(problems)
    return policy


def using(expression: str) -> dict[str, object]:
    """Return the parameters that ``expression`` uses, as a policy declares them."""
    return {name: each for name, each in PARAMETERS.items() if f"params.{name}" in expression}


def condition(require: str, *, when: str = "true", fact: str = "mail_rule") -> CheckedPolicy:
    """Return a policy that requires ``require``, with the parameters it uses."""
    document = {**_REST, "fact": fact, "when": when, "require": require, "params": using(when + require)}
    policy, problems = check_document(Policy.model_validate(document), load("{}", file="p.yaml"), {})
    assert policy is not None, shown(problems)
    return policy


def mistakes(**parts: object) -> list[tuple[int, int, str, str]]:
    """Return line, column, message and remedy of every mistake."""
    try:
        checked(**parts)
    except PolicyError as failure:
        return [(each.line, each.column, each.message, each.remedy) for each in failure.problems]
    return []


def judge(
    policy: CheckedPolicy,
    fact: Fact,
    *,
    accounts: Mapping[str, Account] | None = None,
    domains: Domains = EVERYTHING,
    tenant: Tenant = TENANT,
) -> Outcome:
    """Return the outcome of one fact."""
    program = compile_policies([policy], policy.document.fact)
    bound = program.bind(tenant=tenant, accounts=accounts or {}, domains=domains, today=TODAY)
    noted: list[Outcome] = []

    def note(_: int, __: Fact, answer: bool | UnsetType) -> None:  # noqa: FBT001 - called by programs
        noted.append(Outcome.FAIL if answer is False else Outcome.UNKNOWN)

    count, absent = bound.judge([fact], note)
    assert count == 1
    return Outcome.NOT_APPLICABLE if absent[0] else noted[0] if noted else Outcome.PASS


def rule(**fields: object) -> MailRule:
    """Return a mail rule that does nothing, but for ``fields``."""
    blank = {
        "enabled": True,
        "destinations": (),
        "deletes": False,
        "hides": False,
        "marks_read": False,
        "matches_all": False,
        "looks_for": (),
        "created": None,
    }
    base = {"tenant": "t", "key": "1", "label": "a rule", "mechanism": "filter"}
    return MailRule(**{**base, **blank, **fields})


def account(**fields: object) -> Account:
    """Return an ordinary account, but for ``fields``."""
    base = {"tenant": "t", "key": "ana", "label": "Ana", "address": "ana@org.example", "type": "person"}
    return Account(**{**base, "status": "active", "mfa_registered": True, **fields})


def write_pack(folder: Path, **files: str) -> Path:
    """Write files that end in .yaml into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def shown(problems: list[Problem]) -> str:
    """Return problems as lines."""
    return "\n".join(map(str, problems))
