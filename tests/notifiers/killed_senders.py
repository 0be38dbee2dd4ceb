"""Sends mails in processes that are killed at random moments, each time by the next one where the last one stopped.

Run as a program with a history, a port, a file of certificates and a number, so that nothing of the test is forked.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from auditor.logs import configure
from auditor.models import Message, MessageKind
from auditor.notifiers import SmtpWay
from auditor.outgoing import deliver
from auditor.store import open_store

RECIPIENTS = tuple(f"{number}@x.example" for number in range(4))


def now() -> datetime:
    return datetime.now(UTC)


def send(path: Path, way: SmtpWay, number: int) -> None:
    """Put a message into the outbox, and send all that waits there."""
    with open_store(path) as store:
        message = Message(
            id=f"it-{number}", kind=MessageKind.IT, sequence=number + 1, due=now(), subject="S", text="T",
            recipients=RECIPIENTS,
        )  # fmt: skip
        store.outbox.put(message, audit=None, now=now())
        deliver(store, lambda _kind: [way], clock=now)


def main(path: Path, port: int, authority: str, times: int) -> None:
    """Kill as many times as asked, then send what is left."""
    configure(level="error")
    chance = random.Random(0)  # noqa: S311 - a seeded test
    way = SmtpWay(
        sender="auditor@x.example", host="localhost", port=port, security="starttls", authority=authority, clock=now
    )
    with open_store(path, make=True):
        pass
    killed = 0
    for turn in range(times):
        child = os.fork()
        if child == 0:
            send(path, way, turn)
            os._exit(0)
        time.sleep(chance.uniform(0.01, 0.25))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
    send(path, way, times)
    sys.stdout.write(f"{killed}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]).read_text(encoding="ascii"), int(sys.argv[4]))
