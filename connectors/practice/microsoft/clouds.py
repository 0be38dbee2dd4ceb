"""Microsoft's clouds: the same services under other host names, each with tokens of its own.

https://learn.microsoft.com/graph/deployments
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TEAMS = "48ac35b8-9aa8-4d74-927d-1f4a14a0b239"  # the resource of Teams' configuration API is no address
TEAMS_HOST = "api.interfaces.records.teams.microsoft.com"

Kind = Literal["graph", "exchange", "teams"]


@dataclass(frozen=True, slots=True)
class Cloud:
    """A cloud: the host that signs people in, and the hosts of Graph and Exchange that take its tokens.

    ``absent`` are words in the addresses of what this cloud's Graph does not have.
    """

    sign_in: str
    graph: tuple[str, ...]
    exchange: tuple[str, ...]
    teams: bool = False
    absent: tuple[str, ...] = ()

    def resources(self) -> dict[str, Kind]:
        """Return what tokens can be had for, by resource."""
        found: dict[str, Kind] = {f"https://{host}": "graph" for host in self.graph}
        found |= {f"https://{host}": "exchange" for host in self.exchange}
        return found | {TEAMS: "teams"} if self.teams else found


PUBLIC = Cloud("login.microsoftonline.com", ("graph.microsoft.com",), ("outlook.office365.com",), teams=True)
CLOUDS = (
    PUBLIC,
    Cloud(
        "login.microsoftonline.us",
        ("graph.microsoft.us", "dod-graph.microsoft.us"),
        ("outlook.office365.us", "outlook-dod.office365.us"),
    ),
    Cloud(
        "login.chinacloudapi.cn",
        ("microsoftgraph.chinacloudapi.cn",),
        ("outlook.office365.cn",),
        absent=("messageRules", "authenticationMethodsPolicy"),
    ),
)
