"""What the connector needs: plain values, because connectors know no configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.domains import Lookups
from connectors.microsoft_365.clouds import CloudName
from connectors.patience import Patience


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What it takes to read a tenant.

    ``tenant`` is its id in the configuration, ``tenant_id`` its GUID or one of its domains. One of these is there, and
    none is ever shown: ``certificate``, PEM text that holds a private key and its certificate; ``secret``;
    ``assertion``, which gives the token of another identity provider whenever it is asked, because it is short-lived;
    ``managed_identity``, the identity of the machine in Azure on which this runs.
    ``items`` allows reading who can open which files, which takes a permission that can read the files themselves.
    ``teams`` allows reading Teams' settings, which takes a permission of its own.
    ``break_glass`` are the addresses of the accounts for emergencies, in lower case.
    ``lookups`` answers questions about mail domains, without it none are asked; ``selectors`` are those of DKIM keys by
    domain, as far as somebody knows them. ``groups`` are the addresses of those from which tiers are taken.
    ``cloud`` is the national cloud in which the tenant lives.
    ``endpoints`` maps a vendor's host to a loopback address, for practice.
    ``paced`` says whether to stay below Microsoft's limits; None is everywhere but in practice, where there are none.
    """

    tenant: str
    tenant_id: str
    client_id: str
    certificate: bytes | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    assertion: Callable[[], str] | None = field(default=None, repr=False)
    managed_identity: bool = False
    cloud: CloudName = "worldwide"
    items: bool = False
    teams: bool = False
    break_glass: frozenset[str] = frozenset()
    lookups: Lookups | None = None
    selectors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    groups: Sequence[str] = ()
    endpoints: Mapping[str, str] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    connections: int = 32
    paced: bool | None = None
