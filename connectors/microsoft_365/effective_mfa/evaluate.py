"""The proof for one account: what each kind of sign-in meets, and whether a stolen password alone is refused.

An answer is proven, not estimated. *Protected*: what surely holds covers every sign-in of the scenario. *Open*: not
even everything that possibly holds covers them all. In between is *unknown*, with the inputs that would decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from auditor.facts import UNSET, Read
from connectors.microsoft_365.effective_mfa.circumstances import PATIENCE, Box, TooManyBoxesError, cover
from connectors.microsoft_365.effective_mfa.conditions import reach, world
from connectors.microsoft_365.effective_mfa.kleene import Truth, all_of, missing, negated
from connectors.microsoft_365.effective_mfa.lock_out import locks_out
from connectors.microsoft_365.effective_mfa.model import (
    Answer,
    Demand,
    Inputs,
    PerUserMfa,
    Result,
    Scenario,
    Subject,
    Verdict,
)
from connectors.microsoft_365.effective_mfa.people import brings_mfa, concerns, named
from connectors.microsoft_365.effective_mfa.rules import (
    DEFAULTS_ADMINISTRATORS,
    DIRECTORY_SYNCHRONISATION,
    Rule,
    beside_policies,
    if_so,
    of_policy,
    scenarios,
)
from connectors.microsoft_365.effective_mfa.words import example, near_misses

THIEF = (Scenario.ANY_APP, Scenario.LEGACY_CLIENT, Scenario.DEVICE_CODE)
"""The scenarios that together leave a password thief every choice he has; administration portals are among any app."""

MFA: tuple[Result, ...] = ("phishing_resistant", "mfa")
PROTECTED: tuple[Result, ...] = ("blocked", *MFA)

TOO_ENTANGLED = "more combinations of conditions than can be examined"

_TOLD_AS_HOLES: list[Scenario] = [each for each in Scenario if each not in {Scenario.WHATEVER, Scenario.REGISTRATION}]
Named = tuple[str, Box]
"""What a policy covers, under its name."""

_RESULTS: tuple[tuple[Demand, Result], ...] = (
    (Demand.BLOCK, "blocked"),
    (Demand.PHISHING_RESISTANT, "phishing_resistant"),
    (Demand.MFA, "mfa"),
)


class Evaluator:
    """Judges the accounts of one tenant; those that the inputs do not tell apart are judged once."""

    def __init__(self, inputs: Inputs, *, patience: int = PATIENCE) -> None:
        """Prepare the policies; nothing here depends on an account. ``patience`` bounds the work for one question."""
        policies = () if inputs.policies is UNSET else inputs.policies
        strengths = {} if inputs.strengths is UNSET else {each.key: each for each in inputs.strengths}
        self._inputs, self._patience, self._strengths = inputs, patience, strengths
        self._policies = tuple(sorted(policies, key=lambda policy: (policy.name, policy.key)))
        self._world = world(self._policies, inputs.locations)
        self._freedom = scenarios(self._world)
        self._reached = [(policy, reach(policy, self._world)) for policy in self._policies]
        self._rules = [
            (policy, tuple(of_policy(policy, reached, self._world, self._freedom, strengths)))
            for policy, reached in self._reached
            if policy.for_people and policy.state in {"on", "unknown"}
        ]
        self._named = named(self._policies)
        self._named["roles"] |= DEFAULTS_ADMINISTRATORS | {DIRECTORY_SYNCHRONISATION}
        self._beside: dict[tuple[Read[frozenset[str]], Read[PerUserMfa]], Sequence[Rule]] = {}
        self._verdicts: dict[Subject, Verdict] = {}

    def verdict(self, subject: Subject) -> Verdict:
        """Return the verdict about an account."""
        alike = self._class_of(subject)
        if alike not in self._verdicts:
            self._verdicts[alike] = self._judge(alike)
        return self._verdicts[alike]

    def locked_out_by(self, subject: Subject) -> Read[tuple[str, ...]]:
        """Return the names of the policies that could keep out somebody with a password and a key, by ``lock_out``.

        Those that are known to are told though there may be more; none are only where none is possible.
        """
        given = self._inputs
        truths = [
            (policy.name, locks_out(policy, reached, subject, given, self._world, self._strengths))
            for policy, reached in self._reached
        ]
        sure = tuple(name for name, truth in truths if truth is True)
        known = given.complete and given.policies is not UNSET
        return sure if sure or (known and not any(truth for _, truth in truths)) else UNSET

    def _class_of(self, subject: Subject) -> Subject:
        """Return the subject without what no policy looks at."""
        groups, roles = subject.groups, subject.roles
        return replace(
            subject,
            key=subject.key if subject.key in self._named["accounts"] else "",
            groups=groups if groups is UNSET else groups & self._named["groups"],
            roles=roles if roles is UNSET else roles & self._named["roles"],
        )

    def _judge(self, subject: Subject) -> Verdict:
        rules = self._in_force(subject)
        answers = {scenario: self._answer(scenario, subject, rules) for scenario in Scenario}
        enforced = all_of(_is(answers[scenario], *PROTECTED) for scenario in THIEF)
        bare = missing("registered methods") if subject.mfa_registered is UNSET else not subject.mfa_registered
        demanded, unguarded = _is(answers[Scenario.ANY_APP], *MFA), _is(answers[Scenario.REGISTRATION], "open")
        registration_open = all_of((demanded, bare, unguarded, negated(brings_mfa(subject, self._inputs))))
        open_ones = [scenario for scenario in _TOLD_AS_HOLES if answers[scenario].result == "open"]
        open_ones += [Scenario.REGISTRATION] if registration_open is True else []
        decisive = {name for scenario in THIEF for name in answers[scenario].by} if enforced is True else set()
        return Verdict(
            scenarios=answers,
            enforced=_read(enforced),
            always=_read(_is(answers[Scenario.WHATEVER], *PROTECTED)),
            enforced_by=tuple(sorted(decisive)),
            registration_open=_read(registration_open),
            holes=tuple(f"{scenario}_open" for scenario in open_ones),
        )

    def _in_force(self, subject: Subject) -> list[Rule]:
        """Return every rule that holds for the account, or may."""
        rules = list(self._beside_policies(subject))
        for policy, own in self._rules:
            holds = concerns(policy, subject, self._inputs)
            if policy.state == "unknown":
                holds = all_of((holds, missing(f"the state of “{policy.name}”")))
            if holds is not False:
                rules += [if_so(rule, holds) for rule in own]
        return rules

    def _beside_policies(self, subject: Subject) -> Sequence[Rule]:
        alike = subject.roles, subject.per_user_mfa
        if alike not in self._beside:
            self._beside[alike] = tuple(beside_policies(subject, self._inputs, self._world, self._freedom))
        return self._beside[alike]

    def _answer(self, scenario: Scenario, subject: Subject, rules: Sequence[Rule]) -> Answer:
        whole = self._freedom[scenario]
        for demand, result in _RESULTS:
            sure = [rule for rule in rules if rule.least >= demand and scenario in rule.sure]
            by = _proof(whole, [(rule.name, rule.sure[scenario]) for rule in sure], self._patience)
            if by:
                strengths = {rule.strength for rule in sure if rule.name in by and rule.strength is not None}
                return Answer(result=result, by=tuple(sorted(by)), strengths=tuple(sorted(strengths)))
        possible = [rule for rule in rules if rule.most >= Demand.MFA and scenario in rule.possible]
        doubts = (
            rule.missing
            for rule in possible
            if rule.least < Demand.MFA or rule.sure.get(scenario) != rule.possible[scenario]
        )
        needed = frozenset[str]().union(*doubts) or missing(TOO_ENTANGLED)
        try:
            hole = cover(whole, [rule.possible[scenario] for rule in possible], self._patience).hole
            if hole is not None:
                return self._with_words(Answer(result="open"), hole, scenario, subject)
            # After the loop, ``sure`` are the rules that surely demand MFA, and they leave something uncovered.
            doubtful = cover(whole, [rule.sure[scenario] for rule in sure], self._patience).hole
        except TooManyBoxesError:
            return Answer(result="unknown", missing=tuple(sorted(needed | {TOO_ENTANGLED})))
        unknown = Answer(result="unknown", missing=tuple(sorted(needed)))
        return self._with_words(unknown, doubtful or whole, scenario, subject)

    def _with_words(self, answer: Answer, hole: Box, scenario: Scenario, subject: Subject) -> Answer:
        reached = ((policy, where.sure, where.possible) for policy, where in self._reached)
        misses = near_misses(reached, subject, self._inputs, self._world, hole)
        return replace(
            answer,
            example=example(hole, self._freedom[scenario], self._inputs.names),
            near_misses=() if scenario is Scenario.WHATEVER else tuple(misses),
        )


def evaluate(inputs: Inputs, subject: Subject) -> Verdict:
    """Return the verdict about one account; for many accounts of one tenant, keep an ``Evaluator``."""
    return Evaluator(inputs).verdict(subject)


def _proof(whole: Box, covers: Sequence[Named], patience: int) -> set[str]:
    """Return names of rules that together cover ``whole``, none of them superfluous; none if there is no proof.

    Names of which each is enough by itself are all given.
    """
    if enough := {name for name, part in covers if part == whole}:
        return enough
    own: defaultdict[str, list[Named]] = defaultdict(list)
    for name, part in covers:
        own[name].append((name, part))
    wide = (parts for parts in own.values() if sum(part.width for _, part in parts) >= whole.width)
    if enough := set[str]().union(*(_names_covering(whole, parts, patience) for parts in wide)):
        return enough
    needed = _names_covering(whole, covers, patience)
    for name in sorted(needed):
        others = [each for each in covers if each[0] in needed - {name}]
        needed = _names_covering(whole, others, patience) or needed
    return needed


def _names_covering(whole: Box, covers: Sequence[Named], patience: int) -> set[str]:
    """Return the names of those covers that came to be used in covering ``whole``; none if that failed."""
    widest_first = sorted(covers, key=lambda cover: -cover[1].width)
    try:
        hole, used = cover(whole, [part for _, part in widest_first], patience)
    except TooManyBoxesError:
        return set()
    return {widest_first[index][0] for index in used} if hole is None else set()


def _is(answer: Answer, *results: Result) -> Truth:
    return frozenset(answer.missing) if answer.result == "unknown" else answer.result in results


def _read(truth: Truth) -> Read[bool]:
    return UNSET if isinstance(truth, frozenset) else truth
