"""Microsoft's national clouds: the same services under other names, each with tokens of its own.

Everything here speaks of the worldwide hosts, by which requests are judged; the door leads them to those of the cloud.
Source: Microsoft Graph, "National cloud deployments"; Exchange Online admin API.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from connectors.microsoft_365.reads import EXCHANGE, GRAPH, SIGN_IN

CloudName = Literal["worldwide", "us_government", "us_dod", "china"]

CLOUDS: Mapping[CloudName, Mapping[str, str]] = MappingProxyType(
    {
        "worldwide": {},
        "us_government": {
            SIGN_IN: "login.microsoftonline.us",
            GRAPH: "graph.microsoft.us",
            EXCHANGE: "outlook.office365.us",
        },
        "us_dod": {
            SIGN_IN: "login.microsoftonline.us",
            GRAPH: "dod-graph.microsoft.us",
            EXCHANGE: "outlook-dod.office365.us",
        },
        "china": {
            SIGN_IN: "login.chinacloudapi.cn",
            GRAPH: "microsoftgraph.chinacloudapi.cn",
            EXCHANGE: "outlook.office365.cn",
        },
    }
)
"""What stands in each cloud for the worldwide hosts. GCC is part of the worldwide cloud."""

WITHOUT_INBOX_RULES: frozenset[CloudName] = frozenset({"china"})
"""Clouds whose Graph does not have inbox rules."""


def endpoints(cloud: CloudName, practice: Mapping[str, str]) -> dict[str, str]:
    """Return where the door leads each worldwide host; ``practice`` are loopback addresses by the cloud's own hosts."""
    led = {host: practice.get(own, f"https://{own}") for host, own in CLOUDS[cloud].items()}
    return {**practice, **led}


def scope(cloud: CloudName, worldwide: str) -> str:
    """Return the scope of a token for the service that a worldwide scope names."""
    for host, own in CLOUDS[cloud].items():
        if worldwide.startswith(f"https://{host}/"):
            return worldwide.replace(host, own, 1)
    return worldwide


def worldwide(cloud: CloudName, address: str) -> str:
    """Return an address of the cloud under the name of the worldwide host; any other stays as it is."""
    for host, own in CLOUDS[cloud].items():
        if address.startswith(f"https://{own}/"):
            return address.replace(own, host, 1)
    return address
