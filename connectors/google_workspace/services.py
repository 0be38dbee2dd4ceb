"""Google's interfaces as google-api-python-client builds them from the discovery documents that it carries."""

from __future__ import annotations

from typing import NoReturn

from googleapiclient.discovery import Resource, build


class _NoTransport:
    """Stands where the library expects its transport, and refuses: everything goes through the door."""

    def request(self, *_: object, **__: object) -> NoReturn:
        """Refuse."""
        raise AssertionError("requests are sent through the door")


class _Kept:
    """A resource whose parts are built once: the library builds all methods of a part anew whenever it is mentioned."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource

    def __getattr__(self, name: str) -> object:
        found = getattr(self._resource, name)
        if hasattr(found, "__is_resource__"):
            part = _Kept(found())
            found = lambda: part  # noqa: E731 - the library's parts are called, so ours are
        setattr(self, name, found)
        return found


def service(name: str, version: str) -> Resource:
    """Return an interface of Google's by its name and version in the library; no network is touched."""
    return _Kept(build(name, version, http=_NoTransport(), static_discovery=True, cache_discovery=False))
