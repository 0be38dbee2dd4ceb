"""Google's own warnings: stolen passwords, attacks by governments, the export of everything.

Source: Alert Center API, ``alerts.list``; there is no read-only scope for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Directory, Event, EventType, Read
from auditor.models import Target
from connectors.google_workspace.client import Call, Client, Wire
from connectors.google_workspace.scopes import ALERTS
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.values import address, moment, text

_TYPES: dict[str, EventType] = {
    "Leaked password": "leaked_password",
    "Government attack warning": "government_attack",
    "Customer takeout initiated": "data_export",
}
_STATUSES = {"NOT_STARTED": True, "IN_PROGRESS": True, "CLOSED": False}
_DAYS = 180


@dataclass(frozen=True, slots=True)
class AlertsCollector:
    """Reads the warnings of the last 180 days."""

    client: Client
    directory: Directory

    name = "alerts"
    kinds = ("event",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (Target("alerts", "Google's warnings"),)

    def read(self, targets: Sequence[Target]) -> Iterator[Event]:
        """Yield the warnings that somebody should look at. Raises ``ReadError``."""
        del targets  # there is only one
        start = self.client.wall() - timedelta(days=_DAYS)
        listing = self.client.alerts.alerts()
        request = listing.list(filter=f'createTime >= "{start:%Y-%m-%dT%H:%M:%SZ}"', pageSize=1000)
        for wire in self.client.pages(listing, Call(request, ADMINISTRATOR, ALERTS), "alerts"):
            event = parse_alert(wire, self.directory)
            if event is not None:
                yield event


def parse_alert(wire: Wire, directory: Directory) -> Event | None:
    """Return the event that an alert describes, or None for one of another kind. Raises ``ReadError``."""
    kind = text(wire.get("type"))
    if kind is UNSET or kind not in _TYPES:
        return None
    key, happened = text(wire.get("alertId")), moment(wire.get("createTime"))
    if key is UNSET or happened is UNSET:
        raise ReadError(GapReason.MALFORMED, "A warning came without id or time.", "Run again.")
    facts, state = wire.get("data"), wire.get("metadata")
    whom = address(facts.get("email")) if isinstance(facts, dict) else UNSET
    status = state.get("status") if isinstance(state, dict) else None
    owner = next((each.key for each in directory.accounts.values() if each.address == whom), None)
    is_open: Read[bool] = _STATUSES.get(status, UNSET) if isinstance(status, str) else UNSET
    return Event(
        tenant=directory.tenant.tenant,
        key=key,
        label=kind,
        owner=owner,
        type=_TYPES[kind],
        happened=happened,
        actor=None,
        object=whom,
        open=is_open,
    )
