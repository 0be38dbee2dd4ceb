"""Vital signs: whether the daemon is alive and what it did, in counts, on a port of this machine. No names."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final

from auditor.errors import UsageError
from auditor.scheduling.clocks import Monotonic
from auditor.scheduling.dispatch import Ended

_DEAD_AFTER: Final = 120.0
"""Seconds without a good look after which we are not well."""
_PATIENCE: Final = 5
"""Seconds that whoever asks has for the asking."""


class Vitals:
    """What the daemon notes of itself, and others may read at any moment. Seconds are of the monotonic clock."""

    def __init__(self) -> None:
        self._beat: float | None = None
        self._running = 0
        self._stumbles = 0
        self._ended: Counter[tuple[str, str]] = Counter()

    def beat(self, now: float, *, running: int) -> None:
        """Note that everything was looked at, and how many children run."""
        self._beat, self._running = now, running

    def stumble(self) -> None:
        """Note that a look broke off."""
        self._stumbles += 1

    def note(self, ended: Ended) -> None:
        """Note that an attempt at a job ended."""
        self._ended[ended.kind, ended.state.value if ended.state else "none"] += 1

    def well(self, now: float) -> bool:
        """Return whether everything was looked at lately."""
        return self._beat is not None and now - self._beat <= _DEAD_AFTER

    def metrics(self, now: float) -> str:
        """Return the counts in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats)."""
        age = "NaN" if self._beat is None else f"{now - self._beat:.1f}"
        lines = [
            *_metric("auditor_look_age_seconds", "gauge", "Seconds since everything was looked at.", {"": age}),
            *_metric("auditor_looks_broken_off_total", "counter", "Looks that failed.", {"": str(self._stumbles)}),
            *_metric("auditor_children", "gauge", "Commands that run.", {"": str(self._running)}),
            *_metric(
                "auditor_attempts_total",
                "counter",
                "Attempts at a slot that ended, by job and how they ended.",
                {f'{{job="{kind}",state="{state}"}}': str(n) for (kind, state), n in sorted(self._ended.items())},
            ),
        ]
        return "\n".join([*lines, ""])


def _metric(name: str, kind: str, text: str, values: dict[str, str]) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    yield from (f"{name}{labels} {value}" for labels, value in values.items())


@contextmanager
def serving(vitals: Vitals, port: int, monotonic: Monotonic) -> Iterator[int]:
    """Serve ``/healthz`` and ``/metrics`` on a port of 127.0.0.1, and give the port; 0 is any that is free.

    Raises ``UsageError`` for a port that we may not have.
    """
    try:
        bound = HTTPServer(("127.0.0.1", port), _answers(vitals, monotonic))
    except OSError as error:
        remedy = f"Choose another one under daemon.port, or look who has it: ss -ltnp sport = :{port}"
        raise UsageError(f"Port {port} of 127.0.0.1 cannot be served: {error.strerror}.", remedy) from None
    with bound as server:
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.2}, name="vitals", daemon=True
        )
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def _answers(vitals: Vitals, monotonic: Monotonic) -> type[BaseHTTPRequestHandler]:
    """Return what answers requests."""

    class Answers(BaseHTTPRequestHandler):
        timeout = _PATIENCE
        server_version, sys_version = "auditor", ""

        def do_GET(self) -> None:
            host = self.headers.get("Host", "").rpartition(":")[0]
            # A page in a browser may call us by a name of its own that leads here.
            if host not in {"127.0.0.1", "localhost"}:
                self._answer(HTTPStatus.FORBIDDEN, "not by this name\n")
            elif self.path == "/healthz":
                well = vitals.well(monotonic())
                self._answer(
                    HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE, "well\n" if well else "unwell\n"
                )
            elif self.path == "/metrics":
                self._answer(HTTPStatus.OK, vitals.metrics(monotonic()))
            else:
                self._answer(HTTPStatus.NOT_FOUND, "/healthz or /metrics\n")

        def _answer(self, status: HTTPStatus, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
            """Log nothing: whoever asks every few seconds would fill the log."""

    return Answers
