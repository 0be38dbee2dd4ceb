"""The auditor that runs by itself: what is due, who is at it, and how it shows that it lives."""

from __future__ import annotations

from auditor.scheduling.jobs import Job, jobs, next_due

__all__ = ["Job", "jobs", "next_due"]
