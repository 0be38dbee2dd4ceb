"""The practice server: both vendors' front ends on one loopback port, a name server on another, with faults, counting.

The first segment of a path is the vendor's host name: ``http://127.0.0.1:PORT/gmail.googleapis.com/gmail/v1/...``.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from connectors.practice import control, google, microsoft
from connectors.practice.credentials import Credentials
from connectors.practice.dns import NameServer
from connectors.practice.faults import Fault, Faults
from connectors.practice.front_end import FrontEnd
from connectors.practice.permissions import Permissions
from connectors.practice.refusals import is_google, refusal
from connectors.practice.striking import struck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from connectors.practice.organisation import Organisation
    from connectors.practice.quotas import Quotas
    from connectors.practice.wire import Answer, Request, Service

LITERAL = re.compile(r"\$?(?:[A-Za-z]+(?:[._-][A-Za-z]+)*\d?|v\d\.\d|[a-z]+_v\d)(?:\([^)]*\))?")
LONGEST_LITERAL = 40
GOOGLE_READS = re.compile(r"/token|/batch(/.*)?|/v1/token|/v1/projects/[^/]+/serviceAccounts/[^/]+:signJwt")
MICROSOFT_READS = re.compile(r"/[^/]+/oauth2/v2\.0/token|/(v1\.0|beta)/\$batch|/adminapi/beta/[^/]+/InvokeCommand")
NOT_ALLOWED = 405


class PracticeServer:
    """A practice organisation behind an HTTP server on 127.0.0.1; use it as a context manager.

    ``faults``, ``permissions`` and ``quotas`` (None keeps none) may be replaced while it runs, the organisation by
    another week of it (``become``). ``clock`` gives the time (aware) against which tokens expire. ``port`` and
    ``dns_port`` 0 take any free port. Of the ``permissions``, those that the organisation's week withdraws are missing.
    """

    def __init__(
        self,
        organisation: Organisation,
        *,
        permissions: Permissions | None = None,
        faults: Faults | Iterable[Fault] = (),
        credentials: Credentials | None = None,
        quotas: Quotas | None = None,
        port: int = 0,
        dns_port: int = 0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.organisation = organisation
        self.permissions = permissions or Permissions()
        self.faults = faults if isinstance(faults, Faults) else Faults(tuple(faults))
        self.credentials = credentials or Credentials.fresh()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str]] = Counter()
        self._writes: Counter[tuple[str, str]] = Counter()
        self.quotas = quotas
        self._clock = clock
        self._services = self._serving()
        self._control: Service | None = None
        self._front_end = FrontEnd(self.serve, port)
        try:
            self.name_server = NameServer(lambda: self.organisation.dns, dns_port)
        except BaseException:
            self._front_end.close()
            raise

    def become(self, organisation: Organisation) -> None:
        """Serve another week of the same organisation from the next request on; port and credentials stay.

        Google's access tokens of before are refused like expired ones, so that a client gets itself a new one.
        Raises ``ValueError`` for another organisation, whose ids a client cannot know.
        """
        if _ids(organisation) != _ids(self.organisation):
            raise ValueError("a server becomes another week of its own organisation, and no other organisation")
        self.organisation = organisation
        self._services = self._serving()

    def obey(self, turn: Callable[[int], Organisation]) -> None:
        """Let whoever reaches the port turn to another week (see ``control``); ``turn`` gives that week."""

        def become(week: int) -> Organisation:
            self.become(turn(week))
            return self.organisation

        self._control = control.control(become, lambda: self.organisation)

    def _serving(self) -> dict[str, Service]:
        """Return the services by host; each asks for permissions and quotas at the moment of a call."""
        organisation = self.organisation

        def granted() -> Permissions:
            return self.permissions.without(*organisation.withdrawn, missing_ok=True)

        services = google.service(organisation, self.credentials, granted, self.serve, self._clock, lambda: self.quotas)
        return services | microsoft.service(
            organisation, self.credentials, granted, self.serve, self._clock, lambda: self.quotas
        )

    def __enter__(self) -> Self:
        self._front_end.start()
        self.name_server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._front_end.stop()
        self.name_server.__exit__(kind, error, trace)

    @property
    def address(self) -> str:
        """Where the server listens: ``http://127.0.0.1:PORT``."""
        return self._front_end.address

    @property
    def port(self) -> int:
        """The port on 127.0.0.1 of ``address``."""
        return int(self.address.rpartition(":")[2])

    @property
    def dns(self) -> int:
        """The port on 127.0.0.1, for UDP and TCP, at which the organisation's domains are looked up."""
        return self.name_server.port

    @property
    def endpoints(self) -> dict[str, str]:
        """The address that stands for each vendor host, for the configuration key ``endpoints``."""
        return {host: f"{self.address}/{host}" for host in self._services}

    @property
    def requests(self) -> Counter[tuple[str, str]]:
        """How often each kind of call was made, by host and ``METHOD /path/with/{}/for/ids``; parts count too."""
        with self._lock:
            return self._requests.copy()

    @property
    def writes(self) -> Counter[tuple[str, str]]:
        """The calls, counted as in ``requests``, that would have changed something; all were refused."""
        with self._lock:
            return self._writes.copy()

    def serve(self, request: Request) -> Answer:
        """Answer a whole request or a part of a batch, as the faults allow; raises ``HungUp`` where they do not."""
        if self._control and request.host == control.HOST:
            return self._control(request)
        kind = (request.host, f"{request.method} {_template(request.path)}")
        with self._lock:
            self._requests[kind] += 1
        if _reads(request):
            answer = struck(self.faults.strikes(request), request, self._route, self._stopping.wait)
        else:
            answer = refusal("not_allowed", request.host)
        if answer.status == NOT_ALLOWED:
            with self._lock:
                self._writes[kind] += 1
        return answer

    def _route(self, request: Request) -> Answer:
        service = self._services.get(request.host)
        return service(request) if service else refusal("not_found", request.host)


def _ids(organisation: Organisation) -> tuple[str, str]:
    return organisation.google.customer_id, organisation.microsoft.tenant_id


def _reads(request: Request) -> bool:
    """Tell whether ``request`` is a GET or one of the reads that the vendors made POST."""
    if request.method == "GET":
        return True
    reads = GOOGLE_READS if is_google(request.host) else MICROSOFT_READS
    return request.method == "POST" and not request.inner and reads.fullmatch(request.path) is not None


def _template(path: str) -> str:
    """Return ``path`` with ``{}`` for every segment that looks like an id, an address or a name of the tenant's."""
    segments = path.split("/")
    return "/".join(
        each if not each or (len(each) <= LONGEST_LITERAL and LITERAL.fullmatch(each)) else "{}" for each in segments
    )
