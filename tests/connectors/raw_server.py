"""A server on loopback that says whatever bytes a test gives it, and counts what reaches it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Script = bytes | Callable[[socket.socket], None]


@dataclass
class RawServer:
    """Gives its answers in turn, the last one for ever; an answer is bytes, or does what it likes to the socket."""

    answers: list[Script]
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=64))
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return self.listener.getsockname()[1]

    def accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self.speak, args=(connection,), daemon=True).start()

    def speak(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the client may go away
            connection.settimeout(10)
            buffer = b""
            while True:
                while b"\r\n\r\n" not in buffer:
                    received = connection.recv(65_536)
                    if not received:
                        return
                    buffer += received
                head, _, rest = buffer.partition(b"\r\n\r\n")
                lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                length = int(lengths[0].split(b":")[1]) if lengths else 0
                while len(rest) < length:
                    rest += connection.recv(65_536)
                with self.lock:
                    self.requests.append(head + b"\r\n\r\n" + rest[:length])
                    answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                buffer = rest[length:]
                if not isinstance(answer, bytes):
                    answer(connection)
                    return
                connection.sendall(answer)


@contextmanager
def serving(*answers: Script) -> Iterator[RawServer]:
    """Run a server for as long as the block does."""
    server = RawServer([*answers])
    thread = threading.Thread(target=server.accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        thread.join()


def said(status: int, body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> bytes:
    """Return an answer as it goes on the wire."""
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} So\r\n{lines}\r\n".encode() + body


class FakeTime(threading.Event):
    """A stop event and a clock in one: waiting takes no time, moves the clock and is written down."""

    def __init__(self, *, stop_after: int | None = None) -> None:
        super().__init__()
        self.waits: list[float] = []
        self.now = 1000.0
        self.stop_after = stop_after

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        self.now += timeout or 0.0
        if len(self.waits) == self.stop_after:
            self.set()
        return self.is_set()

    def monotonic(self) -> float:
        return self.now
