"""``/users``: default properties, ``$select``, sign-in activity."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5

from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.refusals import (
    denied_by_directory,
    denied_by_reports,
    not_found,
    not_premium,
)
from connectors.practice.organisation import Json, MicrosoftAccount
from connectors.practice.wire import Answer

USER_DEFAULTS = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
BUSINESS_PREMIUM = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"  # skuId of Microsoft 365 Business Premium
READS_USERS = frozenset({"User.Read.All", "Directory.Read.All"})
READS_REPORTS = frozenset({"AuditLog.Read.All"})
MOST_WITH_ACTIVITY = 500  # signInActivity comes from another store and caps the page, whatever $top asks


def moment(when: datetime | None) -> str | None:
    """Return a time as Graph writes it: UTC, whole seconds, ``Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if when else None


def immutable_id(account: MicrosoftAccount) -> str | None:
    """Return the id by which the organisation's own directory knows the account, ``None`` for one born in the cloud."""
    if not account.synchronised:
        return None
    return base64.b64encode(uuid5(NAMESPACE_OID, account.id).bytes).decode()


def user(account: MicrosoftAccount) -> Json:
    """Every property of ``user`` that the practice tenant knows. https://learn.microsoft.com/graph/api/resources/user."""
    given, _, family = account.display_name.partition(" ")
    return {
        "id": account.id,
        "userPrincipalName": account.address,
        "displayName": account.display_name,
        "givenName": given,
        "surname": family or None,
        "mail": account.mail,
        "jobTitle": account.job or None,
        "businessPhones": [],
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "accountEnabled": account.enabled,
        "userType": "Guest" if account.guest else "Member",
        "createdDateTime": moment(account.created),
        "lastPasswordChangeDateTime": moment(account.password_changed or account.created),
        "creationType": "Invitation" if account.guest else None,
        "externalUserState": ("PendingAcceptance" if account.pending else "Accepted") if account.guest else None,
        "assignedLicenses": [{"disabledPlans": [], "skuId": BUSINESS_PREMIUM}] if account.licensed else [],
        "mailNickname": account.address.partition("@")[0],
        "otherMails": [],
        "proxyAddresses": [f"SMTP:{account.mail}"] if account.mail else [],
        "onPremisesSyncEnabled": account.synchronised or None,
        "onPremisesImmutableId": immutable_id(account),
        "usageLocation": "US",
    }


def sign_in_activity(account: MicrosoftAccount) -> Json:
    """``signInActivity``; somebody who never signed in has all its fields null."""
    last = moment(account.last_sign_in)
    request_id = str(uuid5(NAMESPACE_OID, f"{account.id} {last}")) if last else None
    return {
        "lastSignInDateTime": last,
        "lastSignInRequestId": request_id,
        "lastNonInteractiveSignInDateTime": None,
        "lastNonInteractiveSignInRequestId": None,
        "lastSuccessfulSignInDateTime": last,
        "lastSuccessfulSignInRequestId": request_id,
    }


def _chosen(call: Call) -> tuple[list[str], bool] | Answer:
    """Return the properties to show and whether sign-in activity is among them, or the refusal of it."""
    example = {**user(next(iter(call.directory.accounts.values()))), "signInActivity": None}
    names = odata.selected(call.request, example)
    if names is None:
        return list(USER_DEFAULTS), False
    if "signInActivity" not in names:
        return names, False
    if not call.may(READS_REPORTS):
        return denied_by_reports(call.request, call.now, READS_REPORTS)
    if not call.premium:
        return not_premium(call.request, call.now)
    return (names if "id" in names else [*names, "id"]), True


def shown(account: MicrosoftAccount, names: list[str]) -> Json:
    """Return the properties of the account in this order."""
    whole = user(account)
    return {name: sign_in_activity(account) if name == "signInActivity" else whole[name] for name in names}


def _entity(call: Call, names: list[str]) -> str:
    return f"users({','.join(names)})" if "$select" in call.request.query else "users"


def users(call: Call) -> Answer:
    """``GET /users``: default properties unless selected, 100 to a page unless told, at most 999."""
    chosen = _chosen(call)
    if isinstance(chosen, Answer):
        return chosen
    names, with_activity = chosen
    size = odata.page_size(call.request, default=odata.DIRECTORY_PAGE, most=odata.DIRECTORY_MOST)
    rows = list(call.directory.accounts.values())
    if "$filter" in call.request.query:
        wanted = odata.predicate(call.request)
        rows = [row for row in rows if wanted(user(row))]
    return odata.listing(
        call.request,
        rows,
        lambda row: shown(row, names),
        entity=_entity(call, names),
        size=min(size, MOST_WITH_ACTIVITY) if with_activity else size,
    )


def one_user(call: Call) -> Answer:
    """``GET /users/{id | userPrincipalName}``."""
    if (account := call.directory.account(call.key)) is None:
        return not_found(call.request, call.now, call.key)
    chosen = _chosen(call)
    if isinstance(chosen, Answer):
        return chosen
    context = odata.context(call.request, f"{_entity(call, chosen[0])}/$entity")
    return Answer(200, {"@odata.context": context, **shown(account, chosen[0])})


OPERATIONS = (
    Operation("users", READS_USERS, denied_by_directory, users),
    Operation("users/{}", READS_USERS, denied_by_directory, one_user),
)
