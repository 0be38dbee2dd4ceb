"""Many listings at once: the pages that are due of all of them travel in batches.

A page that keeps failing, or whose token has expired, breaks its own listing off and no other one. What breaks off is
read once more from its beginning, because a page token is good for that one pass only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from googleapiclient.discovery import Resource

from auditor.errors import GapReason, ReadError
from connectors.google_workspace.client import (
    Call,
    Client,
    Wire,
    broken_off,
    listed,
    next_call,
    parsed_result,
    recognised,
)


@dataclass(slots=True)
class _Listing:
    """How far one listing is read."""

    place: int
    first: Call
    due: Call
    seen: set[str] = field(default_factory=set)
    again: bool = False
    """Whether this is the second pass."""

    def begun(self) -> bool:
        """Whether anything of it was read."""
        return self.again or self.due is not self.first


def read_together(
    client: Client,
    service: str,
    resource: Resource,
    calls: Sequence[Call],
    items: str,
    *,
    look: Callable[[Wire], object] = lambda _page: None,
) -> Iterator[tuple[int, list[Wire] | ReadError]]:
    """Yield the entries of a page and the place in ``calls`` of its listing, or what kept a listing from its end.

    ``resource`` builds the calls for further pages; ``look`` sees each page, and raises ``ReadError`` for one after
    which its listing is not whole. Entries of a listing that is read once more come twice.
    """
    pending = [_Listing(place, call, call) for place, call in enumerate(calls)]
    while pending:
        following: list[_Listing] = []
        results = client.batch(service, [each.due for each in pending])
        for each, result in zip(pending, results, strict=True):
            try:
                page = parsed_result(each.due, result)
                yield each.place, listed(page, items)
                look(page)
                due = next_call(resource, each.due, page, each.seen)
            except ReadError as error:
                told = broken_off(error) if each.begun() else error
                if told.reason is GapReason.PARTIAL and not each.again:
                    following.append(_Listing(each.place, each.first, each.first, again=True))
                else:
                    yield each.place, told
            else:
                following += [replace(each, due=due)] if due else []
        pending = following


def read_whole(
    client: Client, service: str, resource: Resource, calls: Sequence[Call], items: str
) -> list[list[Wire] | ReadError]:
    """Return the entries of each listing, none of them twice, or what kept it from its end, in the order of ``calls``.

    For listings that are small enough to be kept.
    """
    found: list[dict[int, Wire]] = [{} for _ in calls]
    ends: dict[int, ReadError] = {}
    for place, result in read_together(client, service, resource, calls, items):
        if isinstance(result, ReadError):
            ends[place] = result
        else:
            found[place].update((recognised(each), each) for each in result)
    return [ends.get(place, list(each.values())) for place, each in enumerate(found)]
