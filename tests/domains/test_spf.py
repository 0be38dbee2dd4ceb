"""SPF against a real name server: verdicts, look-ups, and what makes receivers ignore a record."""

from __future__ import annotations

import pytest
from name_server import dns

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET
from connectors.domains.spf import evaluate
from connectors.practice.organisation import DnsRecord

D = "org.example"
SERVICE = {"_spf.mail.example": ["v=spf1 ip4:192.0.2.0/24 -all"]}


@pytest.mark.parametrize(
    ("record", "verdict", "lookups"),
    [
        ("v=spf1 -all", "fail", 0),
        ("V=SPF1 ~ALL", "softfail", 0),
        ("v=spf1 ?all", "neutral", 0),
        ("v=spf1 +all", "everybody", 0),
        ("v=spf1 all", "everybody", 0),
        ("v=spf1", "neutral", 0),
        ("v=spf1 ip4:192.0.2.1", "neutral", 0),
        ("v=spf1 ip4:0.0.0.0/0 -all", "everybody", 0),
        ("v=spf1 -ip4:0.0.0.0/0 -all", "fail", 0),
        ("v=spf1 include:_spf.mail.example -all", "fail", 1),
        ("v=spf1 -all include:nowhere.example", "fail", 0),
        ("v=spf1 redirect=_spf.mail.example", "fail", 1),
        ("v=spf1 redirect=_spf.mail.example ~all", "softfail", 0),
        ("v=spf1 exp=explain.example unknown=thing -all", "fail", 0),
        ("v=spf1 exists:%{i}._spf.example -all", "fail", 1),
        ("v=spf1 include:%{d}.mail.example -all", UNSET, UNSET),
        ("v=spf1 include:%{d}.mail.example redirect=_spf.mail.example", UNSET, UNSET),
        ("v=spf1 include:nowhere.example -all", "invalid", UNSET),
        ("v=spf1 redirect=nowhere.example", "invalid", UNSET),
        ("v=spf1 ipv4:192.0.2.1 -all", "invalid", UNSET),
        ("v=spf1 include: -all", "invalid", UNSET),
        ("v=spf10 -all", "missing", 0),
        ("spf1 -all", "missing", 0),
    ],
)
def test_a_record_says_what_becomes_of_strangers(record: str, verdict: object, lookups: object) -> None:
    with dns({D: [record, "google-site-verification=x"], **SERVICE}) as asked:
        assert evaluate(D, asked) == (verdict, lookups)


def test_no_record_and_two_records_are_told_apart() -> None:
    with dns({D: ["v=spf1 -all", "v=spf1 ~all"]}) as asked:
        assert evaluate(D, asked)[0] == "several"
        assert evaluate("other.example", asked)[0] == "missing"


def chain(length: int) -> dict[str, list[str]]:
    return {f"s{number}.example": [f"v=spf1 include:s{number + 1}.example -all"] for number in range(length)} | {
        f"s{length}.example": ["v=spf1 -all"]
    }


@pytest.mark.parametrize(("length", "verdict"), [(9, "fail"), (10, "fail"), (11, "too_many_lookups")])
def test_ten_look_ups_are_allowed_and_the_eleventh_is_not(length: int, verdict: str) -> None:
    with dns(chain(length)) as asked:
        assert evaluate("s0.example", asked) == (verdict, length)


def test_a_record_that_includes_itself_ends() -> None:
    with dns({D: [f"v=spf1 include:{D} -all"]}) as asked:
        assert evaluate(D, asked)[0] == "too_many_lookups"


def test_whoever_includes_everybody_lets_everybody_in() -> None:
    with dns({D: ["v=spf1 include:open.example -all"], "open.example": ["v=spf1 +all"]}) as asked:
        assert evaluate(D, asked)[0] == "everybody"


def test_two_look_ups_may_come_to_nothing_and_a_third_may_not() -> None:
    known = [DnsRecord(D, "MX", (f"10 mx.{D}.",)), DnsRecord(f"mx.{D}", "A", ("192.0.2.1",))]
    for terms, verdict in (
        ("a:x.example mx:y.example mx", "fail"),
        ("a:x.example mx:y.example a:z.example", "invalid"),
    ):
        with dns({D: [f"v=spf1 {terms} -all"]}, *known) as asked:
            assert evaluate(D, asked)[0] == verdict


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED"])
def test_a_failure_of_the_dns_is_no_answer(rcode: str) -> None:
    broken = DnsRecord("broken.example", "TXT", (), rcode)
    with dns({D: ["v=spf1 include:broken.example -all"]}, broken) as asked:
        for name in (D, "broken.example"):
            with pytest.raises(ReadError) as caught:
                evaluate(name, asked)
            assert caught.value.reason is GapReason.UNREACHABLE
