"""How the auditor itself is, in lines for a mail: what nobody has looked at is said, and never called well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from auditor.mails.dates import age_words, day_words, moment_words
from auditor.mails.material import Material
from auditor.mails.plain import SENTENCE, told
from auditor.models import Expiry, Slot, SlotState

_SOON: Final = timedelta(days=42)
_MOST: Final = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is like, what is said, and what is said beside it."""

    mark: str
    """Severity of what is open, ``unseen`` for what is hidden, ``pass`` for what is well; empty for anything else."""
    text: str
    beside: str = ""


def condition(material: Material) -> tuple[Line, ...]:
    """Return how the last runs went, what ends soon, what may not be read any more, and what did not arrive."""
    health, zone = material.health, material.zone
    lines = [_audit(material)]
    lines += [Line("high", told(each, SENTENCE)) for each in health.problems[:_MOST]]
    lines += [Line("high", told(each, SENTENCE)) for each in health.drift[:_MOST]]
    lines += [Line("high", told(each, SENTENCE)) for each in health.undelivered[:_MOST]]
    lines += [line for each in health.expiring[:_MOST] if (line := _expiry(each, material))]
    lines += [line for each in health.runs[:_MOST] if (line := _run(each, material))]
    if health.checked is None:
        lines.append(Line("unseen", "Nobody has looked whether credentials expire: the self-check has not run yet."))
    elif material.now - health.checked > timedelta(days=8):
        lines.append(Line("unseen", f"The self-check ran {age_words(material.now - health.checked)} ago."))
    else:
        lines.append(Line("pass", f"The self-check ran on {moment_words(health.checked, zone)}."))
        ends = [each.ends for each in health.expiring if each.ends is not None]
        if ends and min(ends) - material.now > _SOON:
            lines.append(Line("pass", f"No credential ends before {day_words(min(ends), zone)} {min(ends).year}."))
    return tuple(lines)


def _audit(material: Material) -> Line:
    if material.nothing_known:
        return Line("unseen", "No audit has been kept.")
    finished = material.report.audit.finished
    text = f"The last audit ended on {moment_words(finished, material.zone)}, {age_words(material.age)} ago."
    return Line("unseen" if material.stale else "pass", text)


def _expiry(each: Expiry, material: Material) -> Line | None:
    if each.ends is None:
        return Line("unseen", f"Nobody knows when {told(each.what)} ends.")
    left = each.ends - material.now
    if left > _SOON:
        return None
    if left <= timedelta(0):
        return Line("critical", f"{_capital(each.what)} has ended.", day_words(each.ends, material.zone))
    level = "high" if left < timedelta(days=14) else "medium"
    return Line(level, f"{_capital(each.what)} ends in {age_words(left)}.", day_words(each.ends, material.zone))


def _run(slot: Slot, material: Material) -> Line | None:
    """Return a line about a run that did not end well; of the others nobody needs to read."""
    when = moment_words(slot.due, material.zone)
    note = told(slot.note) if slot.note else ""
    if slot.state is SlotState.FAILED:
        return Line("high", f"{told(slot.job)}, due {when}, failed.", note)
    if slot.state is SlotState.MISSED:
        return Line("medium", f"{told(slot.job)}, due {when}, was missed.", note)
    return None


def _capital(text: str) -> str:
    shown = told(text)
    return shown[:1].upper() + shown[1:]
