"""The ways by which messages leave: mail by SMTP, Graph or Gmail, and alerts by whatever apprise knows."""

from __future__ import annotations

from auditor.notifiers.chat import ChatWay, demand_channels
from auditor.notifiers.email import compose
from auditor.notifiers.smtp import SmtpWay
from auditor.notifiers.way import DeliveryError, Trouble, UncertainDeliveryError, UnusableWay, Way
from auditor.notifiers.web import Post, WebWay

__all__ = [
    "ChatWay",
    "DeliveryError",
    "Post",
    "SmtpWay",
    "Trouble",
    "UncertainDeliveryError",
    "UnusableWay",
    "Way",
    "WebWay",
    "compose",
    "demand_channels",
]
