"""Something read once and asked for often: by several collectors, from several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Once(Generic[_Value]):
    """A value that is read when it is first asked for. Safe to use from many threads."""

    def __init__(self, read: Callable[[], _Value]) -> None:
        """Take the function that reads it; nothing is read yet."""
        self._read = read
        self._lock = threading.Lock()
        self._found: list[_Value] = []

    def __call__(self) -> _Value:
        """Return the value. Raises what reading it raises; asked again, it tries again."""
        with self._lock:
            if not self._found:
                self._found.append(self._read())
            return self._found[0]
