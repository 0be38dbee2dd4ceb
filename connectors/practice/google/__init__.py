"""Google Workspace as the practice server speaks it: signing in, and every API that an audit reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.google import cloud
from connectors.practice.google.gate import gated
from connectors.practice.google.meter import Meter
from connectors.practice.google.people import People
from connectors.practice.google.routes import apis
from connectors.practice.google.tokens import TokenOffice

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connectors.practice.credentials import Credentials
    from connectors.practice.google.tokens import Caller
    from connectors.practice.organisation import Organisation
    from connectors.practice.permissions import Permissions
    from connectors.practice.quotas import Quotas
    from connectors.practice.wire import Request, Service

__all__ = ["service"]


def service(
    organisation: Organisation,
    credentials: Credentials,
    permissions: Callable[[], Permissions],
    serve: Service,
    clock: Callable[[], datetime],
    quotas: Callable[[], Quotas | None] = lambda: None,
) -> dict[str, Service]:
    """Return the service behind each of Google's host names.

    ``permissions`` gives what is granted at the moment of a call, ``serve`` answers parts of batches (through the
    server, so that faults strike and counts count), ``clock`` gives the time, aware, by which tokens expire, ``quotas``
    the limits of the moment.
    """
    people = People(organisation.google)
    office = TokenOffice(people, credentials, permissions, clock)
    meter = Meter()

    def charge(method_id: str, request: Request, caller: Caller) -> None:
        if (kept := quotas()) is not None:
            meter.charge(method_id, request, caller, kept, clock())

    services: dict[str, Service] = {"oauth2.googleapis.com": office.answer}
    services |= cloud.services(credentials, permissions, clock)
    for host, found in apis(people, organisation.today, credentials.google_client_id).items():
        services[host] = gated(found, people, office, permissions, serve, charge)
    return services
