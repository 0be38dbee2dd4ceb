"""Who has which licence: some settings are made for a licence alone.

Google tells it only to a scope that could also take licences away, so that it is read on demand alone; and only for a
customer named by its own id, not for ``my_customer``. Source: Enterprise License Manager API,
``licenseAssignments.listForProduct``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET
from connectors.google_workspace.answers import GoneError
from connectors.google_workspace.client import Call, Client, Wire
from connectors.google_workspace.scopes import LICENCES
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.values import address, text

WORKSPACE = "Google-Apps"
"""The product of Google Workspace itself; others are sold beside it."""
_NAME = re.compile(r"/product/([^/]+)/sku/[^/]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence that an account has, as policies name it and as people do."""

    name: str
    label: str


Holders = Mapping[str, frozenset[Licence]]
"""The licences of one product, by the address of whoever has them."""


def product_of(name: str) -> str | None:
    """Return the product of a licence as policies name it, ``/product/PRODUCT/sku/SKU``; None if it is none."""
    match = _NAME.fullmatch(name)
    return match[1] if match else None


def read_licences(client: Client, customer: str, product: str) -> Holders:
    """Return who has a licence of a product: nobody, where the customer never had it. Raises ``ReadError``."""
    listing = client.licensing.licenseAssignments()
    request = listing.listForProduct(productId=product, customerId=customer, maxResults=1000)
    found: defaultdict[str, set[Licence]] = defaultdict(set)
    try:
        for wire in client.pages(
            listing, Call(request, ADMINISTRATOR, LICENCES), "items", following="listForProduct_next"
        ):
            holder, licence = parse_licence(wire)
            found[holder].add(licence)
    except GoneError:
        return {}
    return {holder: frozenset(licences) for holder, licences in found.items()}


def parse_licence(wire: Wire) -> tuple[str, Licence]:
    """Return whose licence it is, by address, and which. Raises ``ReadError``."""
    holder, product, sku = address(wire.get("userId")), text(wire.get("productId")), text(wire.get("skuId"))
    if holder is UNSET or product is UNSET or sku is UNSET:
        raise ReadError(GapReason.MALFORMED, "A licence came without holder, product or kind.", "Run again.")
    label = text(wire.get("skuName"))
    return holder, Licence(f"/product/{product}/sku/{sku}", sku if label is UNSET else label)


def not_asked() -> ReadError:
    """Return why licences were not read where the configuration does not ask for them."""
    return ReadError(
        GapReason.DENIED,
        "Some settings hold for a licence alone, and who has which licence is not read.",
        f"Put `licences: true` into the configuration. {LICENCES.remedy}",
    )
