"""Makes a practice organisation auditable: credentials and a configuration in a folder of their own."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from auditor.cli.output import write_private
from connectors.practice.credentials import Credentials
from connectors.practice.process import Served
from connectors.practice.refusals import is_google


def write_configuration(folder: Path, served: Served, credentials: Credentials) -> Path:
    """Write credentials and ``config.yaml`` for a running practice organisation into ``folder``; return the latter."""
    files = credentials.write(folder, token_uri=served.endpoints["oauth2.googleapis.com"] + "/token")
    google, microsoft = _split(served.endpoints)
    document = {
        "organisation": served.organisation,
        "tenants": [
            {
                "id": "google",
                "connector": "google_workspace",
                "customer": served.google_customer,
                "admin": served.google_admin,
                "credentials": {"key_file": files["google_key_file"].name},
                "security": True,
                "shared_drives": True,
                "endpoints": google,
            },
            {
                "id": "microsoft",
                "connector": "microsoft_365",
                "tenant_id": served.microsoft_tenant,
                "client_id": credentials.microsoft_client_id,
                "credentials": {"certificate_file": files["microsoft_certificate_file"].name},
                "items": True,
                "teams": True,
                "break_glass": list(served.emergencies),
                "endpoints": microsoft,
            },
        ],
        "mail_domains": {"resolver": f"127.0.0.1:{served.dns}", "selectors": served.dkim_selectors},
        "people": {tier: list(addresses) for tier, addresses in served.tiers.items()},
    }
    path = folder / "config.yaml"
    write_private(path, _yaml(document))
    return path


def _split(endpoints: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the addresses that stand for Google's hosts, and those that stand for Microsoft's."""
    google = {host: base for host, base in endpoints.items() if is_google(host)}
    return google, {host: base for host, base in endpoints.items() if host not in google}


def _yaml(document: Mapping[str, object]) -> str:
    writer, stream = YAML(), StringIO()
    writer.width = 120
    writer.dump(document, stream)
    return stream.getvalue()
