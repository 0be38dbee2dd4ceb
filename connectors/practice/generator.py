"""The seeded generator of the practice organisation: a campaign called "Rivera for Senate", of any size.

The people have an account in each cloud, joined by address. First everything is as it should be, then problems and
decoys are put in and written down. The story is the same for every seed; who plays which part is not.
"""

from __future__ import annotations

from datetime import datetime

from connectors.practice.campaign.decoys import plant_decoys
from connectors.practice.campaign.google_story import furnish_google_catalogue, plant_google_story
from connectors.practice.campaign.google_tenant import google_tenant
from connectors.practice.campaign.hostile import make_hostile
from connectors.practice.campaign.microsoft_emergencies import EMERGENCIES, plant_emergencies
from connectors.practice.campaign.microsoft_entra import entra_organisation
from connectors.practice.campaign.microsoft_entra_decoys import plant_entra_decoys
from connectors.practice.campaign.microsoft_entra_problems import plant_entra_problems
from connectors.practice.campaign.microsoft_exchange import exchange_organisation
from connectors.practice.campaign.microsoft_forwarders import plant_forwarders
from connectors.practice.campaign.microsoft_mail_decoys import plant_mail_decoys
from connectors.practice.campaign.microsoft_mail_problems import plant_mail_problems
from connectors.practice.campaign.microsoft_owners import plant_owners
from connectors.practice.campaign.microsoft_partners import plant_partners
from connectors.practice.campaign.microsoft_roles import plant_roles
from connectors.practice.campaign.microsoft_teams import plant_teams, teams_configurations
from connectors.practice.campaign.microsoft_tenant import guests_of, microsoft_tenant
from connectors.practice.campaign.problems import plant_problems
from connectors.practice.campaign.roster import outsiders, roster
from connectors.practice.campaign.scene import Scene
from connectors.practice.campaign.vendor_ids import stream
from connectors.practice.campaign.weeks import live
from connectors.practice.organisation import Organisation

NAME = "Rivera for Senate"


def generate(
    *, accounts: int = 25, seed: int = 1, today: datetime, week: int = 0, hostile_names: bool = False
) -> Organisation:
    """Return the organisation with ``accounts`` accounts in each cloud; same arguments, same organisation.

    ``today`` is the moment of week 0, to which everything "old" or "recent" is relative; it carries a time zone. In the
    Microsoft cloud guests, a shared mailbox and accounts for emergencies are among the accounts, and the last people of
    the roster have none there. ``hostile_names`` puts an attacker's texts on what carries the problems and changes
    nothing else.
    ``week`` is how many weeks have gone by since (see ``campaign.weeks``): the organisation is then the same one, with
    the same ids and dates, and its own ``today`` is so much later.
    Raises ``ValueError`` for fewer than 25 accounts, a ``today`` without a time zone, a week before week 0.
    """
    if today.tzinfo is None:
        raise ValueError("today needs a time zone, such as datetime(2026, 10, 1, tzinfo=UTC)")
    if week < 0:
        raise ValueError(f"The campaign begins with week 0; there is no week {week}")
    people = roster(stream(seed, "people"), accounts)
    guests = outsiders(stream(seed, "guests"), guests_of(accounts))
    members = people[: accounts - len(guests) - 1 - EMERGENCIES]
    organisation = Organisation(
        name=NAME,
        seed=seed,
        today=today,
        people=people + guests,
        google=google_tenant(stream(seed, "google"), NAME, people, today),
        microsoft=microsoft_tenant(stream(seed, "microsoft"), NAME, members, guests, today),
    )
    organisation.microsoft.exchange = exchange_organisation(stream(seed, "exchange"), organisation.microsoft, today)
    furnish_google_catalogue(stream(seed, "google catalogue"), organisation)
    organisation.microsoft.entra = entra_organisation(stream(seed, "entra"), organisation.microsoft, today)
    organisation.microsoft.teams = teams_configurations()
    scene, further = Scene(organisation, stream(seed, "story")), Scene(organisation, stream(seed, "microsoft story"))
    plant_problems(scene)
    plant_mail_problems(further)
    plant_entra_problems(further)
    plant_mail_decoys(further)
    plant_entra_decoys(further)
    plant_teams(further)
    plant_roles(further)
    plant_owners(further)
    plant_partners(further)
    plant_decoys(scene)
    plant_forwarders(further)
    plant_emergencies(further)
    plant_google_story(Scene(organisation, stream(seed, "google story")))
    if hostile_names:
        make_hostile(organisation)
    live(organisation, week, hostile_names=hostile_names)
    return organisation
