"""How a cmdlet is declared, and what all have in common: parameters, ``Identity`` and ``ResultSize``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.practice.microsoft.directory import Directory
    from connectors.practice.organisation import Json

DEFAULT_SIZE = 1000
TRUNCATED = (
    f"By default, only the first {DEFAULT_SIZE} items are returned. Use the ResultSize parameter to specify the number "
    'of items returned. To return all items, specify "-ResultSize Unlimited".'
)
CUT = "There are more results available than are currently displayed. To view them, increase the value for ResultSize."
BINDING = "System.Management.Automation.ParameterBindingException"


class CmdletError(Exception):
    """A cmdlet that failed in Exchange; ``kind`` is the .NET exception behind it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """A cmdlet: ``rows`` gives everything that the parameters ask for, ``ResultSize`` apart.

    ``sized`` says that it knows ``ResultSize``, ``named`` that it cannot do without ``Identity``; ``parameters`` are
    the others that it knows besides these two. ``recipients`` says that it takes the role Mail Recipients.
    """

    name: str
    rows: Callable[[Directory, Json], Sequence[Json]]
    parameters: frozenset[str] = frozenset()
    sized: bool = True
    named: bool = False
    recipients: bool = False


def run(cmdlet: Cmdlet, directory: Directory, given: Json) -> tuple[list[Json], list[str]]:
    """Return the rows and the warnings; raises ``CmdletError``.

    A ``PageSize`` of zero, which Exchange takes without complaint, gives no rows.
    """
    known = cmdlet.parameters | {"Identity", *(("ResultSize", "PageSize") if cmdlet.sized else ())}
    if unknown := given.keys() - known:
        raise CmdletError(BINDING, f"A parameter cannot be found that matches parameter name '{min(unknown)}'.")
    if cmdlet.named and not given.get("Identity"):
        message = "Cannot process command because of one or more missing mandatory parameters: Identity."
        raise CmdletError(BINDING, message)
    found = cmdlet.rows(directory, given)
    if str(given.get("PageSize")) == "0":
        return [], []
    size = _result_size(given.get("ResultSize")) if cmdlet.sized else None
    if size is None or len(found) <= size:
        return list(found), []
    return list(found[:size]), [CUT if "ResultSize" in given else TRUNCATED]


def _result_size(value: object) -> int | None:
    """``ResultSize`` in rows, ``None`` for Unlimited; raises ``CmdletError`` for anything else."""
    if value is None:
        return DEFAULT_SIZE
    text = str(value)
    if text.lower() == "unlimited":
        return None
    if text.isdecimal():
        return int(text)
    message = f'Cannot convert value "{text}" to type "Microsoft.Exchange.Data.Unlimited`1[System.UInt32]".'
    raise CmdletError(BINDING, message)


def not_found(key: str) -> CmdletError:
    """Return the error for an object that is not there."""
    message = f"The operation couldn't be performed because object '{key}' couldn't be found."
    return CmdletError("Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException", message)


def one_of(rows: Sequence[Json], given: Json) -> Sequence[Json]:
    """Return the rows that ``Identity`` names by Identity, Name, Guid or DomainName; all without it."""
    if not (wanted := str(given.get("Identity") or "").casefold()):
        return rows
    names = ("Identity", "Name", "Guid", "DomainName")
    if not (found := [row for row in rows if wanted in {str(row.get(name)).casefold() for name in names}]):
        raise not_found(str(given["Identity"]))
    return found
