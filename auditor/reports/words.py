"""The words that people read for what programs name: kinds of facts, tiers, reasons, exit codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from auditor.errors import GapReason
from auditor.models import Finding, Severity
from auditor.reports.neutral import neutral

KINDS: Final = MappingProxyType(
    {
        "account": "accounts",
        "mail_rule": "mail rules",
        "mailbox_grant": "mailbox delegates",
        "mailbox": "mailboxes",
        "forwarding_policy": "forwarding policies",
        "group": "groups",
        "membership": "members of groups that give tiers",
        "shared_item": "shared items",
        "app_grant": "app grants",
        "app_registration": "registered apps",
        "site": "sites",
        "meeting_policy": "meeting policies",
        "settings": "settings",
        "sign_in_policy": "sign-in policies",
        "admin_role": "administrator roles",
        "partner": "partner organisations",
        "domain": "domains",
        "mail_domain": "mail domains",
        "event": "events",
        "tenant": "tenant",
    }
)
"""Kinds of facts in the plural; a kind that is missing is called by its own name."""

TIERS: Final = MappingProxyType(
    {
        "principal": ("principal", "principals"),
        "administrator": ("administrator", "administrators"),
        "finance": ("finance", "people in finance"),
        "communications": ("communications", "people in communications"),
        "staff": ("staff", "members of staff"),
        "volunteer": ("volunteer", "volunteers"),
        "outside": ("outside", "people from outside"),
    }
)
"""Tiers in the order in which they matter: for one person, for several."""

REASONS: Final = MappingProxyType(
    {
        GapReason.DENIED: "a permission is missing",
        GapReason.NOT_LICENSED: "the licence does not include it",
        GapReason.THROTTLED: "the vendor asked us to wait too long",
        GapReason.UNREACHABLE: "the vendor could not be reached",
        GapReason.MALFORMED: "the answer was not understandable",
        GapReason.PARTIAL: "the listing broke off",
        GapReason.REFUSED_LINK: "the answer led to a place we do not go",
        GapReason.SUSPICIOUS: "the answer cannot be true",
        GapReason.LIMITATION: "no interface of the vendor shows it",
        GapReason.INTERRUPTED: "the audit was stopped before it was read",
    }
)
"""Every reason of a gap, as the rest of the sentence "not seen, because …"."""

EXITS: Final = MappingProxyType(
    {
        0: "everything was assessed and nothing that counts is open",
        1: "there are open findings",
        2: "the command line or the configuration is wrong",
        3: "nothing that counts is open, but not everything could be seen",
        4: "at least one tenant could not be signed in to",
        5: "the report could not be delivered",
        6: "the history could not be opened, or this audit not be kept in it",
        70: "a defect of the auditor itself",
        75: "another audit of this tenant is running",
        130: "the audit was interrupted",
    }
)
"""What each exit code says."""


def kind_words(kind: str) -> str:
    """Return the kind of fact as people say it, in the plural."""
    return KINDS.get(kind, kind)


def tier_word(tier: str) -> str:
    """Return the tier as it stands behind one person's name."""
    return TIERS[tier][0] if tier in TIERS else tier


def tier_rank(tier: str) -> int:
    """Return 0 for principals, growing as people matter less; unknown tiers come last."""
    return list(TIERS).index(tier) if tier in TIERS else len(TIERS)


def how_many(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 finding``, ``2 findings``; ``many`` where an s is not enough."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def people_of(number: int, tier: str) -> str:
    """Return a number of people of one tier: ``9 volunteers``."""
    return how_many(number, tier_word(tier), TIERS[tier][1] if tier in TIERS else f"people ({tier})")


def listed(words: Sequence[str], most: int, rest: str = "more") -> str:
    """Return at most ``most`` words as an enumeration, and how many were left out: ``Ana, Ben and 3 more``."""
    shown = list(words[:most])
    if len(words) > most:
        shown.append(f"{len(words) - most:,} {rest}")
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1] if shown else ""


def severity_counts(severities: Iterable[Severity]) -> str:
    """Return how many there are of each severity, worst first: ``1 critical, 4 high``; empty for none."""
    every = list(severities)
    counts = ((level, every.count(level)) for level in reversed(Severity))
    return ", ".join(f"{number:,} {level}" for level, number in counts if number)


def raised_words(finding: Finding) -> str:
    """Return why a finding is more severe than its policy: ``medium, raised: principal``; empty if it is not."""
    tier = neutral(tier_word(finding.raised_for or ""), 30)
    return f"{finding.raised_from}, raised: {tier}" if finding.raised_from is not None else ""


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC; one without a zone is taken to be UTC already, never local time."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def moment_words(moment: datetime) -> str:
    """Return the moment for people, to the minute: ``2026-11-23 09:04 UTC``."""
    return f"{in_utc(moment):%Y-%m-%d %H:%M} UTC"


def steps(fix: str) -> tuple[str, ...]:
    """Return what to click, one step a line as the policy wrote it; at most ten, the rest is in the JSON report."""
    return tuple(stripped for line in fix.split("\n", 20)[:10] if (stripped := line.strip()))
