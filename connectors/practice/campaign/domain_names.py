"""What the domain name system says of the organisation's domains: mail servers, SPF, DKIM and DMARC.

The main domain is as it should be, if unusual: its SPF record needs exactly the ten lookups that RFC 7208 allows and
its DMARC record shouts. The volunteers' domain was forgotten. Sources: RFC 7208, RFC 6376, RFC 7489.
"""

from __future__ import annotations

from connectors.practice.campaign.google_tenant import ALIAS_DOMAIN, VOLUNTEERS_DOMAIN
from connectors.practice.campaign.microsoft_policies import EVENTS_DOMAIN, INITIAL_DOMAIN
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.scene import GOOGLE, MICROSOFT, Scene
from connectors.practice.organisation import DnsRecord, Organisation

ACTION_DOMAIN, NEWS_DOMAIN = "rivera-action.example", f"news.{DOMAIN}"  # of larger organisations alone
LARGER = 200  # accounts from which on there are more domains
GOOGLE_SELECTOR, MICROSOFT_SELECTORS = "google", ("selector1", "selector2")

_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyq/TSM3u5mPGU6plJM++xKeuhjFDZPTdJYub6B9i1uEXCZDncvxzRX"
    "O9X9RgaBPbNNn299O2bMOdgCAu+d8irOh9c35Ql5sKyJULPIB5ayUTukw7jD89DqTQ60fHIvG0FiPPIlwXYRvr0RYyTRbsPdLR"
    "FstfNSnqY52xxbfqFJjQwzzost1YaciV6BUFZCCBEJ5dW8kn6FJ4KIj+DZv9KPKNpo3xzPgVar0mfn3MIyZPDgu/l/2hh2errJ"
    "Qk2mmk2afQUY88t9+xECVc6LqVAyMkdSl/ocd4MAjrREzWCFg81gmqvLD0pU1BntMJcui3kwiZrkSKxngv0E4GN3rkuwIDAQAB"
)
_DKIM = f"v=DKIM1; k=rsa; p={_KEY}"
_REPORTS = f"rua=mailto:dmarc@{DOMAIN}"
_OUTLOOK = "spf.protection.outlook.com"
_SITE = "google-site-verification=" + "d4HxO9s3kB7n" * 4


def add_further_domains(organisation: Organisation) -> None:
    """Give a larger organisation a domain for petitions and one for newsletters."""
    if len(organisation.google.accounts) >= LARGER:
        organisation.google.secondary_domains += [ACTION_DOMAIN, NEWS_DOMAIN]


def furnish_dns(organisation: Organisation) -> None:
    """Enter the records of every domain, and of the mail services that they name; some names answer badly."""
    larger = len(organisation.google.accounts) >= LARGER
    organisation.dns += [*_services(), *_main_domain(), *_volunteers_domain(), *_alias_domain()]
    organisation.dns += [*_microsoft_domain(INITIAL_DOMAIN), *_microsoft_domain(EVENTS_DOMAIN, crowded=larger)]
    organisation.dns += [*_broken_names(), *(_further_domains() if larger else ())]


def dkim_selectors(organisation: Organisation) -> dict[str, list[str]]:
    """Return the selectors with which each domain signs, as somebody who set it up would know."""
    google, microsoft = organisation.google, organisation.microsoft
    selectors = {
        name: [GOOGLE_SELECTOR] for name in (google.primary_domain, *google.secondary_domains, *google.alias_domains)
    }
    for domain in microsoft.domains:
        selectors.setdefault(str(domain["id"]), []).extend(MICROSOFT_SELECTORS)
    return selectors


def plant_domain_names(scene: Scene) -> None:
    """Write down what is wrong with the records and what only looks so."""
    for kind in ("no-spf", "weak-dmarc", "no-dkim"):
        scene.problem(kind, GOOGLE, "", VOLUNTEERS_DOMAIN, VOLUNTEERS_DOMAIN)
    for kind in ("spf-ten-lookups", "dmarc-capitals", "dkim-in-pieces"):
        scene.decoy(kind, GOOGLE, "", DOMAIN, DOMAIN)
    scene.decoy("dmarc-without-spaces", GOOGLE, "", ALIAS_DOMAIN, ALIAS_DOMAIN)
    if len(scene.organisation.google.accounts) >= LARGER:
        for kind in ("spf-two-records", "no-dmarc", "no-dkim"):
            scene.problem(kind, GOOGLE, "", ACTION_DOMAIN, ACTION_DOMAIN)
        scene.problem("spf-too-many-lookups", MICROSOFT, "", EVENTS_DOMAIN, EVENTS_DOMAIN)
        scene.decoy("dmarc-inherited", GOOGLE, "", NEWS_DOMAIN, NEWS_DOMAIN)


def _services() -> list[DnsRecord]:
    """Return the records of mail services; their networks are those that RFC 5737 sets aside for examples."""
    spf = {
        "_spf.google.com": " ".join(f"include:_netblocks{number}.google.com" for number in ("", 2, 3)),
        "_netblocks.google.com": "ip4:192.0.2.0/26",
        "_netblocks2.google.com": "ip4:192.0.2.64/26",
        "_netblocks3.google.com": "ip6:2001:db8:1::/48",
        _OUTLOOK: "ip4:198.51.100.0/24",
        "_spf.mailer.example": "include:_spf2.mailer.example",
        "_spf2.mailer.example": "ip4:203.0.113.0/26",
        "_spf.crm.example": "ip4:203.0.113.64/26",
    }
    spf |= {f"_spf{number}.tickets.example": f"ip4:203.0.113.{96 + number}" for number in range(1, 11)}
    return [
        *(DnsRecord(name, "TXT", (f"v=spf1 {terms} ~all",)) for name, terms in spf.items()),
        DnsRecord("smtp.google.com", "A", ("192.0.2.10",)),
        DnsRecord(f"mail.{_OUTLOOK.removeprefix('spf.')}", "A", ("198.51.100.10",)),
    ]


def _main_domain() -> list[DnsRecord]:
    # Four lookups for Google, one for Microsoft, two for the mailer, one for the donors, the web server and MX each.
    spf = (
        f"v=spf1 include:_spf.google.com include:{_OUTLOOK} include:_spf.mailer.example include:_spf.crm.example "
        f"a:web.{DOMAIN} mx -all"
    )
    return [
        DnsRecord(DOMAIN, "MX", ("1 smtp.google.com.",)),
        DnsRecord(DOMAIN, "TXT", (_SITE, spf, "MS=ms50505050", f"petition-site-verification={'Xy7' * 60}", "p=none")),
        DnsRecord(f"web.{DOMAIN}", "A", ("203.0.113.200",)),
        DnsRecord(f"google._domainkey.{DOMAIN}", "TXT", (_DKIM,)),
        *_microsoft_keys(DOMAIN),
        DnsRecord(f"_dmarc.{DOMAIN}", "TXT", (f"v=DMARC1; p=REJECT; sp=Reject; {_REPORTS}",)),
        *(
            DnsRecord(f"{name}._report._dmarc.{DOMAIN}", "TXT", ("v=DMARC1",))
            for name in (VOLUNTEERS_DOMAIN, ALIAS_DOMAIN, EVENTS_DOMAIN, INITIAL_DOMAIN)
        ),
    ]


def _volunteers_domain() -> list[DnsRecord]:
    return [
        DnsRecord(VOLUNTEERS_DOMAIN, "MX", ("1 smtp.google.com.",)),
        DnsRecord(VOLUNTEERS_DOMAIN, "TXT", (_SITE,)),
        DnsRecord(f"_dmarc.{VOLUNTEERS_DOMAIN}", "TXT", (f"v=DMARC1; p=none; {_REPORTS}",)),
    ]


def _alias_domain() -> list[DnsRecord]:
    return [
        DnsRecord(ALIAS_DOMAIN, "MX", ("1 smtp.google.com.",)),
        DnsRecord(ALIAS_DOMAIN, "TXT", ("v=spf1 include:_spf.google.com -all",)),
        DnsRecord(f"google._domainkey.{ALIAS_DOMAIN}", "TXT", (_DKIM,)),
        DnsRecord(f"_dmarc.{ALIAS_DOMAIN}", "TXT", (f"v=DMARC1;p=reject;{_REPORTS}",)),
    ]


def _microsoft_domain(name: str, *, crowded: bool = False) -> list[DnsRecord]:
    """Return the records of a domain of the Entra tenant; a ``crowded`` one names a service too many."""
    others = " ".join(f"include:_spf{number}.tickets.example" for number in range(1, 11)) if crowded else ""
    spf = " ".join(filter(None, ("v=spf1", f"include:{_OUTLOOK}", others, "-all")))
    return [
        DnsRecord(name, "MX", (f"0 mail.{_OUTLOOK.removeprefix('spf.')}.",)),
        DnsRecord(name, "TXT", (spf,)),
        *_microsoft_keys(name),
        DnsRecord(f"_dmarc.{name}", "TXT", (f"v=DMARC1; p=reject; {_REPORTS}",)),
    ]


def _microsoft_keys(name: str) -> list[DnsRecord]:
    records = []
    for selector in MICROSOFT_SELECTORS:
        target = f"{selector}-{name.replace('.', '-')}._domainkey.{INITIAL_DOMAIN}"
        records.append(DnsRecord(target, "TXT", (_DKIM,)))
        records.append(DnsRecord(f"{selector}._domainkey.{name}", "CNAME", (f"{target}.",)))
    return records


def _further_domains() -> list[DnsRecord]:
    """Return two records where one is allowed, a key that was taken back, and a domain below the main one."""
    return [
        DnsRecord(ACTION_DOMAIN, "MX", ("1 smtp.google.com.",)),
        DnsRecord(
            ACTION_DOMAIN, "TXT", ("v=spf1 include:_spf.google.com -all", "v=spf1 include:_spf.crm.example -all")
        ),
        DnsRecord(f"google._domainkey.{ACTION_DOMAIN}", "TXT", ("v=DKIM1; k=rsa; p=",)),
        DnsRecord(NEWS_DOMAIN, "MX", ("1 smtp.google.com.",)),
        DnsRecord(NEWS_DOMAIN, "TXT", (f"v=spf1 redirect=_spf.{DOMAIN}",)),
        DnsRecord(f"_spf.{DOMAIN}", "TXT", ("v=spf1 include:_spf.mailer.example -all",)),
        DnsRecord(f"google._domainkey.{NEWS_DOMAIN}", "TXT", (_DKIM,)),
    ]


def _broken_names() -> list[DnsRecord]:
    """Return names, none of them a domain of the organisation, at which a resolver learns nothing."""
    return [
        DnsRecord("servfail.example", "TXT", rcode="SERVFAIL"),
        DnsRecord("refused.example", "TXT", rcode="REFUSED"),
        DnsRecord("silent.example", "TXT", rcode="SILENT"),
    ]
