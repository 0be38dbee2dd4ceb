"""What the DNS says about the mail of a domain, for whichever vendor it is hosted by: MX, SPF, DKIM and DMARC."""

from __future__ import annotations

from connectors.domains.collector import MailDomainsCollector
from connectors.domains.lookups import Lookups

__all__ = ["Lookups", "MailDomainsCollector"]
