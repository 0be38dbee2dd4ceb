"""Who works for the campaign: the posts it cannot do without, then staff and volunteers up to any number."""

from __future__ import annotations

from random import Random

from connectors.practice.campaign.names import FAMILY_NAMES, GIVEN_NAMES, local_part
from connectors.practice.organisation import Person

DOMAIN = "rivera-campaign.example"
SMALLEST = 25

# job, tier, organisational unit
_KEY_POSTS = (
    ("Candidate", "principal", "/Leadership"),
    ("Campaign manager", "principal", "/Leadership"),
    ("Scheduler", "staff", "/Leadership"),
    ("Treasurer", "finance", "/Finance"),
    ("Finance director", "finance", "/Finance"),
    ("Finance assistant", "finance", "/Finance"),
    ("Press secretary", "communications", "/Press"),
    ("Digital director", "communications", "/Press"),
    ("IT volunteer", "administrator", "/Staff/IT"),
    ("Operations director", "administrator", "/Staff"),
    ("Systems volunteer", "administrator", "/Staff/IT"),
    ("Data director", "administrator", "/Staff"),
    ("Policy adviser", "staff", "/Staff"),
    ("Former staffer", "staff", "/Staff"),
    ("Volunteer coordinator", "staff", "/Volunteers"),
    ("Field organiser", "staff", "/Field"),
    ("Field organiser", "staff", "/Field"),
    ("Volunteer", "volunteer", "/Volunteers"),
    ("Volunteer", "volunteer", "/Volunteers"),
    ("Volunteer", "volunteer", "/Volunteers"),
)
# A further person gets the first post whose number divides theirs; nobody else's number is divided by one of these.
_FURTHER_POSTS = (
    (400, ("Volunteer", "volunteer", "/Volunteers")),
    (250, ("Regional director", "administrator", "/Staff")),
    (150, ("Former volunteer", "volunteer", "/Field")),
    (40, ("Fundraiser", "finance", "/Finance")),
    (15, ("Field organiser", "staff", "/Field")),
)
_CANVASSERS = ("Canvasser", "Phone banker", "Driver", "Precinct captain")
_OUTSIDERS = ("Consultant", "Pollster", "Event photographer")


def roster(rng: Random, accounts: int) -> list[Person]:
    """Return ``accounts`` people with an address in the campaign's domain, the candidate first.

    Raises ``ValueError`` below ``SMALLEST``: a smaller campaign cannot carry the whole story.
    """
    if accounts < SMALLEST:
        raise ValueError(f"A practice organisation has at least {SMALLEST} accounts, not {accounts}")
    posts = [*_KEY_POSTS, *(_further_post(number, rng) for number in range(1, accounts - len(_KEY_POSTS) + 1))]
    taken: dict[str, int] = {}
    return [_person(rng, post, taken) for post in posts]


def outsiders(rng: Random, count: int) -> list[Person]:
    """Return ``count`` people of other companies: a consultant, a pollster, a photographer, and so on in turn."""
    people = []
    for number in range(count):
        given, family = rng.choice(GIVEN_NAMES), rng.choice(FAMILY_NAMES)
        address = f"{local_part(given)}@{local_part(family)}-partners-{number + 1}.example"
        people.append(Person(given, family, _OUTSIDERS[number % len(_OUTSIDERS)], "outside", "", address))
    return people


def _further_post(number: int, rng: Random) -> tuple[str, str, str]:
    for divisor, post in _FURTHER_POSTS:
        if number % divisor == 0:
            return post
    return rng.choice(_CANVASSERS), "volunteer", "/Field"


def _person(rng: Random, post: tuple[str, str, str], taken: dict[str, int]) -> Person:
    job, tier, unit = post
    given = rng.choice(GIVEN_NAMES)
    family = "Rivera" if job == "Candidate" else rng.choice(FAMILY_NAMES)
    local = local_part(f"{given} {family}")
    taken[local] = number = taken.get(local, 0) + 1
    return Person(given, family, job, tier, unit, f"{local}{number if number > 1 else ''}@{DOMAIN}")
