"""The whole connector against the practice organisation: every planted problem shows, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from microsoft_reading import Outcome, read

from auditor.facts import (
    UNSET,
    Account,
    Domain,
    ForwardingPolicy,
    Mailbox,
    MailboxGrant,
    MailRule,
    Settings,
    SharedItem,
    SignInPolicy,
    Tenant,
)
from auditor.facts.base import Fact
from connectors.practice.server import PracticeServer

SECRETIVE = {"password", "security code", "invoice", "wire transfer", "hacked", "phish", "@"}


def planted(server: PracticeServer, *kinds: str) -> set[str]:
    problems = server.organisation.problems
    return {each.object_id for each in problems if each.cloud == "microsoft_365" and each.kind in kinds}


def ids(facts: Iterable[Fact]) -> set[str]:
    """Keys without the account in front, which the truth file does not write."""
    return {fact.key.removeprefix(f"{fact.owner}/") for fact in facts}


def people(everything: Outcome) -> list[Account]:
    return [each for each in everything.of(Account) if each.type == "person" and each.status == "active"]


def outside(everything: Outcome, address: str) -> bool:
    return address.rpartition("@")[2] not in {domain.name for domain in everything.of(Domain)}


def test_everything_is_read_without_a_gap(everything: Outcome) -> None:
    assert everything.errors == []
    assert everything.escaped == {}


def test_nothing_is_written(everything: Outcome, campaign: PracticeServer) -> None:
    assert everything.facts
    assert not campaign.writes


def test_every_account_is_listed_and_counted(everything: Outcome, campaign: PracticeServer) -> None:
    accounts = campaign.organisation.microsoft.accounts
    assert ids(everything.of(Account)) == {account.id for account in accounts}
    (tenant,) = everything.of(Tenant)
    assert tenant.active_people == len(people(everything))
    assert tenant.guests == sum(account.guest for account in accounts)
    assert tenant.super_admins == 4
    assert tenant.vendor_id == campaign.organisation.microsoft.tenant_id


def test_people_who_are_left_out_of_mfa_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    unprotected = {each.key for each in people(everything) if each.mfa_enforced is False}
    assert unprotected == planted(campaign, "mfa-excluded")
    assert all(each.mfa_enforced is not UNSET for each in everything.of(Account))


def test_people_without_a_second_factor_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    assert {each.key for each in people(everything) if each.mfa_registered is False} == planted(
        campaign, "not-registered"
    )


def test_administrators_who_only_have_a_telephone_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    weak = {
        each.key for each in people(everything) if each.is_admin and set(each.mfa_methods or ()) <= {"sms", "voice"}
    }
    assert weak == planted(campaign, "admin-weak-method")


def test_administrators_who_are_guests_or_synchronised_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    holders = [account for account in everything.of(Account) if account.is_admin]
    assert {each.key for each in holders if each.type == "guest"} == planted(campaign, "guest-admin")
    assert {each.key for each in holders if not each.cloud_only} == planted(campaign, "admin-synchronised")


def test_roles_come_through_groups_and_can_wait_to_be_activated(everything: Outcome, campaign: PracticeServer) -> None:
    decoys = {decoy.kind: decoy.object_id for decoy in campaign.organisation.decoys}
    accounts = {account.key: account for account in everything.of(Account)}
    assert accounts[decoys["decoy-role-through-group"]].admin_roles == ("Helpdesk Administrator",)
    waiting = accounts[decoys["decoy-eligible-admin-strong"]]
    assert waiting.eligible_roles
    assert waiting.is_admin is False


def test_accounts_for_emergencies_are_verified(everything: Outcome, campaign: PracticeServer) -> None:
    emergencies = [each for each in everything.of(Account) if each.break_glass]
    assert all(each.password_changed and each.locked_out_by is not UNSET for each in emergencies)
    locked = {each.key: each.locked_out_by for each in emergencies if each.locked_out_by}
    assert locked == dict.fromkeys(planted(campaign, "break-glass-locked-out"), ("Nobody signs in from abroad",))
    (tenant,) = everything.of(Tenant)
    assert (tenant.break_glass, tenant.missing_break_glass) == (2, (campaign.organisation.microsoft.emergencies[2],))


def test_licences_have_the_names_that_microsoft_gives_them(everything: Outcome) -> None:
    assert {name for account in everything.of(Account) for name in account.licences or ()} == {"SPB"}


def test_a_shared_mailbox_is_not_a_person(everything: Outcome) -> None:
    (shared,) = [each for each in everything.of(Account) if each.type == "shared"]
    assert shared.label == "Press office"
    assert shared.has_mailbox is True


def test_mail_that_leaves_is_found(everything: Outcome, campaign: PracticeServer) -> None:
    leaving = [
        rule
        for rule in everything.of(MailRule)
        if rule.enabled and any(outside(everything, address) for address in rule.destinations or ())
    ]
    assert ids(leaving) == planted(
        campaign, "forwarding-rule", "mailbox-forwarding", "transport-rule", "contact-forwarding"
    )


def test_grants_in_the_mailboxes_of_people_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    people_of = {account.key for account in everything.of(Account) if account.mailbox_type == "personal"}
    for right, kind in (("full_access", "mailbox-full-access"), ("send_as", "send-as-grant")):
        grants = [each for each in everything.of(MailboxGrant) if each.right == right and each.owner in people_of]
        assert {each.key.removeprefix(f"{right}/") for each in grants} == planted(campaign, kind)
        assert all(each.grantee is not UNSET for each in grants)


def test_what_lets_mail_leave_is_found(everything: Outcome, campaign: PracticeServer) -> None:
    open_ = [each for each in everything.of(ForwardingPolicy) if each.in_force and each.outside]
    allowing = [each for each in open_ if each.forwarding_allowed]
    assert ids(allowing) == planted(campaign, "remote-domain-forwarding", "outbound-spam-forwarding")


def test_mailboxes_that_take_a_password_alone_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    mailboxes = everything.of(Mailbox)
    assert {each.key for each in mailboxes if each.smtp_auth} == planted(campaign, "smtp-auth-on")
    assert {each.key for each in mailboxes if each.imap or each.pop} == planted(campaign, "imap-on")
    assert {each.key for each in mailboxes if not each.audited} == planted(campaign, "audit-bypass")
    open_ = {each.owner for each in mailboxes if each.type == "shared" and each.sign_in_allowed}
    assert open_ == planted(campaign, "shared-mailbox-sign-in")


def test_rules_that_hide_mail_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    hiding = [
        rule
        for rule in everything.of(MailRule)
        if rule.enabled
        and (rule.deletes or rule.hides)
        and (rule.label.strip(".") == "" or (rule.marks_read and SECRETIVE & set(rule.looks_for or ())))
    ]
    assert ids(hiding) == planted(campaign, "hiding-rule")


def test_what_anybody_can_open_is_found(everything: Outcome, campaign: PracticeServer) -> None:
    public = [item for item in everything.of(SharedItem) if item.exposure == "anyone"]
    assert ids(item for item in public if item.item != "calendar") == planted(campaign, "public-link")
    calendars = {item.key.removeprefix("calendar/") for item in public if item.item == "calendar"}
    assert calendars == planted(campaign, "calendar-shared-outside")
    shared = [item for item in everything.of(SharedItem) if item.exposure == "outsiders"]
    assert ids(shared) == planted(campaign, "outside-share")
    assert all(outside(everything, each) for item in shared for each in item.outsiders or ())


def test_settings_and_sign_in_policies_are_read(everything: Outcome, campaign: PracticeServer) -> None:
    (settings,) = everything.of(Settings)
    assert ids([settings]) == planted(campaign, "setting-sharepoint-anyone")
    assert settings.outside_sharing == "anyone"
    assert settings.microsoft_365 is not None
    assert settings.microsoft_365.security_defaults is False
    states = {policy.label: (policy.state, policy.grant, policy.narrowed_by) for policy in everything.of(SignInPolicy)}
    assert states == {
        "Require MFA for everyone": ("on", "mfa", ()),
        "Block legacy authentication": ("on", "block", ("clientAppTypes",)),
        "Administrators need a security key (trial)": ("report_only", "phishing_resistant_mfa", ()),
        "MFA outside the office": ("on", "mfa", ("locations",)),
        "MFA on telephones": ("off", "mfa", ("platforms",)),
        "Sign in again every week": ("on", "nothing", ()),
        "Block device codes": ("on", "block", ("authenticationFlows",)),
        "Finance files on managed devices": ("on", "other", ()),
        "Nobody signs in from abroad": ("on", "block", ("locations",)),
    }


def test_an_account_without_mailbox_or_drive_is_not_applicable(everything: Outcome, campaign: PracticeServer) -> None:
    bare = {
        account.id for account in campaign.organisation.microsoft.accounts if not account.guest and not account.mailbox
    }
    assert bare <= {each.target.key for each in everything.absent}


def test_files_that_nobody_allowed_us_to_look_at_are_a_gap(server: PracticeServer) -> None:
    before = server.requests
    outcome = read(server, items=False)
    (failure,) = outcome.failures
    assert failure.kind == "shared_item"
    assert "items: true" in failure.error.remedy
    assert "Files.Read.All" in failure.error.remedy
    assert not [call for call in server.requests - before if "drives" in call[1] or "sites" in call[1]]


def test_priority_accounts_are_told_by_exchange(server: PracticeServer, everything: Outcome) -> None:
    flagged = {each.key for each in everything.of(Account) if each.priority is True}
    assert flagged == {each.id for each in server.organisation.microsoft.accounts if each.priority}
    assert len(flagged) == 1
    assert not [each for each in everything.of(Account) if each.priority is UNSET]
