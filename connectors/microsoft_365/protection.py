"""What each account meets at a sign-in: the verdicts of ``effective_mfa``, told in the auditor's words.

The older per-user MFA is read only of accounts whose verdict depends on it: Graph shows it in its beta version, one
account at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Protection, Read, SignIn
from connectors.microsoft_365.account_fields import OUTSIDE
from connectors.microsoft_365.client import Graph, parsed
from connectors.microsoft_365.effective_mfa import Answer, Evaluator, Kind, PerUserMfa, Scenario, Subject, Verdict
from connectors.microsoft_365.refusals import POLICIES
from connectors.microsoft_365.roles import Roles
from connectors.microsoft_365.sign_in_policies import SignInRules
from connectors.microsoft_365.values import word

ENFORCEMENT = ("mfa_enforced", "mfa_enforced_by", "sign_in")
_PER_USER = "the per-user MFA state"
_STATES: dict[str, PerUserMfa] = {"disabled": "disabled", "enabled": "enabled", "enforced": "enforced"}
_RESULTS: dict[str, Protection] = {
    "blocked": "blocked",
    "phishing_resistant": "phishing_resistant_mfa",
    "mfa": "mfa",
    "open": "open",
}
_TOLD = {
    Scenario.ANY_APP: "A password is enough",
    Scenario.ADMIN_PORTALS: "A password is enough at the portals of administrators",
    Scenario.LEGACY_CLIENT: "A password is enough for an old mail program",
    Scenario.DEVICE_CODE: "A password is enough with a code from another device",
    Scenario.TRUSTED_PLACE: "A password is enough in a trusted place",
    Scenario.MANAGED_DEVICE: "A password is enough on a managed device",
}
"""The situations, and what is said of each that is open."""

_WIDER = frozenset({Scenario.ADMIN_PORTALS, Scenario.TRUSTED_PLACE, Scenario.MANAGED_DEVICE})
"""Situations that are open anyway where any app is."""


class Protections:
    """The verdicts about the accounts of a tenant. ``errors`` are those of reading the per-user MFA state."""

    def __init__(self, graph: Graph, found: SignInRules, roles: Roles) -> None:
        """Take what was read; no account is judged yet."""
        self._graph = graph
        self._found = found
        self._roles = roles
        self._evaluator = Evaluator(found.inputs)
        self.errors: list[ReadError] = []
        self.subjects: dict[str, Subject] = {}
        self.verdicts: dict[str, Verdict] = {}

    def judge(self, accounts: Mapping[str, Account]) -> None:
        """Judge every account, and those whose verdict depends on it once more with their per-user MFA state."""
        self.subjects = {key: self._subject(account) for key, account in accounts.items()}
        self.verdicts = {key: self._evaluator.verdict(subject) for key, subject in self.subjects.items()}
        unsure = [key for key, verdict in self.verdicts.items() if _PER_USER in depends_on(verdict)]
        for key, state in self._states(unsure):
            self.subjects[key] = replace(self.subjects[key], per_user_mfa=state)
            self.verdicts[key] = self._evaluator.verdict(self.subjects[key])

    def locked_out_by(self, key: str) -> Read[tuple[str, ...]]:
        """Return the names of the policies that could lock out an account for emergencies."""
        return self._evaluator.locked_out_by(self.subjects[key])

    def _subject(self, account: Account) -> Subject:
        return Subject(
            key=account.key,
            kinds=kinds(account),
            groups=self._found.groups_of(account.key),
            roles=UNSET if (held := self._roles.everywhere_of(account.key)) is None else held,
            mfa_registered=account.mfa_registered,
        )

    def _states(self, keys: Collection[str]) -> Iterator[tuple[str, Read[PerUserMfa]]]:
        """Yield the per-user MFA state of accounts, not collected where it could not be read."""
        listed = list(keys)
        paths = [f"/users/{quote(key, safe='')}/authentication/requirements" for key in listed]
        for key, answer in zip(listed, self._graph.batch(paths, beta=True), strict=True):
            try:
                yield key, word(parsed(answer, POLICIES).get("perUserMfaState"), _STATES)
            except ReadError as error:
                self.errors.append(error)


def kinds(account: Account) -> Read[frozenset[Kind]]:
    """Return what the account is to sign-in policies: by its type, and by whether its home is elsewhere.

    A kind is told by both. ``otherExternalUser`` and the like have no account here.
    """
    if account.type is UNSET:
        return UNSET
    away = OUTSIDE in account.address
    if account.type == "guest":
        return frozenset({"b2bCollaborationGuest"}) if away else frozenset({"internalGuest"})
    return frozenset({"b2bCollaborationMember"}) if away else frozenset({"member"})


def fields(verdict: Verdict, *, complete: bool = True) -> dict[str, Any]:
    """Return the fields of an account that say what its sign-ins meet; ``complete`` unless policies are missing."""
    return {
        "mfa_enforced": verdict.enforced,
        "mfa_enforced_by": UNSET if verdict.enforced is UNSET else verdict.enforced_by,
        "sign_in": sign_in(verdict, complete=complete),
    }


def sign_in(verdict: Verdict, *, complete: bool = True) -> SignIn:
    """Return what sign-ins meet, in the auditor's words.

    Unless the policies are ``complete``, one that is missing may demand more than is known; only a block is the most.
    """
    answers = {str(scenario): _RESULTS.get(verdict.scenarios[scenario].result, UNSET) for scenario in _TOLD}
    if not complete:
        answers = {name: answer if answer == "blocked" else UNSET for name, answer in answers.items()}
    return SignIn(
        **answers,
        always=verdict.always,
        holes=tuple(hole(scenario, verdict.scenarios[scenario]) for scenario in _open(verdict)),
        depends_on=depends_on(verdict),
        registration_open=verdict.registration_open,
    )


def hole(scenario: Scenario, answer: Answer) -> str:
    """Return in words that a sign-in gets through, which one, and what would nearly have stopped it."""
    where = f" ({answer.example})" if answer.example else ""
    nearly = "; ".join(map(str, answer.near_misses))
    return f"{_TOLD[scenario]}{where}" + (f": {nearly}" if nearly else "")


def depends_on(verdict: Verdict) -> tuple[str, ...]:
    """Return what would decide where the verdict does not know."""
    return tuple(sorted({name for scenario in _TOLD for name in verdict.scenarios[scenario].missing}))


def undecided(verdicts: Iterable[Verdict]) -> ReadError | None:
    """Return the error that says what the verdicts about accounts wait for; None if nothing does."""
    waiting = [verdict for verdict in verdicts if verdict.enforced is UNSET]
    needed = sorted({name for verdict in waiting for name in depends_on(verdict)})
    if not waiting:
        return None
    return ReadError(
        GapReason.LIMITATION,
        f"Whether a password alone is refused cannot be told for {len(waiting)} accounts; it depends on: "
        f"{', '.join(needed) or 'circumstances of each sign-in'}.",
        "One policy settles it: Entra admin center > Conditional Access > New policy from template > "
        "Require multifactor authentication for all users.",
    )


def _open(verdict: Verdict) -> list[Scenario]:
    found = [scenario for scenario in _TOLD if verdict.scenarios[scenario].result == "open"]
    return [scenario for scenario in found if Scenario.ANY_APP not in found or scenario not in _WIDER]
