"""What was put into the practice organisation to be found or not, and what of it changed in a week."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Planted:
    """One entry of the truth file: a problem that an audit must find, or a decoy that it must not.

    ``kind`` names the class of problem or decoy (see ``campaign.problems``), ``object_id`` the vendor's id of the
    object that carries it, ``address`` the account it hangs on.
    """

    kind: str
    cloud: str  # google_workspace | microsoft_365
    address: str
    object_id: str
    label: str


@dataclass(slots=True)
class WeekChanges:
    """The changes of one week; of week 0, which has none before it, all are empty.

    ``opened`` was never there before, ``came_back`` was there in an earlier week but not in the last one. What
    ``went_dark`` is still there, but behind a permission that is missing since this week; ``seen_again`` is what such
    a permission had hidden and hides no more. People are named by their address of this week, ``renamed`` by both.
    """

    told: list[str] = field(default_factory=list)  # sentences for people
    opened: list[Planted] = field(default_factory=list)
    came_back: list[Planted] = field(default_factory=list)
    resolved: list[Planted] = field(default_factory=list)
    went_dark: list[Planted] = field(default_factory=list)
    seen_again: list[Planted] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)  # address before, address now
