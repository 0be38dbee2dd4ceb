"""Microsoft 365, read-only: accounts and MFA, inbox rules, forwarding, shared items, settings.

What surprises about Microsoft's interfaces, and where it is dealt with:

- A 200 around a batch says nothing about its parts; each has a status of its own (``client``).
- Exchange answers 401 when the application permission is missing and 403, with a body of NUL bytes, when the Entra
  role is missing; its error message is always "Invalid Operation" (``refusals``).
- Exchange writes booleans as texts here and there: ``"False"`` must not count as true (``values``).
- ``ExternalDirectoryObjectId`` of a mailbox may be empty; then the user principal name tells whose it is
  (``mailbox_forwarding``).
- The registration report leaves people out; somebody it does not list is not known to lack MFA (``registration``).
- Without Entra ID P1, asking for ``signInActivity`` refuses the whole listing of accounts (``accounts``).
- A link without ``scope`` may be open to anyone; the year 1 means "never expires"; inherited links repeat on every
  child (``sharing``).
"""

from __future__ import annotations

from connectors.microsoft_365.access import Access
from connectors.microsoft_365.connector import MicrosoftConnector

__all__ = ["Access", "MicrosoftConnector"]
