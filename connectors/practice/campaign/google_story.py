"""The further story of the Google Workspace customer: what is there beside accounts, mail rules and files."""

from __future__ import annotations

from random import Random

from connectors.practice.campaign import google_further_decoys as decoys
from connectors.practice.campaign import google_further_problems as problems
from connectors.practice.campaign import google_sharing_problems as sharing
from connectors.practice.campaign.domain_names import add_further_domains, furnish_dns, plant_domain_names
from connectors.practice.campaign.google_drives import furnish_drives
from connectors.practice.campaign.google_further_policies import furnish_policies
from connectors.practice.campaign.google_groups import furnish_groups
from connectors.practice.campaign.google_log import furnish_log, log_sharing, settle_log
from connectors.practice.campaign.google_problems import is_administrator
from connectors.practice.campaign.google_security import furnish_security
from connectors.practice.campaign.google_sign_on import furnish_single_sign_on, plant_single_sign_on
from connectors.practice.campaign.roster import SMALLEST
from connectors.practice.campaign.scene import Scene
from connectors.practice.organisation import GoogleAccount, Organisation

_PEOPLE_PER_FURTHER_PROBLEM = 500


def furnish_google_catalogue(rng: Random, organisation: Organisation) -> None:
    """Give the customer what it has beside accounts, all of it as it should be."""
    google = organisation.google
    furnish_groups(rng, google, organisation.people)
    furnish_security(rng, google)
    furnish_log(rng, google, organisation.today)
    furnish_drives(rng, google, organisation.people, organisation.today)
    furnish_policies(rng, google)
    furnish_single_sign_on(rng, google)
    add_further_domains(organisation)
    furnish_dns(organisation)


def plant_google_story(scene: Scene) -> None:
    """Put problems and decoys into the catalogue; after the story of the accounts, on which some of it depends."""
    _administrators_are_careless(scene)
    for fits, plant in problems.COMMON:
        plant(scene, scene.google(fits))
    for plant_group in problems.IN_GROUPS:
        plant_group(scene)
    problems.shared_recovery(scene, scene.google(problems.has_no_shared_recovery))
    for plant_drive in (sharing.outside_member, sharing.no_organizer, sharing.public_item):
        plant_drive(scene)
    sharing.public_calendar(scene, scene.google_account("Scheduler"))
    plant_single_sign_on(scene)
    problems.delegation_granted(scene, scene.google_account("Operations director"))
    for _ in range((len(scene.organisation.google.accounts) - SMALLEST) // _PEOPLE_PER_FURTHER_PROBLEM):
        fits, plant = scene.rng.choice(problems.COMMON)
        plant(scene, scene.google(fits))
    decoys.auditor_s_own_delegation(scene)
    decoys.harmless_groups(scene)
    sharing.harmless_drives(scene)
    sharing.harmless_calendars(scene)
    for fits, plant in decoys.COMMON:
        plant(scene, scene.google(fits))
    decoys.careless_and_gone(scene)
    plant_domain_names(scene)
    log_sharing(scene.rng, scene.organisation.google)
    settle_log(scene.organisation.google)


def _administrators_are_careless(scene: Scene) -> None:
    def has_key(account: GoogleAccount) -> bool:
        return is_administrator(account) and account.enrolled_in_2sv and account.security.security_keys > 0

    problems.admin_without_key(scene.google(has_key))
    problems.administrators_without_key(scene)
    problems.imap_on(scene, scene.google(problems.may_use_imap))
