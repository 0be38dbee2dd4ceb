"""The story of the campaign: who was broken into, who left a door open, and more of it as the campaign grows.

How each kind is mended in later weeks stands in ``google_repairs`` and ``microsoft_repairs``.

Kinds of problems, all objects of a kind being listed. ``object_id`` is the vendor's id of what carries the problem.

=================== ========= ================================================= ==========================
kind                cloud     meaning                                           ``object_id``
=================== ========= ================================================= ==========================
not-enrolled        Google    active person without 2-Step Verification         account
admin-not-enrolled  Google    the same of an administrator (listed twice)       account
not-enforced        Google    active person of a unit without enforcement       account
stale-admin         both      administrator not signed in for over 90 days      account
auto-forwarding     Google    whole mailbox forwarded outside                   outside address
forwarding-address  Google    outside forwarding address, verified              outside address
forwarding-filter   Google    filter forwards outside                           filter
hiding-filter       Google    filter deletes or hides warnings and money mail   filter
outside-delegate    Google    delegate outside                                  outside address
public-file         Google    file open to anybody, not in the trash            file
outside-share       both      file or folder that a stranger or guest may edit  file, drive item
not-registered      Microsoft enabled member without a second factor            account
mfa-excluded        Microsoft enabled member whom the MFA policy leaves out     account
admin-weak-method   Microsoft administrator with nothing but a telephone        account
stale-guest         Microsoft guest not signed in for over 180 days             account
forwarding-rule     Microsoft inbox rule in force that sends mail outside       rule
hiding-rule         Microsoft inbox rule in force that hides mail               rule
mailbox-forwarding  Microsoft mailbox forwarded outside by an administrator     mailbox (ExchangeGuid)
transport-rule      Microsoft mail flow rule in force that sends mail outside   rule (Guid)
public-link         Microsoft link that opens for anybody                       drive item
setting-*           both      a weak setting, where it is set                   organisational unit; tenant
=================== ========= ================================================= ==========================

Further kinds of the Google Workspace customer (``google_further_problems``). What is a property of an account or of its
mailbox is known by the account's id, whatever the fact is called. Those marked * are there from 200 accounts on.

=========================== ================================================================== ========================
kind                        meaning                                                            ``object_id``
=========================== ================================================================== ========================
outside-reply-to            answers go to an address outside (sendAs.replyToAddress)           account
outside-smtp-server         sends as an outside address through somebody else's server         account
imap-on                     administrator's mailbox with IMAP on, in a unit that allows it     account
setting-imap                unit that allows IMAP                                              organisational unit
weak-password               active, password_strength WEAK in the usage report                 account
less-secure-apps            active, may sign programs in with the password alone               account
app-password                active, has an application password (asps.list)                    account
admin-without-key           active administrator, also through a group, without any key or     account
                            passkey; whoever is not enrolled is among them
admin-single-sign-on        active administrator, not a super one, whom another provider may   account
                            sign in
recovery-shared             recovery telephone or address that another account has as well     account, each of them
risky-app                   active account let in an application that sees all mail or files   clientId
group-forwards-outside      outside member (or outside list) while anybody may post            group
group-open-to-join          anybody at all may join                                            group
group-readable-by-anyone    anybody at all may read                                            group
mfa-disabled-event          2-Step Verification switched off in the last 180 days              uniqueQualifier
forwarding-event            forwarding to the outside switched on in the last 180 days         uniqueQualifier
delegation-event            domain-wide delegation given to a client that is not the auditor   uniqueQualifier
open-alert                  alert in the alert centre that is not CLOSED                       alertId
shared-drive-outside-member shared drive with a member outside                                 shared drive
shared-drive-no-organizer   shared drive that nobody may manage: no organizer, no group either shared drive
shared-drive-public-item    item of a shared drive open to anybody, not in the trash           file
public-calendar             calendar whose events anybody may read (more than free or busy)    calendar
no-spf                      domain without an SPF record                                       domain
weak-dmarc                  domain whose DMARC record asks for nothing (p=none)                domain
no-dkim                     selector without a key, or with one that was taken back (p=)       domain
spf-two-records *           domain with two SPF records, which count as none                   domain
spf-too-many-lookups *      Entra tenant's domain whose SPF record needs an eleventh lookup    domain
no-dmarc *                  domain without a DMARC record, also above it                       domain
=========================== ================================================================== ========================

Further kinds of the Entra tenant (``microsoft_mail_problems``, ``microsoft_entra_problems``). "Mailbox" is its
ExchangeGuid, "grant" is ``ExchangeGuid/trustee`` with the trustee as on the wire. Those marked * are there from 100
accounts on.

======================== ================================================================ =========================
kind                     meaning                                                          ``object_id``
======================== ================================================================ =========================
mailbox-full-access      a colleague opens somebody's own mailbox                         grant
send-as-grant            a colleague sends in somebody's name                             grant
calendar-shared-outside  calendar published to anybody with more than free and busy       mailbox
smtp-auth-on             SMTP with a password is on for the mailbox, off for all others   mailbox
imap-on *                IMAP and POP are on                                              mailbox
shared-mailbox-sign-in   shared mailbox whose account is enabled                          account
audit-bypass *           what the account does in mailboxes is not logged                 mailbox
contact-forwarding *     mailbox forwarded to a contact whose address is outside          mailbox
disabled-still-forwards* mailbox of a disabled account forwarded outside; listed as       mailbox
                         mailbox-forwarding too
remote-domain-forwarding automatic forwarding allowed to every domain                     remote domain (Guid)
outbound-spam-forwarding policy in force by an enabled rule, with forwarding On           outbound policy (Guid)
setting-calendar-sharing sharing policy that lets anybody see calendars                   tenant
guest-admin              guest who holds a directory role                                 account
admin-synchronised       administrator copied from a directory of the organisation's own  account
eligible-admin-weak *    may activate a role, with nothing but a telephone registered     account
pending-guest *          invitation open for over 30 days (from 250 accounts on)          account
app-admin                application that holds a directory role                          service principal (id)
risky-app-everyone       application that may read mail and files of everybody by         service principal (id)
                         consent for all (AllPrincipals)
risky-app-permission *   application that may read all mail in its own name               service principal (id)
app-secret-old           secret in force that was made over two years ago                 application (object id)
user-consent-open        people may allow any application anything (legacy policy)        tenant
setting-telephone-factors text messages are a sign-in method                              tenant
public-group             Microsoft 365 group that anybody inside may read and join        group
ca-narrowed              policy in force that asks everybody for MFA, in some places only policy
ca-report-only           policy that would ask for MFA and only reports                   policy
teams-meeting-callers    meeting policy by which callers by telephone skip the lobby      meeting policy
teams-meeting-control    meeting policy by which strangers may take control               meeting policy
teams-meeting-presenters meeting policy by which everybody presents                       meeting policy
break-glass-locked-out   account for emergencies that a policy could refuse               account
break-glass-untried      account for emergencies that was not used for half a year        account
break-glass-missing      account for emergencies that only the configuration knows        tenant
app-owned-by-leaver      registered application with an owner whose account is blocked    application (object id)
app-owned-by-guest       application that acts in its own name and is owned by a guest    service principal (id)
group-owned-by-leaver    Microsoft 365 group with an owner whose account is blocked       group
partner-direct-connect   partner whose people come in without being guests, but for some  partner's tenant id
partner-automatic-consent partner whose people become guests without being asked          partner's tenant id
anonymous-links-site     site with links that open for anybody, as the usage report has   site (whole Graph id)
                         it
======================== ================================================================ =========================

What only the strict pack asks for (``microsoft_roles``). "Role" is the template id of a directory role.

======================== ================================================================ =========================
kind                     meaning                                                          ``object_id``
======================== ================================================================ =========================
permanent-admin          holds a role that can take over the tenant, without an end       account
partner-mfa-trusted      partner whose second factor counts here                          partner's tenant id
may-forward              an outbound policy lets the person forward mail automatically    account
role-without-approval    nobody has to agree to its activation                            role
role-without-mfa         activating it takes no second factor                             role
role-for-long            activated for more than eight hours                              role
role-untold              nobody who was chosen for it hears of its activation             role
======================== ================================================================ =========================
"""

from __future__ import annotations

from connectors.practice.campaign import google_problems as google
from connectors.practice.campaign import microsoft_problems as microsoft
from connectors.practice.campaign.roster import SMALLEST
from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.organisation import GoogleAccount, MicrosoftAccount

_PEOPLE_PER_FURTHER_PROBLEM = 125


def plant_problems(scene: Scene) -> None:
    """Put the problems into the organisation; how many grows slowly with the number of accounts."""
    _candidate_is_read(scene)
    _treasurer_is_outside_mfa(scene)
    _donor_list_is_open(scene)
    _consultant_never_left(scene)
    _administrators_are_careless(scene)
    google.settings_and_enforcement(scene)
    _settings_of_the_tenant(scene)
    for fits, plant in google.COMMON:
        plant(scene, scene.google(fits))
    for fits_microsoft, plant_microsoft in microsoft.COMMON:
        plant_microsoft(scene, scene.microsoft(fits_microsoft))
    for variant in range(1, len(microsoft.FORWARDING_ACTIONS)):
        microsoft.forwarding_rule(scene, scene.microsoft(microsoft.has_working_mailbox), variant)
    for variant in range(1, microsoft.HIDING_VARIANTS - 1):
        microsoft.hiding_rule(scene, scene.microsoft(microsoft.has_working_mailbox), variant)
    for _ in range((len(scene.organisation.google.accounts) - SMALLEST) // _PEOPLE_PER_FURTHER_PROBLEM):
        _one_more(scene)


def _candidate_is_read(scene: Scene) -> None:
    candidate = scene.google_account("Candidate")
    google.forwarding_filter(scene, candidate)
    google.hiding_filter(scene, candidate)


def _treasurer_is_outside_mfa(scene: Scene) -> None:
    exceptions = scene.organisation.microsoft.groups[0]
    microsoft.excluded_from_mfa(scene, scene.microsoft_account("Treasurer"), exceptions)


def _donor_list_is_open(scene: Scene) -> None:
    google.public_file(scene, scene.google_account("Finance assistant"), "Donors 2026, all counties")
    finance = next(site for site in scene.organisation.microsoft.sites if site.name == "Finance")
    microsoft.public_link(scene, finance.drives[0], "", "Donor pledges by county.xlsx", edit=True)


def _consultant_never_left(scene: Scene) -> None:
    consultant = scene.microsoft_account("Consultant")
    microsoft.stale_guest(scene, consultant)
    microsoft.guest_share(scene, scene.microsoft_account("Campaign manager"), consultant)


def _administrators_are_careless(scene: Scene) -> None:
    first = scene.organisation.google.admin

    def of_google(account: GoogleAccount) -> bool:
        return google.is_administrator(account) and account.address != first

    def of_microsoft(account: MicrosoftAccount) -> bool:
        return bool(account.role_template_ids) and account.address != first

    google.not_enrolled(scene, scene.google(of_google))
    google.stale_admin(scene, scene.google(of_google))
    microsoft.admin_weak_method(scene, scene.microsoft(of_microsoft))
    microsoft.stale_admin(scene, scene.microsoft(of_microsoft))


def _settings_of_the_tenant(scene: Scene) -> None:
    tenant = scene.organisation.microsoft
    scene.problem("setting-sharepoint-anyone", MICROSOFT, "", tenant.tenant_id, "sharingCapability of the tenant")
    microsoft.transport_rule_outside(scene)


def _one_more(scene: Scene) -> None:
    number = scene.rng.randrange(len(google.COMMON) + len(microsoft.COMMON))
    if number < len(google.COMMON):
        fits, plant = google.COMMON[number]
        plant(scene, scene.google(fits))
    else:
        fits_microsoft, plant_microsoft = microsoft.COMMON[number - len(google.COMMON)]
        plant_microsoft(scene, scene.microsoft(fits_microsoft))
