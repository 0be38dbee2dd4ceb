"""The Exchange admin API: one address to which every cmdlet is posted; undocumented, and used by every tool.

Two grants are needed: the application permission Exchange.ManageAsApp and an Entra role such as Global Reader.
"""

from __future__ import annotations

from http import HTTPStatus

from auditor.errors import GapReason, ReadError
from connectors.door import Door, malformed
from connectors.microsoft_365.client import broken_off, listed
from connectors.microsoft_365.reads import EXCHANGE, EXCHANGE_SCOPE, encode
from connectors.microsoft_365.refusals import exchange_error
from connectors.microsoft_365.sign_in import Tokens
from connectors.microsoft_365.values import Wire

_SYSTEM_MAILBOX = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}"  # every tenant has it; it routes the request
_INCOMPLETE = "Run again. If it stays, report it: Exchange lists no more than this."


class Exchange:
    """Runs reading cmdlets of one tenant. Safe to use from many threads."""

    def __init__(self, door: Door, tokens: Tokens) -> None:
        """Take the door and the identity."""
        self._door = door
        self._tokens = tokens

    def run(self, cmdlet: str, **parameters: str | bool) -> tuple[list[Wire], ReadError | None]:
        """Return the rows of a cmdlet, and the error if they are not all.

        A link to a next page is followed, though it is disputed whether Exchange honours it; a warning, which is how
        Exchange says that it cut a listing short, makes it incomplete. Raises ``ReadError`` if nothing could be read.
        """
        tenant = self._tokens.tenant_id
        link: object = f"https://{EXCHANGE}/adminapi/beta/{tenant}/InvokeCommand"
        rows: list[Wire] = []
        seen: set[str] = set()
        cut = False
        while link:
            try:
                url = _unseen(self._door.follow(str(link), EXCHANGE), seen)
                page = self._page(url, tenant, cmdlet, parameters)
                entries = listed(page)
            except ReadError as error:
                if not seen:
                    raise
                return rows, broken_off(error)
            rows.extend(entries)
            seen.add(url)
            link = page.get("@odata.nextLink")
            cut = cut or bool(page.get("@adminapi.warnings"))
        complaint = f"Exchange says that it did not list everything for {cmdlet}."
        return rows, ReadError(GapReason.PARTIAL, complaint, _INCOMPLETE) if cut else None

    def _page(self, url: str, tenant: str, cmdlet: str, parameters: dict[str, str | bool]) -> Wire:
        answer = self._door.send(
            "POST",
            url,
            headers={
                "content-type": "application/json",
                "accept": "application/json",
                "x-responseformat": "json",
                "x-cmdletname": cmdlet,
                "x-anchormailbox": f"APP:{_SYSTEM_MAILBOX}@{tenant}",
            },
            body=encode({"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}),
            bearer=self._tokens.bearer(EXCHANGE_SCOPE),
        )
        if answer.status != HTTPStatus.OK:
            raise exchange_error(answer, cmdlet)
        if b"\x00" in answer.body:
            raise malformed("an answer of NUL bytes")
        return answer.json()


def _unseen(link: str, seen: set[str]) -> str:
    """Return a link that was not followed yet; raise ``ReadError`` for one that leads in a circle."""
    if link in seen:
        raise ReadError(GapReason.PARTIAL, "it leads back to a page it already gave.", _INCOMPLETE)
    return link
