"""Audits a practice organisation the way the command line does, with the clock and the patience of a test."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime

from auditor import engine
from auditor.cli.progress import Silent
from auditor.facts import Tier
from auditor.models import Report, Severity
from auditor.policy import load_packs
from auditor.ports import Connector, History
from connectors.google_workspace import Access as GoogleAccess
from connectors.google_workspace import GoogleConnector
from connectors.microsoft_365 import Access as MicrosoftAccess
from connectors.microsoft_365 import MicrosoftConnector
from connectors.patience import Patience
from connectors.practice.server import PracticeServer

TODAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
BRISK = Patience(budget=60, tries=3, throttled_tries=3, first_wait=0.001, longest_wait=0.002, timeout=2)
"""Gives up in milliseconds where a real audit would wait for minutes."""


def connectors(
    server: PracticeServer, stop: threading.Event, patience: Patience, today: datetime = TODAY
) -> Mapping[str, Connector]:
    """Return a connector for each cloud of the practice organisation."""
    organisation, credentials = server.organisation, server.credentials
    google = GoogleAccess(
        tenant="google",
        customer=organisation.google.customer_id,
        admin=organisation.google.admin,
        key=json.dumps(credentials.service_account()).encode(),
        security=True,
        shared_drives=True,
        endpoints=server.endpoints,
        patience=patience,
    )
    microsoft = MicrosoftAccess(
        tenant="microsoft",
        tenant_id=organisation.microsoft.tenant_id,
        client_id=credentials.microsoft_client_id,
        secret=credentials.microsoft_secret,
        items=True,
        break_glass=frozenset(organisation.microsoft.emergencies),
        endpoints=server.endpoints,
        patience=patience,
    )
    return {
        "google": GoogleConnector(google, stop=stop, now=lambda: today),
        "microsoft": MicrosoftConnector(microsoft, stop=stop, now=lambda: today),
    }


def audited(
    server: PracticeServer,
    *,
    patience: Patience = BRISK,
    stop: threading.Event | None = None,
    today: datetime = TODAY,
    history: History | None = None,
    tiers: Mapping[str, Tier] | None = None,
) -> Report:
    """Audit both clouds with the baseline pack and return the report."""
    stop = stop or threading.Event()
    plan = engine.Plan(
        organisation=server.organisation.name,
        connectors=connectors(server, stop, patience, today),
        policies=load_packs(("baseline",), {}),
        tiers=tiers or {},
        fail_on=Severity.LOW,
        threads=8,
    )
    return engine.audit(plan, audit_id="practice", clock=lambda: today, stop=stop, progress=Silent(), history=history)
