"""Logging: one event per step, to standard error; standard output carries the report and nothing else."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import TextIO

import structlog

_SECRET_WORDS = ("authorization", "token", "secret", "password", "assertion", "private_key", "body")


def configure(*, level: str, stream: TextIO | None = None) -> None:
    """Send our own events of ``level`` (debug, info, warning, error) and above to ``stream`` (standard error).

    The libraries' own logs stay silent below warning: at debug some of them write headers, and so tokens.
    """
    stream = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_secrets,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(sort_keys=True),  # escapes whatever a name may contain
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=stream, force=True)


def _without_secrets(_logger: object, _name: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Blank the value of every field whose name speaks of a secret, whoever logged it."""
    for field in event:
        if any(word in field.lower() for word in _SECRET_WORDS):
            event[field] = "[hidden]"
    return event
