"""HTTP/1.1 on the standard library, lean enough for thousands of requests a second."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from connectors.practice.striking import HungUp
from connectors.practice.wire import Answer, Request, Service

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json; charset=UTF-8"
REASONS = {status.value: status.phrase for status in HTTPStatus}
LONGEST_LINE = 65_536
END_OF_HEADERS = b"\r\n\r\n"
AT_ONCE_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, zero seconds


class FrontEnd:
    """A server on 127.0.0.1 that gives every request to ``service``; it runs from ``start`` to ``stop``."""

    def __init__(self, service: Service, port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), _Connection)
        self._server.service = service
        self._server.address = self.address
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="practice", daemon=True)

    @property
    def address(self) -> str:
        """Where it listens: ``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, end every open connection and wait until nobody answers any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    def close(self) -> None:
        """Give the port back without ever having answered."""
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for them
    block_on_close = True
    request_queue_size = 256
    service: Service
    address: str

    def __init__(self, where: tuple[str, int], connection: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(where, connection)
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()

    def server_bind(self) -> None:
        # HTTPServer looks the host's full name up here, which can take seconds on a machine without DNS.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        with self._open_lock:
            self._open.discard(request)
        self.close_request(request)  # without the polite shutdown, which would turn a reset into an ordinary end

    def hang_up(self) -> None:
        """End every open connection, so that the threads that wait on them end too."""
        with self._open_lock:
            for connection in self._open:
                with suppress(OSError):  # the client was faster
                    connection.shutdown(socket.SHUT_RDWR)


class _Connection(BaseHTTPRequestHandler):
    """One connection: reads requests and answers them one after another, each answer in one write."""

    server: _Server
    disable_nagle_algorithm = True
    rbufsize = 65_536

    def handle(self) -> None:
        try:
            while self._answer_one():
                pass
        except (ConnectionError, TimeoutError):
            pass  # the client went away, as clients may

    def _answer_one(self) -> bool:
        """Answer one request; return whether another may follow on this connection."""
        line = self.rfile.readline(LONGEST_LINE)
        if not line.strip():
            return False
        method, target, _ = line.decode("latin-1").split(" ", 2)
        headers = self._headers()
        body = self.rfile.read(int(headers.get("content-length", "0")))
        path, _, query = target.partition("?")
        host, _, rest = path.lstrip("/").partition("/")
        request = Request(
            method=method,
            host=host,
            path=unquote(f"/{rest}"),
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers=headers,
            body=body,
            base=f"{self.server.address}/{host}",
        )
        try:
            answer = encoded(self.server.service(request))
        except HungUp as end:
            self._break(end.answer)
            return False
        self.connection.sendall(answer if method != "HEAD" else answer[: answer.index(END_OF_HEADERS) + 4])
        return headers.get("connection", "").lower() != "close"

    def _headers(self) -> dict[str, str]:
        headers = {}
        while line := self.rfile.readline(LONGEST_LINE).strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return headers

    def _break(self, answer: Answer | None) -> None:
        """Say half of ``answer`` and end, or reset the connection if there is none to say."""
        if answer is None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE_RESET)
            return
        whole = encoded(answer)
        body_at = whole.index(END_OF_HEADERS) + 4
        self.connection.sendall(whole[: (body_at + len(whole)) // 2])


def encoded(answer: Answer) -> bytes:
    """Return ``answer`` as it goes over the wire, status line and headers first."""
    body = answer.encoded()
    headers: Mapping[str, str] = {"Content-Type": JSON, **answer.headers, "Content-Length": str(len(body))}
    lines = [f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
