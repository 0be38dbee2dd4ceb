"""Each permission that is missing costs what it shows and nothing else, and names the clicks that grant it."""

from __future__ import annotations

import pytest
from microsoft_reading import Outcome, read

from auditor.errors import GapReason
from auditor.facts import UNSET, Account, MailRule, SharedItem, SignInPolicy, Tenant
from auditor.models import Failure
from connectors.practice.permissions import Permissions
from connectors.practice.server import PracticeServer

ENFORCEMENT = ("mfa_enforced", "mfa_enforced_by", "sign_in")
OF_EXCHANGE = {"mailbox_forwarding", "mailbox_settings", "mailbox_access", "mailbox_sending", "transport_rules"}
READS_EVERYTHING = "Directory.Read.All"
"""Opens accounts, groups, domains and the organisation too, so that it is taken away with each of them."""


def gaps(outcome: Outcome) -> set[tuple[str, tuple[str, ...]]]:
    return {(failure.kind, failure.fields) for failure in outcome.failures}


def without(server: PracticeServer, *names: str) -> Outcome:
    server.permissions = Permissions().without(*names)
    return read(server)


def facts_of(outcome: Outcome) -> int:
    return len(outcome.facts)


def granted_by(failure: Failure, permission: str) -> bool:
    return (
        failure.error.reason is GapReason.DENIED and f"the application permission {permission}:" in failure.error.remedy
    )


def test_without_accounts_there_is_no_list_of_accounts(server: PracticeServer) -> None:
    outcome = without(server, "User.Read.All", READS_EVERYTHING)
    assert outcome.escaped["accounts"].reason is GapReason.DENIED
    assert "User.Read.All" in outcome.escaped["accounts"].remedy
    assert outcome.of(Account) == []


def test_without_the_audit_log_registration_and_last_sign_in_are_unknown(
    server: PracticeServer, everything: Outcome
) -> None:
    outcome = without(server, "AuditLog.Read.All")
    assert gaps(outcome) == {("account", ("last_sign_in",)), ("account", ("mfa_registered", "mfa_methods"))}
    assert all(granted_by(failure, "AuditLog.Read.All") for failure in outcome.failures)
    assert facts_of(outcome) == facts_of(everything)
    for account in outcome.of(Account):
        assert (account.last_sign_in, account.mfa_registered, account.mfa_methods) == (UNSET, UNSET, UNSET)
        assert account.mfa_enforced is not UNSET


def test_without_a_premium_licence_the_same_is_not_licensed(server: PracticeServer) -> None:
    outcome = without(server, "premium")
    assert gaps(outcome) == {("account", ("last_sign_in",)), ("account", ("mfa_registered", "mfa_methods"))}
    assert {failure.error.reason for failure in outcome.failures} == {GapReason.NOT_LICENSED}
    assert all(account.mfa_registered is UNSET for account in outcome.of(Account))


def test_without_roles_nobody_is_known_to_be_no_administrator(server: PracticeServer) -> None:
    outcome = without(server, "RoleManagement.Read.Directory")
    roles = ("admin_roles", "is_admin", "is_super_admin")
    assert gaps(outcome) >= {("account", roles), ("tenant", ("super_admins",))}
    more = {("account", ("eligible_roles",)), ("app_grant", ())}
    assert gaps(outcome) <= {("account", roles), ("tenant", ("super_admins",))} | more
    assert all(account.is_admin is UNSET and account.admin_roles is UNSET for account in outcome.of(Account))
    assert outcome.of(Tenant)[0].super_admins is UNSET
    assert outcome.of(Tenant)[0].active_people is not UNSET


def test_without_policies_nobody_is_known_to_be_unprotected(server: PracticeServer) -> None:
    outcome = without(server, "Policy.Read.All")
    outcome_gaps = gaps(outcome)
    assert {("sign_in_policy", ()), ("account", ENFORCEMENT)} < outcome_gaps
    assert ("settings", ("microsoft_365.security_defaults",)) in outcome_gaps
    assert {kind for kind, _ in outcome_gaps} == {"sign_in_policy", "account", "settings"}
    assert all(granted_by(failure, "Policy.Read.All") for failure in outcome.failures)
    assert all(account.mfa_enforced is UNSET for account in outcome.of(Account))
    assert outcome.of(SignInPolicy) == []


def test_without_policies_no_account_for_emergencies_is_known_to_be_let_in(server: PracticeServer) -> None:
    outcome = without(server, "Policy.Read.All")
    assert {each.locked_out_by for each in outcome.of(Account) if each.break_glass} == {UNSET}
    assert ("account", ("locked_out_by",)) in gaps(outcome)


def test_without_groups_nobody_is_known_to_be_in_an_exception(server: PracticeServer) -> None:
    outcome = without(server, "GroupMember.Read.All", READS_EVERYTHING)
    assert ("account", ENFORCEMENT) in gaps(outcome)
    assert ("sign_in_policy", ("excluded_accounts", "excluded_people")) in gaps(outcome)
    known = [account for account in outcome.of(Account) if account.mfa_enforced is not UNSET]
    assert all("Per-user MFA" in (account.mfa_enforced_by or ()) for account in known)
    assert len(known) < len(outcome.of(Account)) / 2


def test_without_inbox_rules_every_mailbox_is_a_gap_of_its_own(server: PracticeServer, everything: Outcome) -> None:
    outcome = without(server, "MailboxSettings.Read")
    refused = [failure for failure in outcome.failures if granted_by(failure, "MailboxSettings.Read")]
    mailboxes = [account for account in everything.of(Account) if account.has_mailbox]
    assert {failure.target.owner for failure in refused} == {account.key for account in mailboxes}
    assert {failure.known["mechanism"] for failure in refused} == {"inbox_rule"}
    assert {rule.mechanism for rule in outcome.of(MailRule)} == {"mailbox_forwarding", "transport_rule"}


def test_without_the_exchange_permission_the_app_permission_is_named(server: PracticeServer) -> None:
    outcome = without(server, "Exchange.ManageAsApp")
    assert outcome.escaped.keys() == OF_EXCHANGE
    for error in outcome.errors:
        assert error.reason is GapReason.DENIED
        assert "Exchange.ManageAsApp" in error.remedy
    assert "forwarding_policy" in {failure.kind for failure in outcome.failures}


def test_without_the_entra_role_only_the_role_is_named(server: PracticeServer) -> None:
    outcome = without(server, "exchange_role")
    assert outcome.escaped.keys() == OF_EXCHANGE | {"meeting_policies"}
    for error in outcome.errors:
        assert error.reason is GapReason.DENIED
        assert "Global Reader" in error.remedy
        assert "Exchange.ManageAsApp" not in error.remedy


def test_without_exchange_a_mailbox_without_licence_may_be_a_person_or_not(server: PracticeServer) -> None:
    outcome = without(server, "exchange_role")
    assert ("account", ("type", "has_mailbox", "mailbox_type")) in gaps(outcome)
    (press,) = [account for account in outcome.of(Account) if account.label == "Press office"]
    assert press.type is UNSET
    assert outcome.of(Tenant)[0].active_people is UNSET


def test_without_domains_the_listing_is_a_gap(server: PracticeServer) -> None:
    outcome = without(server, "Domain.Read.All", READS_EVERYTHING)
    assert "Domain.Read.All" in outcome.escaped["domains"].remedy


def test_without_the_sharing_settings_only_they_are_unknown(server: PracticeServer) -> None:
    outcome = without(server, "SharePointTenantSettings.Read.All")
    assert [failure.kind for failure in outcome.failures] == ["settings"]
    assert "outside_sharing" in outcome.failures[0].fields


def test_without_sites_onedrive_is_read_all_the_same(server: PracticeServer) -> None:
    outcome = without(server, "Sites.Read.All")
    assert "Sites.Read.All" in outcome.escaped["site_items"].remedy
    assert any(item.owner for item in outcome.of(SharedItem))
    assert "onedrive_items" not in outcome.escaped


def test_without_the_organisations_name_its_id_stands_in(server: PracticeServer) -> None:
    outcome = without(server, "Organization.Read.All", READS_EVERYTHING)
    assert outcome.of(Tenant)[0].label == server.organisation.microsoft.tenant_id


@pytest.mark.parametrize("missing", [*sorted(Permissions().microsoft_roles), "premium", "governance", "exchange_role"])
def test_whatever_is_missing_nothing_that_hangs_on_it_is_known_to_be_good(
    server: PracticeServer, everything: Outcome, missing: str
) -> None:
    """A field is either as it is when everything may be read, or not collected; and then there is a gap."""
    outcome = without(server, missing)
    whole = {(type(fact), fact.key): fact for fact in everything.facts}
    for fact in outcome.facts:
        full = whole[type(fact), fact.key]
        changed = [name for name in fact.__struct_fields__ if getattr(fact, name) != getattr(full, name)]
        assert all(
            getattr(fact, name) is UNSET for name in changed if name not in {"label", "microsoft_365", "sign_in"}
        )
        for name in {"microsoft_365", "sign_in"} & set(changed):
            inner, whole_inner = getattr(fact, name), getattr(full, name)
            differ = {each for each in inner.__struct_fields__ if getattr(inner, each) != getattr(whole_inner, each)}
            assert all(getattr(inner, each) is UNSET for each in differ - {"depends_on", "holes"}), differ
        assert not changed or outcome.errors
    assert facts_of(outcome) == facts_of(everything) or outcome.errors
