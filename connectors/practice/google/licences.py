"""``licensing.googleapis.com``: who has which licence. Its only scope can also take licences away.

https://developers.google.com/workspace/admin/licensing/reference/rest/v1/licenseAssignments/listForProduct
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.google.authority import require_administrator, require_customer
from connectors.practice.google.paging import page
from connectors.practice.google.refusals import invalid, not_found

if TYPE_CHECKING:
    from connectors.practice.google.calls import Call
    from connectors.practice.organisation import GoogleAccount, Json

PRODUCT = "Google-Apps"
NAMES = {
    "1010020020": "Google Workspace Enterprise Plus",
    "1010020027": "Google Workspace Business Starter",
    "1010020028": "Google Workspace Business Standard",
}


def of_product(call: Call) -> Json:
    """``licenseAssignments.listForProduct``: everybody's licence of one product, up to 1000 a page."""
    return _listing(call, "")


def of_sku(call: Call) -> Json:
    """``licenseAssignments.listForProductAndSku``: everybody who has one licence, up to 1000 a page."""
    return _listing(call, call.part("skuId"))


def _listing(call: Call, sku: str) -> Json:
    require_administrator(call)
    customer = call.request.query.get("customerId", "")
    if customer == "my_customer":
        raise invalid("Invalid value for: customerId")  # here Google wants the customer's own id
    require_customer(call, customer)
    if call.part("productId") != PRODUCT or (sku and sku not in NAMES):
        raise not_found("Product")
    accounts = [each for each in call.people.tenant.accounts if not sku or each.security.sku == sku]
    chosen, following = page(accounts, call.request.query, size="maxResults", usual=100, largest=1000)
    head: Json = {"kind": "licensing#licenseAssignmentList", "etag": '"licences"'}
    return head | ({"items": [_licence(each) for each in chosen]} if chosen else {}) | following


def _licence(account: GoogleAccount) -> Json:
    sku = account.security.sku
    path = f"apps/licensing/v1/product/{PRODUCT}/sku/{sku}/user/{account.address}"
    return {
        "kind": "licensing#licenseAssignment",
        "etags": '"licence"',
        "selfLink": f"https://licensing.googleapis.com/{path}",
        "userId": account.address,
        "productId": PRODUCT,
        "productName": "Google Workspace",
        "skuId": sku,
        "skuName": NAMES[sku],
    }
