"""Google Workspace, read-only: accounts and 2-Step Verification, mail rules, shared files, settings.

Requests are built and answers parsed by google-api-python-client from the discovery documents in its package; they are
sent through the door, in batches where Google takes batches.
"""

from __future__ import annotations

from connectors.google_workspace.connector import Access, GoogleConnector
from connectors.google_workspace.subjects import Subjects

__all__ = ["Access", "GoogleConnector", "Subjects"]
