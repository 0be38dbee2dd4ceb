"""Microsoft's side of the practice organisation: sign-in, Graph, Exchange and Teams, in every cloud."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from connectors.practice.microsoft import clouds, exchange, graph, managed_identity, sign_in, teams
from connectors.practice.microsoft.directory import Directory
from connectors.practice.microsoft.tokens import Mint

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connectors.practice.credentials import Credentials
    from connectors.practice.organisation import Organisation
    from connectors.practice.permissions import Permissions
    from connectors.practice.quotas import Quotas
    from connectors.practice.wire import Service

__all__ = ["service"]


def service(
    organisation: Organisation,
    credentials: Credentials,
    permissions: Callable[[], Permissions],
    serve: Service,
    clock: Callable[[], datetime],
    quotas: Callable[[], Quotas | None] = lambda: None,
) -> dict[str, Service]:
    """Microsoft's services by host name.

    ``permissions`` gives those of the moment, ``serve`` answers a part of a batch (faults included), ``clock`` gives
    the time (aware) against which tokens and assertions are judged, ``quotas`` the limits of the moment.
    """
    tenant = organisation.microsoft
    directory = Directory(tenant)
    key = hashlib.sha256(credentials.microsoft_secret.encode()).digest()
    mint = Mint(tenant.tenant_id, credentials.microsoft_client_id, key)
    services: dict[str, Service] = {
        clouds.TEAMS_HOST: teams.service(tenant, permissions, mint, clock),
        managed_identity.HOST: managed_identity.service(permissions, mint, clock),
    }
    for cloud in clouds.CLOUDS:
        services[cloud.sign_in] = sign_in.service(tenant, credentials, permissions, mint, clock, cloud)
        graph_here = graph.service(directory, permissions, mint, serve, clock, absent=cloud.absent, quotas=quotas)
        services |= dict.fromkeys(cloud.graph, graph_here)
        services |= dict.fromkeys(cloud.exchange, exchange.service(directory, permissions, mint, clock))
    return services
