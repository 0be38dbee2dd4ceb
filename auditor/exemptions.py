"""Exemptions, applied to what policies say: the only place where a finding stops being open. Pure.

An exemption excuses one fact before one policy until a day. Whatever is doubtful about it leaves the finding open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from auditor.models import Exempted, Exemption, Finding, Notice, Outcome, PolicyResult

NAMED_ONLY: Final = frozenset({"principal", "administrator"})
"""Tiers of people whom only an exemption with their address can excuse."""
SOON: Final = timedelta(days=14)
"""So long before its end an exemption is called to mind."""


def apply(
    results: Iterable[PolicyResult],
    exemptions: Sequence[Exemption],
    *,
    tiers: Mapping[tuple[str, str], str],
    today: date,
    days: int,
) -> tuple[tuple[PolicyResult, ...], tuple[Notice, ...]]:
    """Return the results with what is excused set apart, and what is to be said about the exemptions, in their order.

    ``tiers`` are those of the persons behind accounts, by tenant and key of the account. ``today`` is a day in UTC.
    No exemption holds longer than ``days`` after the day on which it was granted.
    """
    results = tuple(results)
    open_findings = {(result.policy, result.tenant): result.findings for result in results}
    unread = {(result.policy, result.tenant) for result in results if result.unknowns}
    excused: defaultdict[tuple[str, str], dict[str, Exempted]] = defaultdict(dict)
    notices: list[Notice] = []
    for exemption in exemptions:
        place = (exemption.policy, exemption.tenant)
        until = last_day(exemption, days)
        meant = [finding for finding in open_findings.get(place, ()) if _is_meant(exemption, finding)]
        same = [finding for finding in meant if _is_unchanged(exemption, finding)]
        named = [finding for finding in same if exemption.account is not None or not _is_important(finding, tiers)]
        if exemption.granted <= today <= until:
            excused[place] |= {
                finding.fingerprint: Exempted(finding=finding, exemption=exemption, until=until) for finding in named
            }
        if place in open_findings:
            certain = place not in unread
            notices += _notices(exemption, (len(meant), len(same), len(named)), until, today, certain=certain)
    return tuple(_excuse(result, excused[result.policy, result.tenant]) for result in results), tuple(notices)


def last_day(exemption: Exemption, days: int) -> date:
    """Return the last day on which an exemption holds, given for how many days it may hold at the most."""
    return min(exemption.expires, exemption.granted + timedelta(days=days))


def _is_meant(exemption: Exemption, finding: Finding) -> bool:
    """Whether the finding is about the fact that the exemption names."""
    fact = finding.fact
    address = fact.owner.address.lower() if fact.owner else None
    return exemption.key in {None, fact.key} and exemption.account in {None, address}


def _is_unchanged(exemption: Exemption, finding: Finding) -> bool:
    """Whether the evidence is still what was accepted. True and 1 are two different things."""
    absent = object()
    found = {name: finding.evidence.get(name, absent) for name in exemption.evidence}
    return all(repr(found[name]) == repr(value) for name, value in exemption.evidence.items())


def _is_important(finding: Finding, tiers: Mapping[tuple[str, str], str]) -> bool:
    owner = finding.fact.owner
    return owner is not None and tiers.get((finding.tenant, owner.key)) in NAMED_ONLY


def _excuse(result: PolicyResult, excused: Mapping[str, Exempted]) -> PolicyResult:
    if not excused:
        return result
    findings = tuple(finding for finding in result.findings if finding.fingerprint not in excused)
    outcome = Outcome.FAIL if findings else Outcome.UNKNOWN if result.unknowns else Outcome.EXEMPT
    exempted = tuple(excused[finding.fingerprint] for finding in result.findings if finding.fingerprint in excused)
    return result.model_copy(update={"findings": findings, "exempted": exempted, "outcome": outcome})


def _notices(
    exemption: Exemption, counts: tuple[int, int, int], until: date, today: date, *, certain: bool
) -> list[Notice]:
    """Return what to say of one exemption, given how many findings it means, knows again, and may excuse."""
    meant, same, named = counts
    said = []
    if today > until:
        remedy = "Mend the finding, or accept the risk anew." if meant else "Delete it: nothing needs it any more."
        said.append(("expired", f"ended on {until}", remedy))
    elif today < exemption.granted:
        said.append(("not-yet", f"holds only from {exemption.granted}", "Correct the day on which it was granted."))
    elif not meant and certain:
        said.append(("unused", "excuses nothing: there is no such finding", "Delete it, or correct what it names."))
    elif until - today <= SOON:
        said.append(("ends-soon", f"ends on {until}", "Mend the finding until then, or accept the risk anew."))
    if until < exemption.expires:
        asked = (exemption.expires - exemption.granted).days
        message = f"asks for {asked} days, which is too long: it holds until {until}"
        said.append(("too-long", message, f"Write {until} as the day on which it expires."))
    if same < meant:
        remedy = "Look at the finding again before you accept what it has become."
        said.append(("changed", "was granted for something else: the evidence is not what it was", remedy))
    if named < same:
        message = "does not name the principal or administrator whom it concerns"
        said.append(("not-named", message, "Add their address as 'account' if the risk is really accepted."))
    about = exemption.account or exemption.key or exemption.tenant
    return [
        Notice(
            id=f"exemption.{id_}",
            policy=exemption.policy,
            tenant=exemption.tenant,
            account=exemption.account,
            key=exemption.key,
            message=f"The exemption from {exemption.policy} for {about} {message}.",
            remedy=remedy,
        )
        for id_, message, remedy in said
    ]
