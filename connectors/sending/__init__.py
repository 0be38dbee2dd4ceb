"""Sending mail from one mailbox by Graph or Gmail: the only writes that there are, behind doors for nothing else.

The identity that sends is not the one that reads.
"""

from __future__ import annotations

from connectors.sending.gmail import Consent, GmailPost
from connectors.sending.graph import GraphPost
from connectors.sending.once import Posted

__all__ = ["Consent", "GmailPost", "GraphPost", "Posted"]
