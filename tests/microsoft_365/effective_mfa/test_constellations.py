"""The meaning of Entra's sign-in rules, as a table: what is configured, what each kind of sign-in meets, and why.

The answers stand in the order *any app, administration portals, legacy client, device code, trusted place, managed
device, whatever the circumstances*: ``M`` MFA, ``R`` phishing-resistant MFA, ``B`` blocked, ``-`` open, ``?`` unknown.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from sign_in_wire import (
    ALL_GUESTS,
    AZURE,
    BLOCK,
    EXCHANGE,
    GLOBAL_ADMINISTRATOR,
    MFA,
    countries,
    guest,
    inputs,
    office,
    person,
    policy,
    strength,
)

from auditor.facts import UNSET
from connectors.microsoft_365.effective_mfa import Inputs, Scenario, Subject, evaluate

LETTERS = {"mfa": "M", "phishing_resistant": "R", "blocked": "B", "open": "-", "unknown": "?"}
COLUMNS = [scenario for scenario in Scenario if scenario is not Scenario.REGISTRATION]

MEMBER = person()
ADMINISTRATOR = person(roles=frozenset({GLOBAL_ADMINISTRATOR}))
NO_LEGACY = policy("No legacy", grant=BLOCK, clientAppTypes=["exchangeActiveSync", "other"])
MODERN = ["browser", "mobileAppsAndDesktopClients"]
PLATFORMS = ["android", "iOS", "windows", "windowsPhone", "macOS", "linux"]
MOON = {"@odata.type": "#microsoft.graph.lunarNamedLocation", "id": "moon", "displayName": "Moon"}
RESISTANT = ("windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor")


class Row(NamedTuple):
    """One constellation: its name, the expected answers, the reason, what is configured, and who signs in."""

    name: str
    expected: str
    why: str
    given: Inputs
    who: Subject = MEMBER


def grants(*controls: str, operator: str = "OR", **others: object) -> dict[str, Any]:
    return {"operator": operator, "builtInControls": list(controls), **others}


def devices(mode: str, rule: str) -> dict[str, Any]:
    return {"deviceFilter": {"mode": mode, "rule": rule}}


def where(*include: str, exclude: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"includeLocations": list(include), "excludeLocations": list(exclude)}


def guests(side: str, kinds: str, tenants: dict[str, Any] | None = None) -> dict[str, Any]:
    return {f"{side}GuestsOrExternalUsers": {"guestOrExternalUserTypes": kinds, "externalTenants": tenants}}


def only(**circle: object) -> dict[str, Any]:
    return {"includeUsers": [], **circle}


# fmt: off
TABLE = [
    # ── What enforces ────────────────────────────────────────────────────────────────────────────────────────────────
    Row("MFA for everybody and everything", "MMBMMMM", "a legacy client cannot do MFA, so it is refused",
        inputs([policy()])),
    Row("no policy at all", "-------", "nothing asks for more than the password", inputs([])),
    Row("everything blocked", "BBBBBBB", "nobody gets in, not even with MFA", inputs([policy(grant=BLOCK)])),
    Row("phishing-resistant strength", "RRBRRRR", "a phishing-resistant method is MFA and more",
        inputs([policy(grant=strength(*RESISTANT))])),
    Row("strength with push and SMS", "MMBMMMM", "two factors each, but not phishing-resistant",
        inputs([policy(grant=strength("fido2", "password,sms", "password,microsoftAuthenticatorPush"))])),
    Row("strength that a single factor satisfies", "-------", "SMS alone is one factor, whatever the name",
        inputs([policy(grant=strength("fido2", "sms"))])),
    Row("strength that a password satisfies", "-------", "a password is no second factor",
        inputs([policy(grant=strength("password"))])),
    Row("strength with a method we do not know", "???????", "what it is worth cannot be told",
        inputs([policy(grant=strength("fido2", "palmReader"))])),
    Row("strength read from the list of strengths", "RRBRRRR", "the policy gives the id, the list the combinations",
        inputs([policy(grant={"operator": "OR", "authenticationStrength": {"id": "s"}})],
               strengths=[{"id": "s", "displayName": "S", "allowedCombinations": ["fido2"]}])),
    Row("strength of which nothing was read", "???????", "what it allows cannot be told",
        inputs([policy(grant={"operator": "OR", "authenticationStrength": {"id": "s"}})], strengths=[])),
    Row("temporary pass and federated MFA", "MMBMMMM", "Entra counts both as two factors",
        inputs([policy(grant=strength("temporaryAccessPassOneTime", "federatedMultiFactor"))])),
    Row("MFA and phishing-resistant together", "RRBRRRR", "all policies that hold must be satisfied",
        inputs([policy("A"), policy("B", grant=strength("fido2"))])),

    # ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────
    Row("report-only", "-------", "it writes to the log and stops nobody",
        inputs([policy(state="enabledForReportingButNotEnforced")])),
    Row("switched off", "-------", "it does nothing", inputs([policy(state="disabled")])),
    Row("a state we do not know", "???????", "it may or may not be in force", inputs([policy(state="snoozed")])),

    # ── Controls ─────────────────────────────────────────────────────────────────────────────────────────────────────
    Row("MFA or a compliant device", "MMBMM--", "a thief has no such device; who has one needs no MFA",
        inputs([policy(grant=grants("mfa", "compliantDevice"))])),
    Row("MFA and a compliant device", "BBBBBMM", "on any other device even MFA does not help",
        inputs([policy(grant=grants("mfa", "compliantDevice", operator="AND"))])),
    Row("a compliant device alone", "BBBBB--", "refused elsewhere; on a managed device the password is enough",
        inputs([policy(grant=grants("compliantDevice"))])),
    Row("compliant or hybrid joined", "BBBBB--", "neither is MFA",
        inputs([policy(grant=grants("compliantDevice", "domainJoinedDevice"))])),
    Row("MFA or terms of use", "-------", "a thief accepts terms of use",
        inputs([policy(grant=grants("mfa", termsOfUse=["t"]))])),
    Row("MFA and terms of use", "MMBMMMM", "the terms do not weaken the MFA",
        inputs([policy(grant=grants("mfa", operator="AND", termsOfUse=["t"]))])),
    Row("terms of use alone", "-------", "no second factor", inputs([policy(grant=grants(termsOfUse=["t"]))])),
    Row("MFA or an approved app", "-------", "Outlook is an approved app, and free to download",
        inputs([policy(grant=grants("mfa", "approvedApplication"))])),
    Row("an app protection policy", "-------", "it protects the data on a telephone, not the sign-in",
        inputs([policy(grant=grants("compliantApplication"))])),
    Row("password change and MFA", "MMBMMMM", "as for people at risk",
        inputs([policy(grant=grants("mfa", "passwordChange", operator="AND"))])),
    Row("password change alone", "-------", "who has the password can change it",
        inputs([policy(grant=grants("passwordChange"))])),
    Row("another vendor's control", "???????", "it may be a second factor; Entra does not tell",
        inputs([policy(grant=grants(customAuthenticationFactors=["Duo"]))])),
    Row("MFA or another vendor's control", "???????", "the weaker of the two counts",
        inputs([policy(grant=grants("mfa", customAuthenticationFactors=["Duo"]))])),
    Row("MFA or a control we do not know", "???????", "an unknown alternative never protects",
        inputs([policy(grant=grants("mfa", "unknownFutureValue"))])),
    Row("MFA and a control we do not know", "MMBMMMM", "whatever it is, it comes on top of MFA",
        inputs([policy(grant=grants("mfa", "unknownFutureValue", operator="AND"))])),
    Row("a part of the grant that we do not know", "???????", "it may be one more alternative",
        inputs([policy(grant=grants("mfa", smileAtTheCamera={"isEnabled": True}))])),
    Row("an operator that we do not know", "???????", "with OR the terms of use would be enough",
        inputs([policy(grant=grants("mfa", operator="XOR", termsOfUse=["t"]))])),
    Row("session controls only", "-------", "signing in more often is not MFA", inputs([policy(grant=None)])),
    Row("no control in the grant", "-------", "nothing is demanded", inputs([policy(grant=grants())])),

    # ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────
    Row("left out by name", "-------", "an exclusion wins over everybody",
        inputs([policy(users={"excludeUsers": ["ana"]})])),
    Row("somebody else left out", "MMBMMMM", "others are not touched",
        inputs([policy(users={"excludeUsers": ["bob"]})])),
    Row("left out by a group", "-------", "membership counts, through groups in groups too",
        inputs([policy(users={"excludeGroups": ["staff"]})])),
    Row("left out by one, covered by another", "MMBMMMM", "one policy that covers everything is enough",
        inputs([policy("A", users={"excludeGroups": ["staff"]}), policy("B", users=only(includeGroups=["staff"]))])),
    Row("a group left out that could not be read", "???????", "perhaps this account is in it",
        inputs([policy(users={"excludeGroups": ["secret"]})], unread_groups=frozenset({"secret"}))),
    Row("an unread group that does not matter", "MMBMMMM", "another policy covers everybody",
        inputs([policy("A", users={"excludeGroups": ["secret"]}), policy("B")], unread_groups=frozenset({"secret"}))),
    Row("only another group", "-------", "it is not about this account",
        inputs([policy(users=only(includeGroups=["board"]))])),
    Row("only administrators, for a member", "-------", "no role, no policy",
        inputs([policy(users=only(includeRoles=[GLOBAL_ADMINISTRATOR]))])),
    Row("only administrators, for one", "MMBMMMM", "the role is held",
        inputs([policy(users=only(includeRoles=[GLOBAL_ADMINISTRATOR]))]), ADMINISTRATOR),
    Row("administrators left out", "-------", "the accounts that matter most",
        inputs([policy(users={"excludeRoles": [GLOBAL_ADMINISTRATOR]})]), ADMINISTRATOR),
    Row("roles that were not read", "???????", "perhaps it is an administrator, who is left out",
        inputs([policy(users={"excludeRoles": [GLOBAL_ADMINISTRATOR]})]), person(roles=UNSET)),
    Row("groups that were not read", "???????", "perhaps it is in the group",
        inputs([policy(users={"excludeGroups": ["board"]})]), person(groups=UNSET)),
    Row("nobody", "-------", "a policy for nobody", inputs([policy(users={"includeUsers": ["None"]})])),
    Row("a way to choose people that we do not know", "???????", "it may narrow the circle",
        inputs([policy(users={"includeOrgChart": ["below ana"]})])),
    Row("everybody, for a guest", "MMBMMMM", "everybody means guests too", inputs([policy()]), guest()),
    Row("guests and others from outside left out", "-------", "the older way to say guests",
        inputs([policy(users={"excludeUsers": ["GuestsOrExternalUsers"]})]), guest()),
    Row("guests left out, for a member", "MMBMMMM", "a member is no guest",
        inputs([policy(users=guests("exclude", ALL_GUESTS))])),
    Row("one kind of guests left out", "-------", "this guest is of that kind",
        inputs([policy(users=guests("exclude", "b2bCollaborationGuest"))]), guest()),
    Row("another kind of guests left out", "MMBMMMM", "this guest is of another kind",
        inputs([policy(users=guests("exclude", "serviceProvider"))]), guest()),
    Row("a kind that the directory does not tell", "???????", "it is one of two kinds, and one is left out",
        inputs([policy(users=guests("exclude", "internalGuest"))]), guest("internalGuest", "b2bCollaborationGuest")),
    Row("guests of one organisation left out", "-------", "this guest comes from there",
        inputs([policy(users=guests("exclude", ALL_GUESTS, {"membershipKind": "enumerated", "members": ["t1"]}))]),
        guest(home_tenant="t1")),
    Row("guests of another organisation left out", "MMBMMMM", "this guest comes from elsewhere",
        inputs([policy(users=guests("exclude", ALL_GUESTS, {"membershipKind": "enumerated", "members": ["t1"]}))]),
        guest(home_tenant="t2")),
    Row("a guest whose home is not known", "???????", "perhaps it is the one left out",
        inputs([policy(users=guests("exclude", ALL_GUESTS, {"membershipKind": "enumerated", "members": ["t1"]}))]),
        guest()),
    Row("only guests, for a member", "-------", "it is not about members",
        inputs([policy(users=only(**guests("include", ALL_GUESTS)))])),
    Row("workload identities", "-------", "applications that sign in are not people",
        inputs([policy(clientApplications={"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]})])),

    Row("workload identities at risk", "-------", "as above",
        inputs([policy(servicePrincipalRiskLevels=["high"])])),

    # ── Applications ─────────────────────────────────────────────────────────────────────────────────────────────────
    Row("one application left out", "-M-----", "the thief uses just that one",
        inputs([policy(applications={"excludeApplications": ["payroll"]})])),
    Row("the one left out has its own policy", "MMBMMMM", "two policies cover everything together",
        inputs([policy("A", applications={"excludeApplications": ["payroll"]}),
                policy("B", applications={"includeApplications": ["payroll"]})])),
    Row("Office 365 only", "-------", "everything else is left",
        inputs([policy(applications={"includeApplications": ["Office365"]})])),
    Row("Office 365 left out, with its own policy", "MMBMMMM", "bundle and rest are everything",
        inputs([policy("A", applications={"excludeApplications": ["Office365"]}),
                policy("B", applications={"includeApplications": ["Office365"]})])),
    Row("Exchange left out, Office 365 covered", "MMBMMMM", "Exchange belongs to Office 365",
        inputs([policy("A", applications={"excludeApplications": [EXCHANGE]}),
                policy("B", applications={"includeApplications": ["Office365"]})])),
    Row("an application left out that may be in Office 365", "?M?????", "we know a part of that bundle only",
        inputs([policy("A", applications={"excludeApplications": ["payroll"]}),
                policy("B", applications={"includeApplications": ["Office365"]})])),
    Row("administration portals only", "-M-----", "mail stays open",
        inputs([policy(applications={"includeApplications": ["MicrosoftAdminPortals"]})])),
    Row("Azure management only", "-------", "not every portal is Azure's",
        inputs([policy(applications={"includeApplications": [AZURE]})])),
    Row("administration portals left out", "-------", "the thief goes there",
        inputs([policy(applications={"excludeApplications": ["MicrosoftAdminPortals"]})])),
    Row("no application", "-------", "a policy for nothing",
        inputs([policy(applications={"includeApplications": ["None"]})])),
    Row("applications left out by a filter", "???????", "which ones, no interface tells",
        inputs([policy(applications={"applicationFilter": {"mode": "exclude", "rule": "x"}})])),
    Row("a filter for applications of an unknown mode", "???????", "it may choose or leave out",
        inputs([policy(applications={"includeApplications": [],
                                     "applicationFilter": {"mode": "sideways", "rule": "x"}})])),
    Row("applications chosen by a filter", "???????", "which ones, no interface tells",
        inputs([policy(applications={"includeApplications": [],
                                     "applicationFilter": {"mode": "include", "rule": "x"}})])),
    Row("authentication context only", "-------", "certain steps inside applications, not the sign-in",
        inputs([policy(applications={"includeApplications": [],
                                     "includeAuthenticationContextClassReferences": ["c1"]})])),
    Row("registration of security information only", "-------", "an action, not an application",
        inputs([policy(applications={"includeApplications": [],
                                     "includeUserActions": ["urn:user:registersecurityinfo"]})])),

    # ── Clients, platforms, flows ────────────────────────────────────────────────────────────────────────────────────
    Row("modern clients only", "MM-MMM-", "old mail programs get by with the password",
        inputs([policy(clientAppTypes=MODERN)])),
    Row("modern clients, and legacy blocked", "MMBMMMM", "the usual pair",
        inputs([policy(clientAppTypes=MODERN), NO_LEGACY])),
    Row("legacy blocked, nothing else", "--B----", "a browser needs the password only", inputs([NO_LEGACY])),
    Row("browsers only", "-------", "a mobile app needs the password only",
        inputs([policy(clientAppTypes=["browser"])])),
    Row("only one kind of legacy client blocked", "MM-MMM-", "the other kind is left",
        inputs([policy(clientAppTypes=MODERN), policy("B", grant=BLOCK, clientAppTypes=["exchangeActiveSync"])])),
    Row("legacy clients must prove a device", "MMBMMMM", "they cannot, whatever the device is",
        inputs([policy(clientAppTypes=MODERN),
                policy("B", grant=grants("compliantDevice"), clientAppTypes=["exchangeActiveSync", "other"])])),
    Row("no client types given", "???????", "Microsoft documents them as required",
        inputs([policy(clientAppTypes=[])])),
    Row("one platform only", "-------", "the thief has another",
        inputs([policy(platforms={"includePlatforms": ["windows"]})])),
    Row("one platform left out", "-------", "a browser can claim to be any platform",
        inputs([policy(platforms={"includePlatforms": ["all"], "excludePlatforms": ["linux"]})])),
    Row("every platform by name", "-------", "a platform that is not recognised is none of them",
        inputs([policy(platforms={"includePlatforms": PLATFORMS})])),
    Row("every platform by name, others blocked", "MMBMMMM", "what is not recognised is refused",
        inputs([policy("A", platforms={"includePlatforms": PLATFORMS}),
                policy("B", grant=BLOCK, platforms={"includePlatforms": ["all"], "excludePlatforms": PLATFORMS})])),
    Row("all platforms", "MMBMMMM", "also those not recognised",
        inputs([policy(platforms={"includePlatforms": ["all"]})])),
    Row("no particular flow", "MMBMMMM", "none means that there is no such condition",
        inputs([policy(authenticationFlows={"transferMethods": "none"})])),
    Row("device code blocked", "---B---", "the rest is open",
        inputs([policy(grant=BLOCK,
                       authenticationFlows={"transferMethods": "deviceCodeFlow,authenticationTransfer"})])),
    Row("MFA, and device code blocked", "MMBBMMM", "blocking is all that stops a code that is phished",
        inputs([policy(), policy("B", grant=BLOCK, authenticationFlows={"transferMethods": "deviceCodeFlow"})])),
    Row("MFA for device code only", "---M---", "an ordinary sign-in is not meant; legacy clients know no such flow",
        inputs([policy(authenticationFlows={"transferMethods": "deviceCodeFlow"})])),

    # ── Places ───────────────────────────────────────────────────────────────────────────────────────────────────────
    Row("except in trusted places", "MMBM-M-", "a thief is not there; who is there goes without MFA",
        inputs([policy(locations=where("All", exclude=("AllTrusted",)))])),
    Row("except in trusted places, none of them read", "MMBM-M-", "what they are does not matter",
        inputs([policy(locations=where("All", exclude=("AllTrusted",)))], locations=UNSET)),
    Row("except in the office, which is trusted", "MMBM-M-", "as above, by name",
        inputs([policy(locations=where("All", exclude=("office",)))], (office(),))),
    Row("except in a place not trusted", "----M--", "a thief may be there; the trusted places lie elsewhere",
        inputs([policy(locations=where("All", exclude=("office",)))], (office(trusted=False),))),
    Row("except in a place not read", "???????", "perhaps it is trusted",
        inputs([policy(locations=where("All", exclude=("office",)))], locations=UNSET)),
    Row("except in a place of an unknown sort", "???????", "perhaps the thief is there",
        inputs([policy(locations=where("All", exclude=("moon",)))], (MOON,))),
    Row("only in one place", "-------", "the thief is elsewhere",
        inputs([policy(locations=where("office"))], (office(trusted=False),))),
    Row("except at home", "-------", "a thief rents an address in any country",
        inputs([policy(locations=where("All", exclude=("home",)))], (countries("US"),))),
    Row("other countries blocked", "-------", "from this country the password is enough",
        inputs([policy(grant=BLOCK, locations=where("All", exclude=("home",)))], (countries("US"),))),
    Row("other countries blocked, MFA at home", "MMBMMMM", "all places together",
        inputs([policy("A", grant=BLOCK, locations=where("All", exclude=("home",))),
                policy("B", locations=where("home"))], (countries("US"),))),
    Row("two exceptions that overlap", "----M--", "an address of the lab may lie in the other country",
        inputs([policy("A", locations=where("All", exclude=("home",))),
                policy("B", locations=where("All", exclude=("lab",)))],
               (countries("US"), office(trusted=False, key="lab")))),
    Row("two exceptions that exclude each other", "MMBMMMM", "no address is in two countries",
        inputs([policy("A", locations=where("All", exclude=("home",))),
                policy("B", locations=where("All", exclude=("away",)))],
               (countries("US"), countries("CA", key="away")))),
    Row("an exception within a trusted range", "MMBM-M-", "who is in the lab is in the office, where no thief is",
        inputs([policy(locations=where("All", exclude=("lab",)))],
               (office(ranges=("192.0.0.0/16",)), office(trusted=False, key="lab")))),
    Row("unknown countries blocked, all others MFA", "MMBMMMM", "where an address belongs nowhere, it is refused",
        inputs([policy("A", locations=where("All", exclude=("nowhere",))),
                policy("B", grant=BLOCK, locations=where("nowhere"))],
               (countries(key="nowhere", unknown=True),))),
    Row("only in trusted places", "----M--", "a thief is not asked", inputs([policy(locations=where("AllTrusted"))])),

    # ── Devices and risk ─────────────────────────────────────────────────────────────────────────────────────────────
    Row("managed devices left out by a filter", "MMBMM??", "an unknown device has no attribute, so it is not left out",
        inputs([policy(devices=devices("exclude",
                                       'device.isCompliant -eq True -or device.trustType -eq "ServerAD"'))])),
    Row("devices chosen by a filter", "-----?-", "an unknown device matches no positive rule",
        inputs([policy(devices=devices("include", 'device.extensionAttribute1 -eq "PAW"'))])),
    Row("devices chosen by a negative filter", "MMBMM??", "an unknown device is not a compliant one",
        inputs([policy(devices=devices("include", "device.isCompliant -ne True"))])),
    Row("devices left out by a negative filter", "-----?-", "and so it is left out here",
        inputs([policy(devices=devices("exclude", 'device.extensionAttribute1 -ne "PAW"'))])),
    Row("a filter that mixes both", "???????", "not judged here",
        inputs([policy(devices=devices("exclude", 'device.model -ne "X" -and device.isCompliant -eq True'))])),
    Row("high sign-in risk only", "-------", "a careful thief looks like no risk",
        inputs([policy(signInRiskLevels=["high"])])),
    Row("every sign-in risk", "MMBMMMM", "no risk is one of the levels",
        inputs([policy(signInRiskLevels=["high", "medium", "low", "none"])])),
    Row("people at risk blocked", "-------", "who is not known to be at risk gets in",
        inputs([policy(grant=BLOCK, userRiskLevels=["high"])])),
    Row("insiders at risk only", "-------", "a thief is no insider",
        inputs([policy(insiderRiskLevels="elevated,moderate")])),
    Row("risk blocked, otherwise MFA", "MMBMMMM", "a block on top weakens nothing",
        inputs([policy(), policy("B", grant=BLOCK, signInRiskLevels=["high"])])),
    Row("a condition that we do not know", "???????", "it may narrow the policy",
        inputs([policy(moonPhase={"include": ["full"]})])),
    Row("an unknown condition that does not matter", "MMBMMMM", "another policy is enough",
        inputs([policy("A"), policy("B", grant=strength("fido2"), moonPhase={"include": ["full"]})])),

    # ── Beside policies ──────────────────────────────────────────────────────────────────────────────────────────────
    Row("security defaults, for an administrator", "MMBMMMM", "asked at every sign-in, legacy clients refused",
        inputs([], security_defaults=True), ADMINISTRATOR),
    Row("security defaults, for a member", "??B????", "asked when Microsoft finds it necessary",
        inputs([], security_defaults=True)),
    Row("security defaults, roles not read", "???????", "perhaps an administrator, perhaps the synchronisation account",
        inputs([], security_defaults=True), person(roles=UNSET)),
    Row("security defaults, for directory synchronisation", "-------", "left out by Microsoft",
        inputs([], security_defaults=True), person(roles=frozenset({"d29b2b05-8046-44ba-8758-1e26182fcf32"}))),
    Row("security defaults not read", "???????", "they may be on", inputs([], security_defaults=UNSET)),
    Row("security defaults not read, but MFA for all", "MMBMMMM", "it does not depend on them",
        inputs([policy()], security_defaults=UNSET)),
    Row("per-user MFA enforced", "MMBM?M?", "trusted addresses may be let off, and nothing shows them",
        inputs([]), person(per_user_mfa="enforced")),
    Row("per-user MFA enabled", "MM-M?M-", "until somebody registers, legacy clients get in",
        inputs([]), person(per_user_mfa="enabled")),
    Row("per-user MFA not read", "???????", "it may be enforced", inputs([]), person(per_user_mfa=UNSET)),
    Row("policies not read", "???????", "there may be any", inputs(UNSET)),
    Row("policies not read to the end", "???????", "the rest may protect", inputs([], complete=False)),
    Row("not to the end, but MFA for all is there", "MMBMMMM", "more policies only add",
        inputs([policy()], complete=False)),
    Row("nothing read", "???????", "nothing is known", Inputs(), Subject()),
]
# fmt: on


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_each_constellation_gives_the_answers_of_the_table(row: Row) -> None:
    verdict = evaluate(row.given, row.who)
    assert "".join(LETTERS[verdict.scenarios[scenario].result] for scenario in COLUMNS) == row.expected, row.why


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_enforced_means_that_a_thief_finds_nothing_open(row: Row) -> None:
    any_app, _, legacy, code, _, _, whatever = row.expected
    verdict, thief = evaluate(row.given, row.who), {any_app, legacy, code}
    assert verdict.enforced is (False if "-" in thief else UNSET if "?" in thief else True)
    assert verdict.always is {"-": False, "?": UNSET}.get(whatever, True)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_an_answer_always_says_what_it_rests_on(row: Row) -> None:
    for answer in evaluate(row.given, row.who).scenarios.values():
        assert bool(answer.by) is (answer.result in {"blocked", "mfa", "phishing_resistant"})
        assert bool(answer.missing) is (answer.result == "unknown")


def test_the_table_is_long_enough_and_no_name_is_used_twice() -> None:
    assert len({row.name for row in TABLE}) == len(TABLE) >= 60


def test_mfa_is_not_what_only_claims_to_be() -> None:
    claims = strength("sms") | {}
    claims["authenticationStrength"]["requirementsSatisfied"] = "mfa"
    assert evaluate(inputs([policy(grant=claims)]), MEMBER).enforced is False
    assert evaluate(inputs([policy(grant=MFA)]), MEMBER).enforced is True
