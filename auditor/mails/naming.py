"""How people are named in what leaves the machine: as they are called, by their initials, or by their tier alone.

Shortened names are no search and replace: a report comes out that holds nothing a person, a stranger or a vendor
wrote, but what our own policies and we say. So a rule called after its victim, or a nickname in a file's title, cannot
slip through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

from auditor.config_delivery import Names
from auditor.models import (
    Change,
    Exempted,
    FactReference,
    Finding,
    Gap,
    OwnerReference,
    Person,
    PolicyResult,
    Report,
    Unknown,
)
from auditor.reports.words import REASONS, kind_words, tier_word

_NOBODY: Final = "somebody"
_NOT_COLLECTED: Final = "not collected: "
_ELSEWHERE: Final = "See the report on the machine where the auditor runs: auditor history report"
_NOTICES: Final = MappingProxyType(
    {
        "exemption.expired": "An exemption has ended.",
        "exemption.not-yet": "An exemption does not hold yet.",
        "exemption.unused": "An exemption excuses nothing.",
        "exemption.ends-soon": "An exemption ends soon.",
        "exemption.too-long": "An exemption asks for too long.",
        "exemption.changed": "What an exemption was granted for has changed.",
        "exemption.not-named": "An exemption does not name whom it concerns.",
    }
)
"""What is said of an exemption without naming anybody, by id of the notice."""


def renamed(report: Report, names: Names) -> Report:
    """Return the report with people named as they shall be; with ``full`` it stays as it is."""
    if names == "full":
        return report
    numbers: Counter[str] = Counter()
    people: list[Person] = []
    shown: dict[tuple[str, str], str] = {}
    for place, person in enumerate(report.people, start=1):
        numbers[person.tier] += 1
        tier = tier_word(person.tier) if person.tier.isidentifier() else _NOBODY
        name = initials(person) if names == "initials" else f"{tier} {numbers[person.tier]}"
        accounts = tuple(account.model_copy(update={"address": ""}) for account in person.accounts)
        # The address tells people apart in the code, so each has one, and none of them is real.
        changed = {"name": name, "address": f"person {place}", "tier": person.tier, "accounts": accounts}
        people.append(person.model_copy(update=changed))
        shown |= {(account.tenant, account.key): name for account in person.accounts}
    return _Renaming(report, shown).report(tuple(people))


def initials(person: Person) -> str:
    """Return the first letters of the first and the last word of a name: ``A. R.``; a question mark without any."""
    words = [word for word in (person.name or person.address.partition("@")[0]).split() if word[0].isalpha()]
    letters = [words[0][0], *([words[-1][0]] if len(words) > 1 else [])] if words else ["?"]
    return " ".join(f"{letter.upper()}." for letter in letters)


@dataclass(frozen=True)
class _Renaming:
    """Writes one report anew, with other names for the owners of accounts."""

    old: Report
    shown: Mapping[tuple[str, str], str]

    def report(self, people: tuple[Person, ...]) -> Report:
        old = self.old
        return old.model_copy(
            update={
                "tenants": tuple(each.model_copy(update={"label": each.id}) for each in old.tenants),
                "people": people,
                "results": tuple(map(self._result, old.results)),
                "coverage": tuple(
                    row.model_copy(update={"gaps": tuple(map(self._gap, row.gaps))}) for row in old.coverage
                ),
                "changes": old.changes
                and old.changes.model_copy(
                    update={"changes": tuple(map(self._change, old.changes.changes)), "people": ()}
                ),
                "notices": tuple(
                    notice.model_copy(
                        update={
                            "message": _NOTICES.get(notice.id, "Something is to be said about an exemption."),
                            "account": None,
                            "key": None,
                        }
                    )
                    for notice in old.notices
                ),
            }
        )

    def _result(self, result: PolicyResult) -> PolicyResult:
        return result.model_copy(
            update={
                "findings": tuple(self._finding(each, result.title) for each in result.findings),
                "unknowns": tuple(map(self._unknown, result.unknowns)),
                "exempted": tuple(self._exempted(each, result.title) for each in result.exempted),
            }
        )

    def _finding(self, finding: Finding, title: str) -> Finding:
        changed = {"fact": self._fact(finding.tenant, finding.fact), "message": f"Not so: {title}", "evidence": {}}
        return finding.model_copy(update=changed)

    def _unknown(self, unknown: Unknown) -> Unknown:
        reason = unknown.reason if unknown.reason.startswith(_NOT_COLLECTED) else self._details.get(unknown.reason)
        changed = {"fact": self._fact(unknown.tenant, unknown.fact), "reason": reason or "it could not be judged"}
        return unknown.model_copy(update=changed)

    def _exempted(self, each: Exempted, title: str) -> Exempted:
        hidden = {"reason": "it stands in the report", "owner": _NOBODY, "granted_by": _NOBODY, "account": None}
        exemption = each.exemption.model_copy(update={**hidden, "key": None, "evidence": {}})
        return each.model_copy(update={"finding": self._finding(each.finding, title), "exemption": exemption})

    def _gap(self, gap: Gap) -> Gap:
        whose = None if gap.owner is None else self.shown.get((gap.tenant, gap.owner), _NOBODY)
        changed = {"label": whose or kind_words(gap.kind), "detail": REASONS[gap.reason], "known": {}}
        return gap.model_copy(update={**changed, "remedy": gap.remedy if gap.remedy in self._harmless else _ELSEWHERE})

    def _change(self, change: Change) -> Change:
        title = self._titles.get(change.policy, "a policy that is not judged any more")
        reason = self._details.get(change.reason, "it could not be seen") if change.reason else ""
        changed = {"fact": self._fact(change.tenant, change.fact), "reason": reason}
        return change.model_copy(update={**changed, "message": f"Not so: {title}" if change.message else ""})

    def _fact(self, tenant: str, fact: FactReference) -> FactReference:
        name = self.shown.get((tenant, fact.owner.key), _NOBODY) if fact.owner else None
        if fact.kind == "account":
            name = name or self.shown.get((tenant, fact.key))
        owner = OwnerReference(key=fact.owner.key, address="", name=name or _NOBODY) if fact.owner else None
        return fact.model_copy(update={"label": name or kind_words(fact.kind), "owner": owner})

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {result.policy: result.title for result in self.old.results}

    @cached_property
    def _details(self) -> dict[str, str]:
        """Return what replaces the words of vendors: the same for a gap and for what it made unknown."""
        return {gap.detail: REASONS[gap.reason] for row in self.old.coverage for gap in row.gaps}

    @cached_property
    def _harmless(self) -> frozenset[str]:
        """The remedies in which nobody is named."""
        accounts = (account.address for person in self.old.people for account in person.accounts)
        names = (word for person in self.old.people for word in (person.name, person.address))
        known = {word for word in (*accounts, *names) if len(word) > 1}
        remedies = {gap.remedy for row in self.old.coverage for gap in row.gaps}
        return frozenset(remedy for remedy in remedies if not any(word in remedy for word in known))
