"""Meeting policies: who gets into video meetings without being let in."""

from __future__ import annotations

from typing import Literal

from auditor.facts.base import UNSET, Fact, Read

PastLobby = Literal["anyone", "organisation_and_partners", "organisation", "members", "invited", "organisers"]


class MeetingPolicy(Fact, frozen=True, kw_only=True, gc=False):
    """What holds in the meetings of the people to whom the policy is given; every one counts, not only the global."""

    strangers_may_join: Read[bool] = UNSET
    """Whether people without any account may join."""
    strangers_may_start: Read[bool] = UNSET
    """Whether a meeting can begin with nobody but them in it."""
    past_lobby: Read[PastLobby] = UNSET
    """Who comes in without waiting to be let in."""
    callers_past_lobby: Read[bool] = UNSET
    """Whether callers by telephone come in without waiting."""
    strangers_may_take_control: Read[bool] = UNSET
    """Whether people from outside may ask to control what is shown."""
    recording: Read[bool] = UNSET
    """Whether meetings may be recorded."""
    everybody_presents: Read[bool] = UNSET
    """Whether strangers present unless somebody sets it otherwise for a meeting."""
    strangers_may_chat: Read[bool] = UNSET
    """Whether people without any account may write in the chat of a meeting."""
