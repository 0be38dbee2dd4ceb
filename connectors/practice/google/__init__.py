"""Google Workspace as the practice server speaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connectors.practice.credentials import Credentials
    from connectors.practice.organisation import Organisation
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Service


def service(
    organisation: Organisation,
    credentials: Credentials,
    permissions: Callable[[], Permissions],
    serve: Service,
    clock: Callable[[], datetime],
) -> dict[str, Service]:
    """Return the service behind each of Google's host names."""
    del organisation, credentials, permissions, serve, clock
    return {}
