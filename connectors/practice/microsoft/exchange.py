"""``outlook.office365.com``: the Exchange admin API, one address to which every cmdlet is posted.

Undocumented and used by everybody. Four ways in which it misleads are practised here: a 403 whose body is NUL bytes, an
error message that is always "Invalid Operation", an enum value that matches nothing and gives 200 without rows, and a
listing that stops at 1,000 rows with no more than a warning.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.practice.microsoft.tokens import EXCHANGE, EXCHANGE_ROLE, Mint, TokenError
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from connectors.practice.microsoft.directory import Directory
    from connectors.practice.organisation import Json, MicrosoftAccount
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Request, Service

HOST = "outlook.office365.com"
DEFAULT_SIZE = 1000
NUL_BODY = b"\x00" * 64
TRUNCATED = (
    f"By default, only the first {DEFAULT_SIZE} items are returned. Use the ResultSize parameter to specify the number "
    'of items returned. To return all items, specify "-ResultSize Unlimited".'
)
MAILBOX_PARAMETERS = {"ResultSize", "RecipientTypeDetails"}


class CmdletError(Exception):
    """A cmdlet that failed in Exchange; ``kind`` is the .NET exception behind it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def service(
    directory: Directory, permissions: Callable[[], Permissions], mint: Mint, now: Callable[[], datetime]
) -> Service:
    """Return the admin API of one tenant."""

    def answer(request: Request) -> Answer:
        granted = permissions()
        try:
            held = mint.roles(request, EXCHANGE, now()) & granted.microsoft_roles
        except TokenError:
            return _unauthorized()
        if EXCHANGE_ROLE not in held:
            return _unauthorized()
        if not granted.exchange_role:
            return Answer(403, NUL_BODY, {"Content-Type": "application/json"})
        address = f"/adminapi/beta/{directory.tenant.tenant_id}/InvokeCommand"
        if request.method != "POST" or request.path.lower() != address.lower():
            return Answer(404, {"error": {"code": "NotFound", "message": "Resource not found."}})
        return invoke(request, directory)

    return answer


def invoke(request: Request, directory: Directory) -> Answer:
    """Run the cmdlet that the body names; whatever does not begin with ``Get-`` is refused as a write."""
    asked = request.json().get("CmdletInput")
    command = asked if isinstance(asked, dict) else {}
    name, given = str(command.get("CmdletName", "")), command.get("Parameters")
    parameters: Json = given if isinstance(given, dict) else {}
    if not name.lower().startswith("get-"):
        error = {"code": "MethodNotAllowed", "message": f"The practice organisation is read-only: {name} was refused."}
        return Answer(405, {"error": error})
    try:
        rows, warnings = run(name, parameters, directory)
    except CmdletError as error:
        return invalid_operation(error)
    body = {"@adminapi.warnings@odata.type": "#Collection(String)", "@adminapi.warnings": warnings, "value": rows}
    return Answer(200, body)


def run(name: str, parameters: Json, directory: Directory) -> tuple[list[Json], list[str]]:
    """Return the rows and the warnings of a cmdlet; raises ``CmdletError`` for one that is not practised."""
    match name.lower():
        case "get-mailbox":
            return mailboxes(directory, parameters)
        case "get-transportrule":
            return list(directory.tenant.transport_rules), []
        case _:
            message = f"The term '{name}' is not recognized as the name of a cmdlet."
            raise CmdletError("System.Management.Automation.CommandNotFoundException", message)


def mailboxes(directory: Directory, parameters: Json) -> tuple[list[Json], list[str]]:
    """``Get-Mailbox``: rows and warnings; raises ``CmdletError`` for a parameter it does not know."""
    if unknown := parameters.keys() - MAILBOX_PARAMETERS:
        message = f"A parameter cannot be found that matches parameter name '{min(unknown)}'."
        raise CmdletError("System.Management.Automation.ParameterBindingException", message)
    wanted = parameters.get("RecipientTypeDetails")
    kinds = {str(kind).lower() for kind in (wanted if isinstance(wanted, list) else [wanted])} if wanted else None
    found = [
        account
        for account in directory.accounts.values()
        if account.mailbox and (kinds is None or account.mailbox.recipient_type.lower() in kinds)
    ]
    size = result_size(parameters.get("ResultSize"))
    cut = size is not None and len(found) > size
    return [mailbox(account) for account in found[:size]], [TRUNCATED] if cut else []


def result_size(value: object) -> int | None:
    """``ResultSize`` in rows, ``None`` for Unlimited; raises ``CmdletError`` for anything else."""
    if value is None:
        return DEFAULT_SIZE
    text = str(value)
    if text.lower() == "unlimited":
        return None
    if text.isdecimal():
        return int(text)
    message = f'Cannot convert value "{text}" to type "Microsoft.Exchange.Data.Unlimited`1[System.UInt32]".'
    raise CmdletError("System.Management.Automation.ParameterBindingException", message)


def mailbox(account: MicrosoftAccount) -> Json:
    """Return a row of ``Get-Mailbox``: booleans are booleans here, quotas are sentences."""
    box = account.mailbox
    if box is None:
        raise ValueError(f"{account.id} has no mailbox")
    address = account.mail or account.address
    return {
        "UserPrincipalName": account.address,
        "DisplayName": account.display_name,
        "PrimarySmtpAddress": address,
        "RecipientTypeDetails": box.recipient_type,
        "ExchangeGuid": box.exchange_guid,
        "ExternalDirectoryObjectId": account.id,
        "LitigationHoldEnabled": False,
        "RetentionHoldEnabled": False,
        "InPlaceHolds": [],
        "ArchiveStatus": "None",
        "SingleItemRecoveryEnabled": True,
        "ForwardingAddress": box.forwarding_address,
        "ForwardingSmtpAddress": box.forwarding_smtp_address,
        "DeliverToMailboxAndForward": box.deliver_and_forward,
        "HiddenFromAddressListsEnabled": False,
        "AuditEnabled": True,
        "AuditLogAgeLimit": "90.00:00:00",
        "IsMailboxEnabled": True,
        "AccountDisabled": not account.enabled,
        "GrantSendOnBehalfTo": [],
        "ProhibitSendQuota": "49.5 GB (53,150,220,288 bytes)",
        "IsDirSynced": False,
        "IsShared": box.recipient_type == "SharedMailbox",
        "IsResource": False,
        "IsInactiveMailbox": False,
        "EmailAddresses": [f"SMTP:{address}"],
        "Identity": account.id,
    }


def invalid_operation(error: CmdletError) -> Answer:
    """Return the 400 of a failed cmdlet: what happened stands only in the details and the inner exception."""
    cause = {"message": str(error), "type": error.kind, "stacktrace": ""}
    body = {
        "error": {
            "code": "BadRequest",
            "message": "Invalid Operation",
            "details": [{"code": "Context", "target": "", "message": f"|{error.kind}|{error}"}],
            "innererror": {
                "message": "Error executing cmdlet",
                "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                "stacktrace": "",
                "internalexception": cause,
            },
        }
    }
    return Answer(400, body)


def _unauthorized() -> Answer:
    """Return a 401 without a body: the reason is in the header alone."""
    challenge = 'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", error="invalid_token"'
    return Answer(401, None, {"WWW-Authenticate": challenge})
