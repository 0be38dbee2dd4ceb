from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.query
import dns.resolver
import pytest
from google_practice import TODAY, practice

from connectors.practice.generator import generate
from connectors.practice.organisation import DnsRecord
from connectors.practice.process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

MAIN = "rivera-campaign.example"


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with practice(generate(accounts=200, today=TODAY)) as client:
        yield client


@pytest.fixture
def resolver(google: Google) -> dns.resolver.Resolver:
    found = dns.resolver.Resolver(configure=False)
    found.nameservers, found.port, found.lifetime = ["127.0.0.1"], google.server.dns, 1.0
    return found


def texts(resolver: dns.resolver.Resolver, name: str) -> list[str]:
    return [b"".join(each.strings).decode() for each in resolver.resolve(name, "TXT")]


def test_every_record_can_be_looked_up(google: Google, resolver: dns.resolver.Resolver) -> None:
    for record in google.server.organisation.dns:
        if record.rcode == "NOERROR" and record.type == "TXT":
            assert sorted(texts(resolver, record.name)) == sorted(record.values)
    assert str(resolver.resolve(MAIN, "MX")[0]) == "1 smtp.google.com."


def test_the_case_of_a_name_does_not_matter(resolver: dns.resolver.Resolver) -> None:
    assert texts(resolver, f"_DMARC.{MAIN.upper()}")[0].startswith("v=DMARC1; p=REJECT")


def test_another_name_is_followed_to_its_end(resolver: dns.resolver.Resolver) -> None:
    answer = resolver.resolve(f"selector1._domainkey.{MAIN}", "TXT")
    assert str(answer.canonical_name) == "selector1-rivera-campaign-example._domainkey.riveracampaign.onmicrosoft.com."


def test_a_key_comes_in_pieces_because_one_string_has_255_bytes(resolver: dns.resolver.Resolver) -> None:
    pieces = resolver.resolve(f"google._domainkey.{MAIN}", "TXT")[0].strings
    assert len(pieces) == 2
    assert len(pieces[0]) == 255


def test_an_answer_that_does_not_fit_is_cut_off_and_asked_for_again_over_tcp(google: Google) -> None:
    query = dns.message.make_query(MAIN, "TXT")
    short = dns.query.udp(query, "127.0.0.1", port=google.server.dns, timeout=1)
    assert short.flags & dns.flags.TC
    assert not short.answer
    whole, over_tcp = dns.query.udp_with_fallback(query, "127.0.0.1", port=google.server.dns, timeout=1)
    assert over_tcp
    assert len(whole.answer[0]) == 5
    roomy = dns.message.make_query(MAIN, "TXT", use_edns=0, payload=4096)
    assert len(dns.query.udp(roomy, "127.0.0.1", port=google.server.dns, timeout=1).answer[0]) == 5


def test_a_name_without_such_a_record_is_not_a_name_that_does_not_exist(resolver: dns.resolver.Resolver) -> None:
    for name, kind in ((MAIN, "AAAA"), (f"_domainkey.{MAIN}", "TXT")):
        with pytest.raises(dns.resolver.NoAnswer):
            resolver.resolve(name, kind)
    for name in ("nobody.example", "google._domainkey.rivera-volunteers.example", "_dmarc.rivera-action.example"):
        with pytest.raises(dns.resolver.NXDOMAIN):
            resolver.resolve(name, "TXT")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("servfail.example", dns.resolver.NoNameservers),
        ("refused.example", dns.resolver.NoNameservers),
        ("silent.example", dns.resolver.LifetimeTimeout),
    ],
)
def test_some_names_answer_badly(resolver: dns.resolver.Resolver, name: str, error: type[Exception]) -> None:
    resolver.lifetime = 0.3
    with pytest.raises(error):
        resolver.resolve(name, "TXT")


def test_records_may_change_while_the_server_runs(google: Google, resolver: dns.resolver.Resolver) -> None:
    records = google.server.organisation.dns
    records.append(DnsRecord("new.example", "TXT", ('say "yes" \\ no',)))
    assert texts(resolver, "new.example") == ['say "yes" \\ no']
    records[-1] = DnsRecord("new.example", "CNAME", ("new.example.",))
    with pytest.raises(dns.resolver.NoNameservers):
        resolver.resolve("new.example", "TXT")
    records.pop()


def test_questions_are_counted(google: Google, resolver: dns.resolver.Resolver) -> None:
    before = google.server.name_server.asked["counted.example", "MX"]
    with pytest.raises(dns.resolver.NXDOMAIN):
        resolver.resolve("Counted.example", "MX")
    assert google.server.name_server.asked["counted.example", "MX"] == before + 1


def test_what_is_no_question_gets_no_answer(google: Google, resolver: dns.resolver.Resolver) -> None:
    where = ("127.0.0.1", google.server.dns)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(0.1)
        udp.sendto(b"hello", where)
        with pytest.raises(TimeoutError):
            udp.recv(512)
    with socket.create_connection(where, timeout=1) as tcp:
        tcp.sendall(struct.pack("!H", 5) + b"hello")
        assert tcp.recv(512) == b""
    assert texts(resolver, "_spf.crm.example")


def test_two_servers_have_ports_of_their_own_and_free_them() -> None:
    with practice() as one, practice() as other:
        assert one.server.dns != other.server.dns
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        udp.bind(("127.0.0.1", one.server.dns))
        assert tcp.connect_ex(("127.0.0.1", other.server.dns)) != 0


def test_what_is_served_names_the_port_and_the_selectors(google: Google) -> None:
    served = serving(google.server)
    assert served.dns == google.server.dns
    assert served.dkim_selectors == {
        MAIN: ["google", "selector1", "selector2"],
        "news.rivera-campaign.example": ["google"],
        "rivera-action.example": ["google"],
        "rivera-events.example": ["selector1", "selector2"],
        "rivera-senate.example": ["google"],
        "rivera-volunteers.example": ["google"],
        "riveracampaign.onmicrosoft.com": ["selector1", "selector2"],
    }
