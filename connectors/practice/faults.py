"""Which faults strike which request: seeded, counted, the same every time."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connectors.practice.wire import Request

Kind = Literal[
    "latency",
    "rate_limited",
    "quota",
    "server_error",
    "reset",
    "cut",
    "malformed",
    "foreign_link",
    "repeated_link",
    "redirect",
    "unauthorized",
    "empty",
    "denied",
]
Variant = Literal["", "html", "cut_json", "content_type"]

KINDS: tuple[Kind, ...] = get_args(Kind)
BREAKS_CONNECTION = frozenset({"reset", "cut"})
# An authority that hands out tokens has no listings to falsify and no token to call expired.
NOT_AT_SIGN_IN = frozenset({"foreign_link", "repeated_link", "unauthorized", "empty", "denied"})
SIGN_IN_HOSTS = frozenset(
    {
        "169.254.169.254",
        "login.chinacloudapi.cn",
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "oauth2.googleapis.com",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a vendor fails.

    ``rate`` is the share of matching requests that it strikes, ``times`` how often it strikes at most. A request
    matches if it goes to ``host`` ("" is any) and ``path``, a regular expression, is found in its path and query. With
    ``inner`` it strikes parts of batches, without it whole requests. ``seconds`` is the latency, or what Retry-After
    asks for. ``status`` is that of a ``server_error``, ``variant`` the way of being ``malformed`` ("" takes turns), and
    ``target`` where a foreign link or a redirect leads.
    """

    kind: Kind
    rate: float = 1.0
    host: str = ""
    path: str = ""
    times: int | None = None
    inner: bool = False
    seconds: float = 1.0
    status: int = 503
    variant: Variant = ""
    target: str = "https://elsewhere.example/v1.0/next"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is not a kind of fault; there are {', '.join(KINDS)}")
        if not 0 <= self.rate <= 1:
            raise ValueError(f"the rate of {self.kind} must lie between 0 and 1, not at {self.rate}")
        if self.variant not in get_args(Variant):
            raise ValueError(f"{self.variant!r} is not a variant; there are {', '.join(get_args(Variant)[1:])}")
        if self.inner and self.kind in BREAKS_CONNECTION:
            raise ValueError(f"{self.kind} breaks a connection and cannot strike a part of a batch")
        re.compile(self.path)

    def matches(self, request: Request) -> bool:
        """Tell whether the fault could strike ``request``."""
        if request.inner is not self.inner or self.host not in {"", request.host}:
            return False
        if request.host in SIGN_IN_HOSTS and self.kind in NOT_AT_SIGN_IN:
            return False
        query = "&".join(f"{name}={value}" for name, value in request.query.items())
        return not self.path or re.search(self.path, f"{request.path}?{query}") is not None


@dataclass(slots=True)
class Faults:
    """The faults of a server. Whether the nth matching request is struck depends on ``seed`` and n alone."""

    faults: tuple[Fault, ...] = ()
    seed: int = 1
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _matched: list[int] = field(init=False, repr=False)
    _struck: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.faults = tuple(self.faults)
        self._matched = [0] * len(self.faults)
        self._struck = [0] * len(self.faults)

    def strikes(self, request: Request) -> list[tuple[Fault, int]]:
        """Return the faults that strike ``request``, each with how often it struck before: latencies, then one other.

        A fault that another one forestalls keeps its turn.
        """
        found = []
        for index, fault in enumerate(self.faults):
            if fault.matches(request) and (turn := self._strike(index, fault)) is not None:
                found.append((fault, turn))
                if fault.kind != "latency":
                    break
        return found

    def struck(self) -> dict[Fault, int]:
        """Return how often each fault has struck so far."""
        with self._lock:
            return dict(zip(self.faults, self._struck, strict=True))

    def _strike(self, index: int, fault: Fault) -> int | None:
        with self._lock:
            self._matched[index] += 1
            turn = self._struck[index]
            if fault.times is not None and turn >= fault.times:
                return None
            if random.Random(f"{self.seed}/{index}/{self._matched[index]}").random() >= fault.rate:
                return None
            self._struck[index] += 1
            return turn


def parse(texts: Iterable[str]) -> tuple[Fault, ...]:
    """Return the faults that ``texts`` describe, as ``auditor practice serve --fault`` takes them.

    A text is ``kind``, ``kind=rate`` or, for latency, ``latency=0.05s``, and may go on with fields of ``Fault``:
    ``rate_limited=0.05,seconds=2,host=gmail.googleapis.com,inner=true``. Raises ``ValueError`` saying what is wrong.
    """
    return tuple(_parse(text) for text in texts)


def _parse(text: str) -> Fault:
    first, *rest = re.split(r",(?=[a-z]+=)", text.strip())
    kind, _, amount = first.partition("=")
    given: dict[str, object] = {"kind": kind}
    try:
        if kind == "latency" and amount.endswith("s"):
            given["seconds"] = float(amount.removesuffix("s"))
        elif amount:
            given["rate"] = float(amount)
        for option in rest:
            name, _, value = option.partition("=")
            given[name] = _OPTIONS[name](value)
        return Fault(**given)  # type: ignore[arg-type]  # names and types are those of _OPTIONS
    except KeyError as error:
        raise ValueError(f"{text!r}: {error} is not an option; there are {', '.join(_OPTIONS)}") from error
    except (re.error, ValueError) as error:
        raise ValueError(f"{text!r}: {error}") from error


def _yes_or_no(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


_OPTIONS: dict[str, Callable[[str], object]] = {
    "rate": float,
    "host": str,
    "path": str,
    "times": int,
    "inner": _yes_or_no,
    "seconds": float,
    "status": int,
    "variant": str,
    "target": str,
}
