"""Suspicion: what an audit read to the end, and what yet cannot be true beside the audit before it. Pure.

Whoever wants the auditor to say that all is well need only make it see nothing. So a listing that came back empty or
much smaller, another tenant behind the same name, and a clock that jumped are gaps. Each is told once: an audit that
sees the same again takes it as right, because by then a person has been told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from auditor.errors import GapReason
from auditor.models import Coverage, Gap, Standing

SOURCE = "comparison"
"""What stands for the name of a collector: the gap comes of comparing with the last audit."""

_LISTED_ONCE = frozenset({"account", "domain", "group", "settings", "sign_in_policy", "mailbox"})
"""Kinds that do not shrink by half from one audit to the next. Of rules and shares people may well remove many."""
_MANY = 20
"""Facts of the other kinds that cannot all be gone at once."""
_LOST = 5
"""Facts that must be missing before half as many is suspicious: of four accounts, two may leave."""
_LONGEST_PAUSE = timedelta(days=400)


def suspicions(
    before: Standing | None, *, tenant: str, vendor_id: str, coverage: Iterable[Coverage], now: datetime
) -> Iterator[Gap]:
    """Yield the gaps that come of comparing one tenant with what stood ``before``; nothing for the first audit."""
    if before is None:
        return
    if vendor_id != before.vendor_id:
        yield _gap(
            tenant,
            "tenant",
            f"Behind '{tenant}' was the tenant {before.vendor_id}, and now it is {vendor_id}.",
            "Look in the configuration whose tenant this is. If it is meant, give it an id of its own there, because "
            "the history belongs to the other.",
        )
    if now < before.finished or now - before.finished > _LONGEST_PAUSE:
        yield _gap(
            tenant,
            "tenant",
            f"By this machine's clock it is {_day(now)}, but the last audit ended on {_day(before.finished)}.",
            "Set the clock (timedatectl set-ntp true) and run the audit again. If the clock is right, run it again all "
            "the same: the next audit takes the time as it is.",
        )
    for row in coverage:
        was = before.facts.get(row.kind, 0)
        if row.tenant == tenant and row.complete and _too_few(row, was):
            noun = row.kind.replace("_", " ")
            yield _gap(
                tenant,
                row.kind,
                f"The listing of kind '{noun}' held {was:,} facts in the last audit, and now holds {row.facts:,}.",
                "Look in the vendor's console whether so many are gone. If they are, run the audit again: the next one "
                "takes the number as right. If not, something hides them from the auditor.",
            )


def _too_few(row: Coverage, was: int) -> bool:
    if row.kind in _LISTED_ONCE:
        return (was > 0 and row.facts == 0) or (row.facts * 2 < was and was - row.facts >= _LOST)
    return was >= _MANY and row.facts == 0


def _gap(tenant: str, kind: str, detail: str, remedy: str) -> Gap:
    return Gap(
        tenant=tenant,
        kind=kind,
        source=SOURCE,
        target=tenant,
        label="compared with the last audit",
        reason=GapReason.SUSPICIOUS,
        detail=detail,
        remedy=remedy,
    )


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
