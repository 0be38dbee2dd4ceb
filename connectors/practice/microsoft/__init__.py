"""Microsoft's side of the practice organisation: sign-in, Graph and the Exchange admin API."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from connectors.practice.microsoft import exchange, graph, sign_in
from connectors.practice.microsoft.directory import Directory
from connectors.practice.microsoft.tokens import Mint

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connectors.practice.credentials import Credentials
    from connectors.practice.organisation import Organisation
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Service

__all__ = ["service"]


def service(
    organisation: Organisation,
    credentials: Credentials,
    permissions: Callable[[], Permissions],
    serve: Service,
    clock: Callable[[], datetime],
) -> dict[str, Service]:
    """Microsoft's services by host name.

    ``permissions`` gives those of the moment, ``serve`` answers a part of a batch (faults included), ``clock`` gives
    the time (aware) against which tokens and assertions are judged.
    """
    tenant = organisation.microsoft
    directory = Directory(tenant)
    key = hashlib.sha256(credentials.microsoft_secret.encode()).digest()
    mint = Mint(tenant.tenant_id, credentials.microsoft_client_id, key)
    return {
        sign_in.HOST: sign_in.service(tenant, credentials, permissions, mint, clock),
        graph.HOST: graph.service(directory, permissions, mint, serve, clock),
        exchange.HOST: exchange.service(directory, permissions, mint, clock),
    }
