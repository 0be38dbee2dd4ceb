"""Mends what went wrong, in the organisation and in the truth about it alike."""

from __future__ import annotations

from connectors.practice.campaign.google_repairs import GOOGLE_REPAIRS
from connectors.practice.campaign.microsoft_repairs import MICROSOFT_REPAIRS, close_link
from connectors.practice.campaign.scene import GOOGLE
from connectors.practice.organisation import Organisation
from connectors.practice.planted import Planted


def can_be_mended(planted: Planted) -> bool:
    """Return whether ``mend`` knows what to do; nobody can mend what the log has written down."""
    repairs = GOOGLE_REPAIRS if planted.cloud == GOOGLE else MICROSOFT_REPAIRS
    return planted.kind in repairs and (planted.address != "" or planted.kind == "public-link")


def mend(organisation: Organisation, planted: Planted) -> None:
    """Undo a problem and strike it from the truth, with whatever ends by itself together with it.

    Raises ``KeyError`` for a kind that cannot be mended.
    """
    if planted.cloud == GOOGLE:
        person = next(each for each in organisation.google.accounts if each.address == planted.address)
        GOOGLE_REPAIRS[planted.kind](organisation, person, planted)
    elif planted.address:
        account = next(each for each in organisation.microsoft.accounts if each.address == planted.address)
        MICROSOFT_REPAIRS[planted.kind](organisation, account, planted)
    else:
        close_link(organisation, planted)
    organisation.problems = [each for each in organisation.problems if each is not planted]
