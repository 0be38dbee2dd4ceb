"""Administrator roles, and what it takes to become one for an hour or two."""

from __future__ import annotations

from auditor.facts.base import UNSET, Fact, Read


class AdminRole(Fact, frozen=True, kw_only=True, gc=False):
    """A role and the rules by which people activate it (Entra, Privileged Identity Management)."""

    privileged: bool = False
    """Whether it is one of those with which the whole organisation can be taken over, by CISA's list."""
    approval_required: Read[bool] = UNSET
    """Whether somebody else must agree before it is activated."""
    mfa_required: Read[bool] = UNSET
    """Whether activating it takes a second factor."""
    longest_hours: Read[int] = UNSET
    """For how long it can be activated at the most, begun hours counted whole."""
    may_be_permanent: Read[bool] = UNSET
    """Whether it may be given without end, so that nobody ever has to activate it."""
    activation_told: Read[bool] = UNSET
    """Whether mail tells somebody who was chosen for it that the role was activated."""
    assignment_told: Read[bool] = UNSET
    """The same when it was given to somebody, to hold or to activate."""
