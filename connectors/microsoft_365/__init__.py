"""Microsoft 365, read-only: accounts and MFA, mail, sharing, applications, settings, Teams.

What surprises about Microsoft's interfaces, and where it is dealt with:

- A 200 around a batch says nothing about its parts; each has a status of its own (``client``).
- Exchange answers 401 when the application permission is missing and 403, with a body of NUL bytes, when the Entra
  role is missing; its error message is always "Invalid Operation" (``refusals``).
- Exchange writes booleans as texts here and there: ``"False"`` must not count as true (``values``).
- ``ExternalDirectoryObjectId`` of a mailbox may be empty; then the user principal name tells whose it is
  (``mailbox_forwarding``).
- Recipients are named by whatever Exchange has at hand; ``GrantSendOnBehalfTo`` holds display names, which two people
  may share (``recipients``).
- A null ``SmtpClientAuthenticationDisabled`` means as the organisation has it (``mailbox_settings``).
- The default outbound policy says ``Enabled: false`` and is in force; the mode Automatic forwards nothing any more
  (``forwarding_policies``).
- The numbers of links per site, and the older per-user MFA, are in Graph's beta version alone (``sites``,
  ``protection``).
- Teams answers with a bare list, or with an object that leads on (``teams``).
- The registration report leaves people out; somebody it does not list is not known to lack MFA (``registration``).
- Without Entra ID P1, asking for ``signInActivity`` refuses the whole listing of accounts (``accounts``).
- A link without ``scope`` may be open to anyone; the year 1 means "never expires"; inherited links repeat on every
  child (``sharing``).
"""

from __future__ import annotations

from connectors.microsoft_365.access import Access
from connectors.microsoft_365.connector import MicrosoftConnector

__all__ = ["Access", "MicrosoftConnector"]
