"""DMARC, DKIM and MX against a real name server, and the collector that puts them together."""

from __future__ import annotations

import pytest
from name_server import dns

from auditor.errors import GapReason
from auditor.facts import UNSET
from auditor.facts.mail_domain import MailDomain
from auditor.models import Failure
from connectors.domains import Lookups, MailDomainsCollector
from connectors.domains.dmarc import Policy, evaluate, organisational, tags
from connectors.practice.organisation import DnsRecord

D = "org.example"


@pytest.mark.parametrize(
    ("record", "policy"),
    [
        ("v=DMARC1; p=reject", Policy("reject", 100)),
        ("v=DMARC1;p=quarantine;pct=50", Policy("quarantine", 50)),
        ("v=DMARC1; P=REJECT; rua=MAILTO:D@Org.Example", Policy("reject", 100, ("d@org.example",))),
        (
            " v = DMARC1 ; p = none ; rua=mailto:a@x.example!10m,mailto:b@x.example",
            Policy("none", 100, ("a@x.example", "b@x.example")),
        ),
        ("v=DMARC1; p=reject; pct=much", Policy("reject", 100)),
        ("v=DMARC1; p=reject; pct=500", Policy("reject", 100)),
        ("v=DMARC1; p=block; rua=mailto:a@x.example", Policy("none", 100, ("a@x.example",))),
        ("v=DMARC1; p=block", Policy("invalid", 100)),
        ("p=reject; v=DMARC1", Policy("missing")),
        ("v=DMARC2; p=reject", Policy("missing")),
        ("", Policy("missing")),
    ],
)
def test_a_record_is_read_as_receivers_read_it(record: str, policy: Policy) -> None:
    with dns({f"_dmarc.{D}": [record]}) as asked:
        assert evaluate(D, asked) == policy


def test_two_records_count_as_none() -> None:
    with dns({f"_dmarc.{D}": ["v=DMARC1; p=reject", "v=DMARC1; p=none"]}) as asked:
        assert evaluate(D, asked) == Policy("several")


@pytest.mark.parametrize(("record", "inherited"), [("p=reject; sp=none", "none"), ("p=reject", "reject")])
def test_a_subdomain_inherits_what_its_organisational_domain_says_of_subdomains(record: str, inherited: str) -> None:
    with dns({"_dmarc.rivera.co.uk": [f"v=DMARC1; {record}"]}) as asked:
        assert evaluate("news.mail.rivera.co.uk", asked).policy == inherited
        assert evaluate("rivera.co.uk", asked).policy == "reject"
        assert evaluate("other.co.uk", asked).policy == "missing"


def test_the_organisational_domain_is_the_one_below_the_public_suffix() -> None:
    assert organisational("a.b.rivera.co.uk") == "rivera.co.uk"
    assert organisational("rivera.example") == "rivera.example"
    assert organisational("co.uk") == "co.uk"


def test_the_first_tag_of_a_name_counts() -> None:
    assert tags("a=1; A=2; nonsense; b==3;") == {"a": "1", "b": "=3"}


def collected(lookups: Lookups, **configured: list[str]) -> tuple[MailDomain, list[Failure]]:
    selectors = {D: configured["selectors"]} if configured else {}
    collector = MailDomainsCollector("t", lambda: ["ORG.example", D], lookups, ("google",), selectors)
    (target,) = collector.targets()
    *failures, domain = collector.read([target])
    assert isinstance(domain, MailDomain)
    return domain, [each for each in failures if isinstance(each, Failure)]


KEY = "v=DKIM1; k=rsa; p=MIIB"


def test_a_key_is_proof_and_none_under_a_guessed_selector_is_nothing() -> None:
    with dns({f"google._domainkey.{D}": [KEY], f"old._domainkey.{D}": ["v=DKIM1; p="]}) as asked:
        assert collected(asked)[0].dkim is True
        assert collected(asked, selectors=["old"])[0].dkim is False
        assert collected(asked, selectors=["old", "google"])[0].dkim is True
    with dns({D: ["v=spf1 -all"]}) as asked:
        assert collected(asked)[0].dkim is UNSET
        assert collected(asked, selectors=["google"])[0].dkim is False


def test_a_key_in_pieces_is_put_together() -> None:
    with dns({f"google._domainkey.{D}": ["v=DKIM1; p=" + "A" * 600]}) as asked:
        assert collected(asked)[0].dkim is True


def test_mail_servers_are_told_in_order_and_a_null_record_is_none() -> None:
    with dns(None, DnsRecord(D, "MX", ("10 ASPMX.L.Google.com.", "20 alt1.example."))) as asked:
        assert collected(asked)[0].mail_servers == ("alt1.example", "aspmx.l.google.com")
    with dns(None, DnsRecord(D, "MX", ("0 .",))) as asked:
        assert collected(asked)[0].mail_servers == ()


def test_what_the_dns_does_not_answer_is_a_gap_of_that_field_and_no_other() -> None:
    broken = DnsRecord(f"_dmarc.{D}", "TXT", (), "SERVFAIL")
    with dns({D: ["v=spf1 -all"], f"google._domainkey.{D}": [KEY]}, broken) as asked:
        domain, failures = collected(asked)
    assert [each.fields for each in failures] == [("dmarc", "dmarc_percent", "dmarc_reports")]
    assert failures[0].error.reason is GapReason.UNREACHABLE
    assert (domain.spf, domain.dkim, domain.dmarc) == ("fail", True, UNSET)


@pytest.mark.parametrize("name", ["a" * 64 + ".example", "a..example", "x." * 130 + "example"])
def test_a_name_that_cannot_exist_has_no_records(name: str) -> None:
    with dns() as asked:
        assert asked.texts(name) == ()
