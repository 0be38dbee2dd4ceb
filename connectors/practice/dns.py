"""The practice organisation's name server on 127.0.0.1, over UDP and TCP, for a resolver that is pointed at it.

It answers for every name it knows as a recursive resolver would, CNAMEs followed; other names do not exist. Over UDP an
answer that does not fit is cut off, so that the client has to ask again over TCP (RFC 1035, RFC 6891).
"""

from __future__ import annotations

import socketserver
import struct
import threading
from collections import Counter
from typing import TYPE_CHECKING, Self

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from connectors.practice.organisation import DnsRecord

TTL = 300  # seconds
SMALLEST_DATAGRAM = 512
LARGEST = 65_535
LONGEST_STRING = 255  # bytes of one character-string of a TXT record
LONGEST_CHAIN = 8
TRIES = 20


class NameServer:
    """Answers questions from ``records`` as they are at the moment; runs as long as the ``with`` block does.

    ``port`` 0 takes any that is free. Raises ``OSError`` for a port that is not.
    """

    def __init__(self, records: Callable[[], Sequence[DnsRecord]], port: int = 0) -> None:
        self._records = records
        self._lock = threading.Lock()
        self._asked: Counter[tuple[str, str]] = Counter()
        self._tcp, self._udp = _bound(self, port)
        self._threads = [
            threading.Thread(target=each.serve_forever, args=(0.05,), name="practice-dns", daemon=True)
            for each in (self._tcp, self._udp)
        ]

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server, thread in zip((self._tcp, self._udp), self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1, the same for UDP and TCP."""
        return int(self._tcp.server_address[1])

    @property
    def asked(self) -> Counter[tuple[str, str]]:
        """How often each question was asked, by name in lower case and type."""
        with self._lock:
            return self._asked.copy()

    def answer(self, wire: bytes, *, over_tcp: bool) -> bytes | None:
        """Return the answer to a question as it came over the wire, or None where there is none to be had."""
        try:
            query = dns.message.from_wire(wire)
            name, kind = query.question[0].name.to_text(omit_final_dot=True), query.question[0].rdtype
        except (dns.exception.DNSException, IndexError):
            return None
        with self._lock:
            self._asked[name.lower(), dns.rdatatype.to_text(kind)] += 1
        response = dns.message.make_response(query, recursion_available=True)
        if not self._fill(response, name, kind):
            return None
        largest = LARGEST if over_tcp else max(SMALLEST_DATAGRAM, query.payload)
        try:
            return response.to_wire(max_size=largest)
        except dns.exception.TooBig:
            cut = dns.message.make_response(query, recursion_available=True)
            cut.flags |= dns.flags.TC
            return cut.to_wire()

    def _fill(self, response: dns.message.Message, name: str, kind: dns.rdatatype.RdataType) -> bool:
        """Put the records of a name into the response, and those of the names that it stands for."""
        records, wanted = self._records(), dns.rdatatype.to_text(kind)
        for _ in range(LONGEST_CHAIN):
            found = {each.type: each for each in records if each.name.lower() == name.lower()}
            broken = next((each.rcode for each in found.values() if each.rcode != "NOERROR"), None)
            if broken == "SILENT":
                return False
            if broken is not None:
                response.set_rcode(dns.rcode.from_text(broken))
                return True
            record = found.get(wanted) or found.get("CNAME")
            if record is None:
                below = any(each.name.lower().endswith("." + name.lower()) for each in records)
                response.set_rcode(dns.rcode.NOERROR if found or below else dns.rcode.NXDOMAIN)
                return True
            response.answer.append(_rrset(record))
            if record.type == wanted:
                return True
            name = record.values[0].rstrip(".")
        response.set_rcode(dns.rcode.SERVFAIL)
        return True


def _rrset(record: DnsRecord) -> dns.rrset.RRset:
    values = map(_quoted, record.values) if record.type == "TXT" else record.values
    return dns.rrset.from_text(f"{record.name}.", TTL, "IN", record.type, *values)


def _quoted(text: str) -> str:
    """Return a text as the character-strings of a TXT record, none of them too long."""
    escaped = (text[start : start + LONGEST_STRING] for start in range(0, len(text) or 1, LONGEST_STRING))
    return " ".join('"' + each.replace("\\", "\\\\").replace('"', '\\"') + '"' for each in escaped)


class _Datagram(socketserver.BaseRequestHandler):
    server: _Udp

    def handle(self) -> None:
        wire, sender = self.request
        if (answer := self.server.names.answer(wire, over_tcp=False)) is not None:
            sender.sendto(answer, self.client_address)


class _Stream(socketserver.StreamRequestHandler):
    server: _Tcp

    def handle(self) -> None:
        while len(length := self.rfile.read(2)) == 2:  # noqa: PLR2004 - two bytes give the length (RFC 1035, 4.2.2)
            answer = self.server.names.answer(self.rfile.read(struct.unpack("!H", length)[0]), over_tcp=True)
            if answer is None:
                return
            self.wfile.write(struct.pack("!H", len(answer)) + answer)


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    names: NameServer


class _Udp(socketserver.UDPServer):
    names: NameServer


def _bound(names: NameServer, port: int) -> tuple[_Tcp, _Udp]:
    """Return servers on ``port`` or, if that is 0, on one that is free for both protocols."""
    for _ in range(1 if port else TRIES):
        tcp = _Tcp(("127.0.0.1", port), _Stream)
        try:
            udp = _Udp(("127.0.0.1", tcp.server_address[1]), _Datagram)
        except OSError:
            tcp.server_close()  # somebody else has the port for UDP
            continue
        tcp.names = udp.names = names
        return tcp, udp
    raise OSError(f"port {port} on 127.0.0.1 is not free for UDP and TCP alike" if port else "no port is free")
