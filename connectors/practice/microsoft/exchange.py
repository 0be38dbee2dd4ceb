"""``outlook.office365.com``: the Exchange admin API, one address to which every cmdlet is posted.

Undocumented and used by everybody. The ways in which it misleads are practised here: a 403 whose body is NUL bytes, an
error message that is always "Invalid Operation", an enum value that matches nothing and gives 200 without rows, a
listing that stops at 1,000 rows with no more than a warning, and a link to a next page that leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.practice.microsoft import exchange_settings, mailboxes, recipients
from connectors.practice.microsoft.cmdlets import Cmdlet, CmdletError, run
from connectors.practice.microsoft.odata import token_for
from connectors.practice.microsoft.tokens import EXCHANGE_ROLE, Mint, TokenError
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from connectors.practice.microsoft.directory import Directory
    from connectors.practice.organisation import Json
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Request, Service

NUL_BODY = b"\x00" * 64
PAGE_PREFERRED = re.compile(r"odata\.maxpagesize=(\d+)")
CMDLETS: dict[str, Cmdlet] = {
    cmdlet.name.lower(): cmdlet for cmdlet in (*mailboxes.CMDLETS, *recipients.CMDLETS, *exchange_settings.CMDLETS)
}
EXPIRED_PAGE = CmdletError(
    "Microsoft.Exchange.Admin.OData.Core.ODataServiceException", "Expired or Invalid pagination request"
)


def service(
    directory: Directory, permissions: Callable[[], Permissions], mint: Mint, now: Callable[[], datetime]
) -> Service:
    """Return the admin API of one tenant."""

    def answer(request: Request) -> Answer:
        granted = permissions()
        try:
            held = mint.roles(request, f"https://{request.host}", now()) & granted.microsoft_roles
        except TokenError:
            return _unauthorized()
        if EXCHANGE_ROLE not in held:
            return _unauthorized()
        if not granted.exchange_role:
            return Answer(403, NUL_BODY, {"Content-Type": "application/json"})
        address = f"/adminapi/beta/{directory.tenant.tenant_id}/InvokeCommand"
        if request.method != "POST" or request.path.lower() != address.lower():
            return Answer(404, {"error": {"code": "NotFound", "message": "Resource not found."}})
        return invoke(request, directory, granted)

    return answer


def invoke(request: Request, directory: Directory, granted: Permissions) -> Answer:
    """Run the cmdlet that the body names; whatever does not begin with ``Get-`` is refused as a write."""
    asked = request.json().get("CmdletInput")
    command = asked if isinstance(asked, dict) else {}
    name, given = str(command.get("CmdletName", "")), command.get("Parameters")
    if not name.lower().startswith("get-"):
        error = {"code": "MethodNotAllowed", "message": f"The practice organisation is read-only: {name} was refused."}
        return Answer(405, {"error": error})
    try:
        if "$skiptoken" in request.query:
            # The token names one server among thousands; whoever follows the link reaches another.
            raise EXPIRED_PAGE
        rows, warnings = run(find(name, granted), directory, given if isinstance(given, dict) else {})
    except CmdletError as error:
        return invalid_operation(error)
    body: Json = {"@adminapi.warnings@odata.type": "#Collection(String)", "@adminapi.warnings": warnings}
    preferred = PAGE_PREFERRED.search(request.headers.get("prefer", ""))
    if preferred and len(rows) > (size := int(preferred[1])):
        body["@odata.nextLink"] = f"{request.base}{request.path}?$skiptoken={token_for(size)}"
        rows = rows[:size]
    return Answer(200, body | {"value": rows})


def find(name: str, granted: Permissions) -> Cmdlet:
    """Return the cmdlet; raises ``CmdletError`` for one that there is not, or not for somebody with these roles."""
    cmdlet = CMDLETS.get(name.lower())
    if cmdlet is None or (cmdlet.recipients and not granted.exchange_recipients):
        message = f"The term '{name}' is not recognized as the name of a cmdlet."
        raise CmdletError("System.Management.Automation.CommandNotFoundException", message)
    return cmdlet


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
