"""Which policy of the baseline pack has to find which kind of planted problem of the practice organisation."""

from __future__ import annotations

from types import MappingProxyType

POLICY_FOR: MappingProxyType[str, str] = MappingProxyType(
    {
        "not-enrolled": "account.mfa-registered",
        "not-registered": "account.mfa-registered",
        "admin-not-enrolled": "administrator.mfa-registered",
        "not-enforced": "account.mfa-enforced",
        "mfa-excluded": "account.mfa-enforced",
        "admin-weak-method": "administrator.no-telephone-factor",
        "stale-admin": "administrator.not-stale",
        "stale-guest": "guest.not-stale",
        "auto-forwarding": "mail.rule.no-external-forwarding",
        "forwarding-filter": "mail.rule.no-external-forwarding",
        "forwarding-rule": "mail.rule.no-external-forwarding",
        "mailbox-forwarding": "mail.rule.no-external-forwarding",
        "transport-rule": "mail.transport-rule.no-external-copies",
        "forwarding-address": "mail.forwarding-address.inside",
        "hiding-filter": "mail.rule.no-hiding",
        "hiding-rule": "mail.rule.no-hiding",
        "outside-delegate": "mail.grant.no-outside-delegate",
        "public-file": "share.not-open-to-anyone",
        "public-link": "share.not-open-to-anyone",
        "outside-share": "share.no-outside-writers",
        "contact-forwarding": "mail.rule.no-external-forwarding",
        "disabled-still-forwards": "mail.rule.no-external-forwarding",
        "mailbox-full-access": "mail.grant.no-full-access",
        "send-as-grant": "mail.grant.no-send-as",
        "calendar-shared-outside": "calendar.not-open-to-anyone",
        "smtp-auth-on": "mailbox.no-smtp-auth",
        "guest-admin": "guest.no-administrator",
        "pending-guest": "guest.not-pending",
        "admin-synchronised": "administrator.cloud-only",
        "eligible-admin-weak": "administrator.eligible-no-telephone-factor",
        "app-admin": "app.no-administrator",
        "risky-app-everyone": "app.no-risky-consent-for-everybody",
        "risky-app-permission": "app.no-risky-permission",
        "app-secret-old": "app.no-old-password",
        "user-consent-open": "settings.no-user-consent",
        "setting-telephone-factors": "settings.no-telephone-methods",
        "public-group": "group.not-public",
        "partner-direct-connect": "partner.no-direct-connect",
        "partner-automatic-consent": "partner.no-automatic-consent",
        "app-owned-by-leaver": "app.registration-owned-inside",
        "app-owned-by-guest": "app.identity-owned-inside",
        "group-owned-by-leaver": "group.owned-inside",
        "anonymous-links-site": "site.no-links-for-anyone",
        "teams-anyone-federation": "settings.teams-partners-listed",
        "teams-meeting-open": "meeting.strangers-wait",
        "ca-narrowed": "sign-in.mfa-policy-always-holds",
        "ca-report-only": "sign-in.mfa-policy-in-force",
        "imap-on": "mailbox.no-old-protocols",
        "audit-bypass": "mailbox.audited",
        "shared-mailbox-sign-in": "account.shared-mailbox-blocked",
        "remote-domain-forwarding": "mail.remote-domain.no-forwarding",
        "outbound-spam-forwarding": "mail.outbound-policy.no-forwarding",
        "setting-calendar-sharing": "settings.no-public-calendars",
        "admin-without-key": "administrator.has-key",
        "weak-password": "account.strong-password",
        "less-secure-apps": "account.no-less-secure-apps",
        "app-password": "account.no-app-passwords",
        "recovery-shared": "account.recovery-not-shared",
        "outside-reply-to": "mailbox.reply-to-inside",
        "outside-smtp-server": "mailbox.no-foreign-servers",
        "group-forwards-outside": "mail.group.no-outside-members",
        "group-open-to-join": "group.not-open-to-join",
        "group-readable-by-anyone": "group.not-readable-by-anyone",
        "risky-app": "app.no-risky-consent-of-people",
        "mfa-disabled-event": "event.second-factor-removed",
        "forwarding-event": "event.forwarding-outside",
        "delegation-event": "event.delegation-granted",
        "setting-imap": "settings.no-old-mail-protocols",
        "shared-drive-outside-member": "drive.no-outside-members",
        "shared-drive-no-organizer": "drive.has-manager",
        "shared-drive-public-item": "share.not-open-to-anyone",
        "public-calendar": "calendar.not-open-to-anyone",
        "open-alert": "event.alert-open",
        "no-spf": "mail-domain.spf",
        "spf-two-records": "mail-domain.spf",
        "spf-too-many-lookups": "mail-domain.spf",
        "no-dkim": "mail-domain.dkim",
        "weak-dmarc": "mail-domain.dmarc",
        "no-dmarc": "mail-domain.dmarc",
        "setting-2sv-not-enforced": "settings.mfa-required",
        "setting-auto-forwarding": "settings.no-auto-forwarding",
        "setting-mail-delegation": "settings.no-mail-delegation",
        "setting-external-sharing": "settings.outside-sharing",
        "setting-sharepoint-anyone": "settings.outside-sharing",
    }
)
"""Policy by kind of problem. What it finds in a cloud is exactly what is planted there of the kinds that it answers."""

STRICT_POLICY_FOR: MappingProxyType[str, str] = MappingProxyType(
    {
        "permanent-admin": "administrator.no-permanent-role",
        "role-without-approval": "role.activation-agreed",
        "role-without-mfa": "role.activation-takes-mfa",
        "role-for-long": "role.activation-short",
        "partner-mfa-trusted": "partner.trust-agreed",
        "may-forward": "account.may-not-forward",
        "role-untold": "role.activation-told",
    }
)
"""The same for kinds of problems that only the strict pack answers."""

CONSEQUENCES: MappingProxyType[str, str] = MappingProxyType(
    {
        "administrator.phishing-resistant": "administrators with nothing but a telephone, or without any second factor",
        "share.not-editable-by-anyone": "public files and links that let anyone write",
        "share.not-discoverable": "public files that can be found by searching",
        "settings.teams-no-private-accounts": "Teams, open to everybody, is open to private accounts too",
        "sign-in.mfa-policy-leaves-nobody-out": "the policy whose excluded group holds the treasurer",
    }
)
"""Policies that find something in the practice organisation which is no planted kind of its own, and what it is."""
