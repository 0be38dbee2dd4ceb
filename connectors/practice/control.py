"""The one thing about a running practice organisation that can be changed from outside: which week it is.

``GET /practice/week`` tells the week and what changed in it; ``PUT /practice/week/5`` makes it week 5. A page in a
browser cannot send the latter to another address without asking first, which nobody answers.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from connectors.practice.truth import truth
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.organisation import Organisation
    from connectors.practice.wire import Request, Service

HOST = "practice"  # stands where other paths have the host of a vendor
LATEST = 520  # weeks; ten years are enough for anybody
_TURN = re.compile(r"/week/(\d{1,9})")
_TOLD = ("week", "today", "withdrawn", "changes")


def control(turn: Callable[[int], Organisation], now: Callable[[], Organisation]) -> Service:
    """Return the service that asks ``turn`` for another week, one at a time; ``now`` gives the organisation."""
    turning = threading.Lock()

    def answer(request: Request) -> Answer:
        asked = _TURN.fullmatch(request.path)
        if request.method == "GET" and request.path == "/week":
            return _told(now())
        if request.method != "PUT" or asked is None:
            return Answer(404, {"error": "GET /practice/week, or PUT /practice/week/5"})
        if int(asked[1]) > LATEST:
            return Answer(400, {"error": f"Week {LATEST} is the last."})
        with turning:
            return _told(turn(int(asked[1])))

    return answer


def _told(organisation: Organisation) -> Answer:
    whole = truth(organisation)
    return Answer(200, {key: whole[key] for key in _TOLD})
