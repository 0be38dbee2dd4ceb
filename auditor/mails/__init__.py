"""The weekly mails: what they say and how they look. Sending them is somebody else's business."""

from __future__ import annotations

from auditor.mails.assembly import assemble
from auditor.mails.letters import letters
from auditor.mails.material import Material
from auditor.mails.merging import merged
from auditor.mails.trend import Week

__all__ = ["Material", "Week", "assemble", "letters", "merged"]
