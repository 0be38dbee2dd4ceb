"""Logging: one event per step, to standard error; standard output carries the report and nothing else."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import TextIO

import structlog

_SECRET_WORDS = ("authorization", "token", "secret", "password", "assertion", "private_key", "body")


def configure(*, level: str, stream: TextIO | None = None) -> None:
    """Send our own events of ``level`` (debug, info, warning, error) and above to ``stream`` (standard error).

    Of the libraries only warnings are passed on, and of these only the constant part: below warning they write
    addresses and headers, and so tokens, and the values in their sentences may be anything.
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
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries(logging.WARNING)], force=True)


class _Libraries(logging.Handler):
    """Passes the warnings of libraries on as events of ours.

    The level is the handler's own, so that it holds also where a library's logger was set to debug.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record without its values: the template of its sentence, unless that was put together beforehand."""
        template = record.msg if isinstance(record.msg, str) and record.args else "the library's own words are left out"
        log = structlog.get_logger(record.name)
        say = log.error if record.levelno >= logging.ERROR else log.warning
        say("library", library=record.name, message=template)


def _without_secrets(_logger: object, _name: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Blank the value of every field whose name speaks of a secret, whoever logged it."""
    for field, value in event.items():
        event[field] = _hidden(field, value)
    return event


def _hidden(field: str, value: object) -> object:
    if any(word in field.lower() for word in _SECRET_WORDS):
        return "[hidden]"
    if isinstance(value, Mapping):
        return {name: _hidden(str(name), each) for name, each in value.items()}
    return value
