"""What Google has written down: activities of the audit log, and alerts of the alert centre, as wire objects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from connectors.practice.campaign.vendor_ids import guid
from connectors.practice.organisation import GoogleAccount, GoogleTenant, Json

_LOGINS = 500  # people whose last sign-in is in the log; of more of them it would tell nothing new


def moment(when: datetime) -> str:
    """Return a moment as Google writes it, with milliseconds and in UTC."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def days_ago(rng: Random, today: datetime, least: int, most: int) -> datetime:
    """Return some moment between ``least`` and ``most`` days before ``today``."""
    return today - timedelta(days=rng.randrange(least, most), seconds=rng.randrange(1, 86_400))


def add_activity(
    rng: Random, tenant: GoogleTenant, when: datetime, account: GoogleAccount, application: str, event: Json
) -> str:
    """Write down what ``account`` did in ``application``; return the entry's ``uniqueQualifier``, a signed number."""
    qualifier = str(rng.randrange(-(2**62), 2**62))
    tenant.catalogue.activities.append(
        {
            "id": {"time": moment(when), "uniqueQualifier": qualifier, "applicationName": application},
            "actor": {"callerType": "USER", "email": account.address, "profileId": account.id},
            "ipAddress": f"203.0.113.{rng.randrange(1, 255)}",
            "events": [event],
        }
    )
    return qualifier


def event(kind: str, name: str, **values: str) -> Json:
    """Return an event with parameters that are plain texts."""
    parameters = [{"name": key, "value": value} for key, value in values.items()]
    return {"type": kind, "name": name} | ({"parameters": parameters} if parameters else {})


def authorisation(token: Json, name: str = "authorize") -> Json:
    """Return the event that lets an application in, or with ``revoke`` throws it out, as the ``token`` log has it."""
    parameters: list[Json] = [
        {"name": "client_id", "value": token["clientId"]},
        {"name": "app_name", "value": token["displayText"]},
        {"name": "client_type", "value": "WEB"},
        {"name": "scope", "multiValue": token["scopes"]},
    ]
    return {"type": "auth", "name": name, "parameters": parameters}


def add_alert(
    tenant: GoogleTenant, rng: Random, kind: str, source: str, when: datetime, facts: Json, status: str
) -> str:
    """Raise an alert in the alert centre; return its id. ``status`` is NOT_STARTED, IN_PROGRESS or CLOSED."""
    alert_id, at = guid(rng), moment(when)
    customer = tenant.customer_id.removeprefix("C")  # as the alert centre wants it in requests, too
    metadata = {"customerId": customer, "alertId": alert_id, "status": status, "severity": "HIGH", "updateTime": at}
    tenant.catalogue.alerts.append(
        {
            "customerId": customer,
            "alertId": alert_id,
            "createTime": at,
            "startTime": at,
            "updateTime": at,
            "type": kind,
            "source": source,
            "data": facts,
            "metadata": metadata,
        }
    )
    return alert_id


def furnish_log(rng: Random, tenant: GoogleTenant, today: datetime) -> None:
    """Write down what happens every day: sign-ins, applications that were let in, a new account."""
    active = [account for account in tenant.accounts if not account.suspended]
    for account in active[:_LOGINS]:
        if account.last_login is not None:
            login = event("login", "login_success", login_type="google_password")
            add_activity(rng, tenant, account.last_login, account, "login", login)
    for account in active:
        for token in account.security.tokens:
            add_activity(rng, tenant, days_ago(rng, today, 5, 170), account, "token", authorisation(token))
    administrator = next(account for account in active if account.address == tenant.admin)
    created = event("USER_SETTINGS", "CREATE_USER", USER_EMAIL=active[-1].address)
    add_activity(rng, tenant, days_ago(rng, today, 40, 60), administrator, "admin", created)


def log_sharing(rng: Random, tenant: GoogleTenant) -> None:
    """Write down when files were opened to anybody; the log of Drive tells of that, and of nothing that was private."""
    for account in tenant.accounts:
        for file in account.files:
            anyone = next((each for each in file.permissions if each.get("type") == "anyone"), None)
            if anyone is not None and not account.suspended:
                opened = event(
                    "acl_change",
                    "change_document_visibility",
                    doc_id=file.id,
                    doc_title=file.name,
                    owner=account.address,
                    visibility="public_on_the_web" if anyone.get("allowFileDiscovery") else "people_with_link",
                    old_visibility="private",
                )
                add_activity(rng, tenant, file.modified, account, "drive", opened)


def settle_log(tenant: GoogleTenant) -> None:
    """Put the newest entries first, as Google lists them."""
    tenant.catalogue.activities.sort(key=_when, reverse=True)
    tenant.catalogue.alerts.sort(key=lambda alert: str(alert["createTime"]), reverse=True)


def _when(activity: Json) -> str:
    identity = activity["id"]
    return str(identity["time"]) if isinstance(identity, dict) else ""
