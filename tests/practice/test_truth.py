"""An oracle of its own, written from the meaning of each kind, finds exactly what the truth file lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google_oracle import find as find_in_google
from google_oracle import in_domain_names
from microsoft_oracle import find_in_microsoft

from connectors.practice.generator import generate
from connectors.practice.organisation import Drive, GoogleAccount, MicrosoftAccount, Organisation
from connectors.practice.truth import truth, write_truth

TODAY = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
OWN = {
    "rivera-campaign.example",
    "rivera-volunteers.example",
    "rivera-senate.example",
    "rivera-events.example",
    "riveracampaign.onmicrosoft.com",
}
WORDS = ("phish", "password", "invoice", "hacked", "accounts.google.com")

Found = tuple[str, str, str, str]


def is_outside(address: str) -> bool:
    return address.rpartition("@")[2].casefold() not in OWN


def is_about_security_or_money(wire: object) -> bool:
    return any(word in json.dumps(wire).casefold() for word in WORDS)


def in_google_account(account: GoogleAccount, today: datetime) -> Iterator[tuple[str, str]]:
    is_admin = account.is_super_admin or bool(account.role_ids)
    if not account.suspended and not account.enrolled_in_2sv:
        yield "not-enrolled", account.id
        if is_admin:
            yield "admin-not-enrolled", account.id
    if not account.suspended and not account.enforced_in_2sv:
        yield "not-enforced", account.id
    if is_admin and account.last_login and today - account.last_login > timedelta(days=90):
        yield "stale-admin", account.id
    yield from in_gmail(account)
    yield from in_google_drive(account)


def in_gmail(account: GoogleAccount) -> Iterator[tuple[str, str]]:
    if account.auto_forwarding and is_outside(account.auto_forwarding["emailAddress"]):
        yield "auto-forwarding", account.auto_forwarding["emailAddress"]
    for entry in account.forwarding_addresses:
        if is_outside(entry["forwardingEmail"]) and entry["verificationStatus"] == "accepted":
            yield "forwarding-address", entry["forwardingEmail"]
    for delegate in account.delegates:
        if is_outside(delegate["delegateEmail"]):
            yield "outside-delegate", delegate["delegateEmail"]
    for filter_ in account.filters:
        if is_outside(filter_.action.get("forward", "@rivera-campaign.example")):
            yield "forwarding-filter", filter_.id
        trashes = "TRASH" in filter_.action.get("addLabelIds", [])
        buries = {"INBOX", "UNREAD"} <= set(filter_.action.get("removeLabelIds", []))
        if (trashes or buries) and is_about_security_or_money(filter_.criteria):
            yield "hiding-filter", filter_.id


def in_google_drive(account: GoogleAccount) -> Iterator[tuple[str, str]]:
    for file in account.files:
        if not file.trashed and any(permission["type"] == "anyone" for permission in file.permissions):
            yield "public-file", file.id
        if any(
            is_outside(permission.get("emailAddress", "@rivera-campaign.example")) for permission in file.permissions
        ):
            yield "outside-share", file.id


def in_microsoft_account(account: MicrosoftAccount, today: datetime) -> Iterator[tuple[str, str]]:
    idle = today - account.last_sign_in if account.last_sign_in else timedelta(0)
    if account.enabled and not account.guest and set(account.methods) <= {"email"}:
        yield "not-registered", account.id
    if account.role_template_ids and set(account.methods) <= {"mobilePhone", "officePhone", "alternateMobilePhone"}:
        yield "admin-weak-method", account.id
    if account.role_template_ids and idle > timedelta(days=90):
        yield "stale-admin", account.id
    if account.guest and idle > timedelta(days=180):
        yield "stale-guest", account.id
    if (
        account.mailbox
        and account.mailbox.forwarding_smtp_address
        and is_outside(account.mailbox.forwarding_smtp_address)
    ):
        yield "mailbox-forwarding", account.mailbox.exchange_guid
    for rule in account.rules:
        targets = [
            recipient["emailAddress"]["address"]
            for action in ("forwardTo", "redirectTo", "forwardAsAttachmentTo")
            for recipient in rule.actions.get(action, [])
        ]
        if rule.enabled and any(map(is_outside, targets)):
            yield "forwarding-rule", rule.id
        hides = rule.actions.get("delete") or ("moveToFolder" in rule.actions and rule.actions.get("markAsRead"))
        suspicious = is_about_security_or_money(rule.conditions) or not rule.name.strip(".")
        if rule.enabled and hides and suspicious:
            yield "hiding-rule", rule.id
    if account.drive:
        yield from in_drive(account.drive)


def in_drive(drive: Drive) -> Iterator[tuple[str, str]]:
    for item in drive.items:
        if any(permission.get("link", {}).get("scope") == "anonymous" for permission in item.permissions):
            yield "public-link", item.id
        people = [permission["invitation"]["email"] for permission in item.permissions if "invitation" in permission]
        people += [p["grantedToV2"]["user"]["email"] for p in item.permissions if "grantedToV2" in p]
        if any(map(is_outside, people)):
            yield "outside-share", item.id


def excluded_from_mfa(organisation: Organisation) -> Iterator[MicrosoftAccount]:
    microsoft = organisation.microsoft
    members = {group.id: group.members for group in microsoft.groups}
    waiting = [
        group
        for policy in microsoft.conditional_access
        if policy["state"] == "enabled"
        and "mfa" in (policy["grantControls"] or {"builtInControls": []})["builtInControls"]
        for group in policy["conditions"]["users"]["excludeGroups"]
    ]
    reached: set[str] = set()
    while waiting:
        reached.add(each := waiting.pop())
        waiting += [member for member in members.get(each, []) if member not in reached]
    yield from (
        a for a in microsoft.accounts if a.id in reached and a.enabled and not a.guest and a.per_user_mfa == "disabled"
    )


def find(organisation: Organisation) -> Iterator[Found]:
    google, microsoft = organisation.google, organisation.microsoft
    for account in google.accounts:
        yield from (
            ("google_workspace", kind, account.address, key)
            for kind, key in in_google_account(account, organisation.today)
        )
    for member in microsoft.accounts:
        yield from (
            ("microsoft_365", kind, member.address, key)
            for kind, key in in_microsoft_account(member, organisation.today)
            if (kind, member.address in microsoft.emergencies)
            != ("stale-admin", True)  # which have a kind of their own
        )
    for member in excluded_from_mfa(organisation):
        yield "microsoft_365", "mfa-excluded", member.address, member.id
    for drive in (drive for site in microsoft.sites for drive in site.drives):
        yield from (("microsoft_365", kind, "", key) for kind, key in in_drive(drive))
    yield from (("google_workspace", *found) for found in find_in_google(organisation))
    yield from ((cloud, kind, "", name) for cloud, kind, name in in_domain_names(organisation))
    yield from (("microsoft_365", *found) for found in find_in_microsoft(microsoft, is_outside, organisation.today))
    for rule in microsoft.transport_rules:
        targets = [
            address
            for field in ("BlindCopyTo", "CopyTo", "RedirectMessageTo", "AddToRecipients")
            for address in rule[field] or []
        ]
        if rule["State"] == "Enabled" and any(map(is_outside, targets)):
            yield "microsoft_365", "transport-rule", "", rule["Guid"]
    if microsoft.sharepoint["sharingCapability"] == "externalUserAndGuestSharing":
        yield "microsoft_365", "setting-sharepoint-anyone", "", microsoft.tenant_id
    units = {unit["orgUnitId"] for unit in google.units}
    for policy in google.policies:
        unit = "id:" + policy["policyQuery"].get("orgUnit", "").removeprefix("orgUnits/")
        kind = weakness(policy["setting"]["value"], organisation.today)
        if policy["type"] == "ADMIN" and unit in units and kind:
            yield "google_workspace", kind, "", unit


def weakness(value: dict[str, object], today: datetime) -> str:
    start = value.get("enforcedFrom", "2000")
    if start.startswith("1970") or start > today.isoformat():
        return "setting-2sv-not-enforced"
    if value.get("enableAutoForwarding"):
        return "setting-auto-forwarding"
    if value.get("enableMailDelegation"):
        return "setting-mail-delegation"
    if value.get("enableImapAccess"):
        return "setting-imap"
    return "setting-external-sharing" if value.get("externalSharingMode") == "ALLOWED" else ""


@pytest.mark.parametrize(("accounts", "seed"), [(25, 1), (25, 2), (25, 3), (25, 4), (25, 5), (300, 6), (3000, 7)])
@pytest.mark.parametrize("hostile_names", [False, True])
def test_the_oracle_finds_exactly_what_was_planted(accounts: int, seed: int, *, hostile_names: bool) -> None:
    organisation = generate(accounts=accounts, seed=seed, today=TODAY, hostile_names=hostile_names)
    planted = [(p.cloud, p.kind, p.address, p.object_id) for p in organisation.problems]
    assert len(set(planted)) == len(planted)
    assert set(find(organisation)) == set(planted)


@pytest.mark.parametrize("seed", range(1, 6))
def test_no_object_is_both_a_problem_and_a_decoy(seed: int) -> None:
    organisation = generate(accounts=1000, seed=seed, today=TODAY)
    problems = {planted.object_id for planted in organisation.problems}
    assert problems.isdisjoint({planted.object_id for planted in organisation.decoys})


@pytest.mark.parametrize("seed", range(1, 6))
def test_every_kind_of_decoy_is_there_and_its_object_exists(seed: int) -> None:
    organisation = generate(seed=seed, today=TODAY)
    everything = json.dumps(
        {
            "google": [
                [a.id, a.auto_forwarding, a.forwarding_addresses, a.delegates] for a in organisation.google.accounts
            ],
            "hanging": [[h.id for h in (*a.filters, *a.files)] for a in organisation.google.accounts],
            "policies": [p["policyQuery"] for p in organisation.google.policies],
            "microsoft": [
                [
                    a.id,
                    a.display_name,
                    a.mailbox and asdict(a.mailbox),
                    [r.id for r in a.rules],
                    a.drive and [i.id for i in a.drive.items],
                ]
                for a in organisation.microsoft.accounts
            ],
            "google mail and apps": [
                [a.address, asdict(a.mail), asdict(a.security)] for a in organisation.google.accounts
            ],
            "google catalogue": asdict(organisation.google.catalogue),
            "names": [record.name for record in organisation.dns],
            "rules": organisation.microsoft.transport_rules,
            "exchange": asdict(organisation.microsoft.exchange),
            "entra": asdict(organisation.microsoft.entra),
            "groups": [group.id for group in organisation.microsoft.groups],
            "teams": organisation.microsoft.teams,
            "conditional access": organisation.microsoft.conditional_access,
        },
        default=str,
    )
    for planted in organisation.decoys:
        # A grant is known by its mailbox and its trustee.
        for part in planted.object_id.removeprefix("id:").split("/"):
            assert json.dumps(part)[1:-1] in everything, planted
    assert {planted.kind.removeprefix("decoy-") for planted in organisation.decoys} == {
        "alias-domain",
        "app-owned-inside",
        "archive-newsletter",
        "break-glass-ready",
        "ca-block",
        "ca-devices",
        "ca-off",
        "ca-session",
        "calendar-free-busy",
        "calendar-inside",
        "careless-and-gone",
        "closed-alert",
        "default-outbound-policy",
        "deleted-unit",
        "denied-grant",
        "disabled-excluded",
        "disabled-not-registered",
        "disabled-outbound-rule",
        "disabled-rule",
        "disabled-transport-rule",
        "dkim-in-pieces",
        "dmarc-capitals",
        "dmarc-without-spaces",
        "drive-of-a-group",
        "drive-organisation-link",
        "drive-trashed-public-item",
        "eligible-admin-strong",
        "expired-secret",
        "filter-labels-only",
        "group-closed-with-outsider",
        "group-nested-inside",
        "group-owned-inside",
        "group-open-to-colleagues",
        "guest-not-registered",
        "harmless-app",
        "imap-forbidden",
        "internal-calendar",
        "internal-contact-forward",
        "internal-delegate",
        "internal-forward",
        "internal-list-forward",
        "internal-reply-to",
        "internal-share",
        "internal-transport-rule",
        "low-risk-everyone",
        "low-risk-permission",
        "low-risk-person",
        "organisation-link",
        "own-delegation",
        "own-domain-forwarding-event",
        "own-remote-domain",
        "partner-as-everybody",
        "partner-closed",
        "pilot-overruled",
        "super-admin-in-pilot",
        "pending-forwarding-address",
        "pending-guest",
        "per-user-mfa",
        "private-group",
        "role-agreed",
        "role-for-a-time",
        "role-through-group",
        "second-factor-event",
        "second-own-domain",
        "send-as-alias",
        "send-on-behalf",
        "shared-mailbox-access",
        "shared-mailbox-not-registered",
        "smtp-auth-off",
        "spared-forwarder",
        "spf-ten-lookups",
        "suspended-not-enrolled",
        "synchronised-member",
        "teams-meeting-lobby",
        "trashed-public-file",
        "vacation-reply",
    }


def test_a_second_own_domain_in_capitals_is_among_the_decoys() -> None:
    decoys = generate(today=TODAY).decoys
    assert any(p.kind == "decoy-second-own-domain" and p.object_id.endswith("EXAMPLE") for p in decoys)


def test_the_truth_file_holds_problems_and_decoys(tmp_path: Path) -> None:
    organisation = generate(seed=4, today=TODAY, hostile_names=True)
    path = tmp_path / "truth.json"
    write_truth(organisation, path)
    written = json.loads(path.read_bytes())
    assert written == truth(organisation)
    assert (written["organisation"], written["seed"], written["accounts"]) == ("Rivera for Senate", 4, 25)
    assert len(written["problems"]) == len(organisation.problems)
    assert set(written["decoys"][0]) == {"kind", "cloud", "address", "object_id", "label"}
    assert path.read_bytes().isascii()
