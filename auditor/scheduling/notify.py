"""What systemd is told: that we are ready, reload, stop, and are alive; by its protocol, sd_notify(3)."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Notifier:
    """Tells systemd, if it wants to know; a failure to tell is of no consequence."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # An @ stands for the NUL with which the addresses begin that lie in no file system, unix(7).
        self._address = "\0" + address[1:] if address.startswith("@") else address
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        usec = environment.get("WATCHDOG_USEC", "")
        self._watched = ours and usec.isdigit() and int(usec) > 0

    def ready(self, status: str) -> None:
        """Tell that we are at work, or at work again."""
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self, monotonic: float) -> None:
        """Tell that the configuration is read again; ``monotonic`` is the present moment in seconds."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={int(monotonic * 1_000_000)}")

    def stopping(self) -> None:
        """Tell that we are about to end."""
        self._tell("STOPPING=1", "STATUS=waiting for what runs to end")

    def alive(self, status: str) -> None:
        """Tell that we have looked after everything once more, if systemd watches."""
        if self._watched:
            self._tell("WATCHDOG=1", f"STATUS={status}")

    def _tell(self, *lines: str) -> None:
        if self._address:
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.settimeout(1)
                sender.connect(self._address)
                sender.send("\n".join(lines).encode())
