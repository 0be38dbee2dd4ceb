"""The story of the campaign from week to week, for whoever audits it more than once.

Week 0 is the organisation as it is made. What happens in a week depends on the seed and on the weeks before, and on
nothing else; a permission that is withdrawn is missing in that week only. After the last week of the story nothing
happens any more, but for the log of Google, which forgets after 180 days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connectors.practice.campaign import beats
from connectors.practice.campaign.coming_and_going import leave, marry
from connectors.practice.campaign.hostile import make_hostile
from connectors.practice.campaign.passing_time import pass_a_week
from connectors.practice.campaign.repairs import mend
from connectors.practice.campaign.scene import GOOGLE, Scene
from connectors.practice.campaign.vendor_ids import stream
from connectors.practice.organisation import Organisation
from connectors.practice.planted import Planted, WeekChanges

Mark = tuple[str, str, str, str]
"""What makes a planted thing the same one in another week: kind, cloud, address, object id."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week: the sentence that tells it, what happens, whose week's traces are removed, what nobody may read."""

    told: str
    happens: tuple[Callable[[Scene], None], ...] = ()
    undoes: int | None = None
    withdrawn: tuple[str, ...] = ()


WEEKS: dict[int, Week] = {
    1: Week("Everything is as it was found."),
    2: Week(
        "An administrator enrolled in 2-Step Verification, the link to the donors' pledges was closed, and a guest "
        "accepted the invitation.",
        (beats.an_administrator_enrols, beats.a_link_is_closed, beats.a_guest_accepts),
    ),
    3: Week(
        "An intruder forwards a mailbox of the finance team outside and hides what would give it away.",
        (beats.an_intruder_comes,),
    ),
    4: Week(
        "The intruder's rules and forwarding are gone; the volunteers' 2-Step Verification was put off.",
        (beats.enforcement_is_put_off,),
        undoes=3,
    ),
    5: Week("Nobody may read settings of Gmail this week.", withdrawn=("gmail.settings.basic",)),
    6: Week(
        "Settings of Gmail can be read again, and the policy adviser has another name and address.",
        (lambda scene: marry(scene, "Policy adviser"),),
    ),
    7: Week("The forwarding of week 3 is back.", (beats.the_intruder_is_back,)),
    8: Week("Three volunteers joined, one of them without a second factor.", (beats.three_volunteers_join,)),
    9: Week(
        "The scheduler let in an application that reads all mail, and a volunteer left.",
        (beats.an_app_reads_mail, leave),
    ),
    10: Week(
        "A stranger is a delegate of the candidate's mailbox, and a colleague opens the manager's.",
        (beats.the_principals_are_read,),
    ),
    11: Week(
        "All of principals and administrators was put right, and 2-Step Verification is enforced for volunteers.",
        (beats.enforcement_begins, beats.the_mighty_are_safe),
    ),
}
QUIET = Week("Nothing happened.")
HIDES: dict[str, frozenset[str]] = {
    "gmail.settings.basic": frozenset(
        {
            "auto-forwarding",
            "forwarding-address",
            "forwarding-filter",
            "hiding-filter",
            "imap-on",
            "outside-delegate",
            "outside-reply-to",
            "outside-smtp-server",
        }
    )
}
"""Kinds of Google's problems that nobody sees without a permission."""


def live(organisation: Organisation, weeks: int, *, hostile_names: bool = False) -> None:
    """Take the organisation ``weeks`` weeks further, truth included; ``hostile_names`` as in ``generate``."""
    ever = _marks(organisation.problems)
    traces: dict[int, set[Mark]] = {}
    for _ in range(weeks):
        before, dark = list(organisation.problems), organisation.withdrawn
        known = {each.object_id for each in (*organisation.problems, *organisation.decoys)}
        pass_a_week(organisation)
        number = organisation.week
        week = WEEKS.get(number, QUIET)
        changes = organisation.changes = WeekChanges(told=[week.told])
        organisation.withdrawn = week.withdrawn
        scene = Scene(organisation, stream(organisation.seed, f"week {number}"))
        for beat in week.happens:
            beat(scene)
        for planted in before:
            if week.undoes is not None and _mark(planted) in traces[week.undoes]:
                mend(organisation, planted)
        for old, new in changes.renamed:
            ever = {(kind, cloud, new if address == old else address, key) for kind, cloud, address, key in ever}
        was, now = _marks(before), _marks(organisation.problems)
        changes.resolved = [each for each in before if _mark(each) not in now]
        new_here = [each for each in organisation.problems if _mark(each) not in was]
        changes.opened = [each for each in new_here if _mark(each) not in ever]
        changes.came_back = [each for each in new_here if _mark(each) in ever]
        changes.went_dark = [each for each in organisation.problems if _hidden(each, week.withdrawn, unless=dark)]
        changes.seen_again = [each for each in organisation.problems if _hidden(each, dark, unless=week.withdrawn)]
        traces[number] = _marks(new_here)
        ever |= now
        if hostile_names:
            make_hostile(organisation, known=known, first=number)


def _marks(planted: Iterable[Planted]) -> set[Mark]:
    return set(map(_mark, planted))


def _mark(planted: Planted) -> Mark:
    return planted.kind, planted.cloud, planted.address, planted.object_id


def _hidden(planted: Planted, withdrawn: Iterable[str], *, unless: Iterable[str]) -> bool:
    """Return whether one of the permissions is what hides the problem, and none of the others does."""

    def hides(names: Iterable[str]) -> bool:
        return planted.cloud == GOOGLE and any(planted.kind in HIDES[name] for name in names)

    return hides(withdrawn) and not hides(unless)
