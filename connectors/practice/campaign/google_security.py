"""What protects the Google accounts and what they have let in, as it should be: keys, licences, harmless apps."""

from __future__ import annotations

from random import Random

from connectors.practice.campaign.vendor_ids import alphanumeric, digits
from connectors.practice.organisation import GoogleAccount, GoogleTenant, Json

SCOPE = "https://www.googleapis.com/auth/"
IDENTITY = ["openid", SCOPE + "userinfo.email", SCOPE + "userinfo.profile"]
ENTERPRISE, STANDARD, STARTER = "1010020020", "1010020028", "1010020027"  # skuIds of the product Google-Apps

_APPS = ("Canvass Map", "Ride Share Board", "Yard Sign Tracker", "Poll Watcher Training", "Event Badge")
_SKUS = {"/Leadership": ENTERPRISE, "/Staff/IT": ENTERPRISE, "/Volunteers": STARTER, "/Field": STARTER}


def is_administrator(account: GoogleAccount) -> bool:
    """Return whether the account holds any administrator role, directly or through a group."""
    return account.is_super_admin or bool(account.role_ids or account.group_role_ids)


def add_token(rng: Random, account: GoogleAccount, name: str, scopes: list[str]) -> Json:
    """Let an application nobody else uses into the account; return the grant."""
    client = f"{digits(rng, 12)}-{alphanumeric(rng, 32)}.apps.googleusercontent.com"
    return _add(account, client, name, scopes)


def furnish_security(rng: Random, tenant: GoogleTenant) -> None:
    """Give administrators two keys or passkeys, others one here and there, and all harmless apps and a licence."""
    clients = {name: f"{digits(rng, 12)}.apps.googleusercontent.com" for name in _APPS}
    addresses: set[str] = set()
    for number, account in enumerate(tenant.accounts):
        security = account.security
        security.sku = _SKUS.get(account.unit, STANDARD)
        if account.enrolled_in_2sv:
            security.security_keys = 2 if account.is_super_admin or account.role_ids else rng.choice((0, 0, 0, 1))
            # Two passkeys are as good as two keys.
            security.passkeys = 2 if account.group_role_ids else rng.choice((0, 0, 1))
        if rng.randrange(3) == 0:
            name = rng.choice(_APPS)
            _add(account, clients[name], name, IDENTITY)
        if account.recovery_phone:
            account.recovery_phone = f"+1505555{number:05}"
        if account.recovery_email in addresses:
            account.recovery_email = f"n{number}.{account.recovery_email}"
        addresses.add(account.recovery_email or "")


def _add(account: GoogleAccount, client: str, name: str, scopes: list[str]) -> Json:
    token: Json = {
        "clientId": client,
        "displayText": name,
        "anonymous": False,
        "nativeApp": False,
        "scopes": list(scopes),
    }
    account.security.tokens.append(token)
    return token
