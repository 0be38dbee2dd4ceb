from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import ForbiddenRequestError, GapReason, ReadError
from connectors.allow_list import LONGEST_ADDRESS, AllowList, demand_same_host, forbidden, rule

HOST = "graph.microsoft.com"
GOOD = f"https://{HOST}/v1.0/users/7/drive"
LIST = AllowList([rule(HOST, "GET", "/v1.0/users/{}/drive"), rule(HOST, "POST", "/v1.0/$batch", lambda _: None)])

ODD_ADDRESSES = {
    "http": GOOD.replace("https", "http"),
    "upper-case scheme": GOOD.replace("https", "HTTPS"),
    "another scheme": GOOD.replace("https", "ftp"),
    "no scheme": f"//{HOST}/v1.0/users/7/drive",
    "no host": "https:///v1.0/users/7/drive",
    "another host": "https://evil.example/v1.0/users/7/drive",
    "the host as a subdomain of another": f"https://{HOST}.evil.example/v1.0/users/7/drive",
    "the host as user information": f"https://{HOST}@evil.example/v1.0/users/7/drive",
    "user information": f"https://me:secret@{HOST}/v1.0/users/7/drive",
    "empty user information": f"https://@{HOST}/v1.0/users/7/drive",
    "a backslash before the host": f"https://evil.example\\@{HOST}/v1.0/users/7/drive",
    "the usual port": f"https://{HOST}:443/v1.0/users/7/drive",
    "another port": f"https://{HOST}:8443/v1.0/users/7/drive",
    "an empty port": f"https://{HOST}:/v1.0/users/7/drive",
    "an impossible port": f"https://{HOST}:99999/v1.0/users/7/drive",
    "an IPv4 address": "https://20.190.128.1/v1.0/users/7/drive",
    "an IPv6 address": "https://[::1]/v1.0/users/7/drive",
    "half a bracket": "https://[::1/v1.0/users/7/drive",
    "a trailing dot": f"https://{HOST}./v1.0/users/7/drive",
    "upper case": "https://Graph.Microsoft.com/v1.0/users/7/drive",
    "a lookalike in punycode": "https://xn--grph-6na.microsoft.com/v1.0/users/7/drive",
    "a lookalike in Cyrillic": "https://gr\u0430ph.microsoft.com/v1.0/users/7/drive",
    "a full-width dot": "https://graph\uff0emicrosoft.com/v1.0/users/7/drive",
    "an encoded dot in the host": "https://graph%2emicrosoft.com/v1.0/users/7/drive",
    "a climbing path": f"https://{HOST}/v1.0/users/7/../7/drive",
    "an encoded climbing path": f"https://{HOST}/v1.0/users/%2e%2E/drive",
    "a path that climbs half encoded": f"https://{HOST}/v1.0/users/.%2e/drive",
    "a path that stands still": f"https://{HOST}/v1.0/users/./drive",
    "an encoded slash": f"https://{HOST}/v1.0/users/7%2fmessages/drive",
    "an encoded backslash": f"https://{HOST}/v1.0/users/7%5Cmessages/drive",
    "a climb behind an encoded slash": f"https://{HOST}/v1.0/users/7%2f..%2fx/drive",
    "a twice encoded slash": f"https://{HOST}/v1.0/users/7%252fx/drive",
    "an encoded line break": f"https://{HOST}/v1.0/users/7%0d%0aX/drive",
    "an encoded NUL": f"https://{HOST}/v1.0/users/7%00/drive",
    "a fragment": f"{GOOD}#access_token=1",
    "an empty fragment": f"{GOOD}#",
    "a line break": f"{GOOD}\r\nX: y",
    "a tab": f"https://{HOST}/v1.0/users/\t7/drive",
    "a leading space": f" {GOOD}",
    "a NUL": f"{GOOD}\x00",
    "a delete": f"{GOOD}\x7f",
    "an unlisted path": f"https://{HOST}/v1.0/users/7/messages",
    "more behind a listed path": f"{GOOD}/root",
    "a doubled slash": f"https://{HOST}//v1.0/users/7/drive",
    "a segment too many": f"https://{HOST}/v1.0/users/7/8/drive",
    "an empty segment": f"https://{HOST}/v1.0/users//drive",
    "an over-long address": f"{GOOD}?" + "x" * LONGEST_ADDRESS,
    "nothing": "",
}


def test_a_listed_read_is_let_out_whatever_its_query() -> None:
    assert LIST.demand("GET", GOOD, b"") == HOST
    assert LIST.demand("GET", f"{GOOD}?$top=5&$skiptoken=a%2Fb%23..%2F", b"") == HOST
    assert LIST.hosts == {HOST}


@pytest.mark.parametrize("url", ODD_ADDRESSES.values(), ids=ODD_ADDRESSES.keys())
def test_an_odd_address_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenRequestError):
        LIST.demand("GET", url, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "get", "GET ", ""])
def test_a_method_that_the_rule_does_not_name_is_refused(method: str) -> None:
    with pytest.raises(ForbiddenRequestError):
        LIST.demand(method, GOOD, b"")


def test_a_body_goes_only_where_something_looks_into_it() -> None:
    assert LIST.demand("POST", f"https://{HOST}/v1.0/$batch", b"looked at") == HOST
    with pytest.raises(ForbiddenRequestError, match="carries a body"):
        LIST.demand("GET", GOOD, b"{}")


def test_a_placeholder_stands_for_exactly_one_segment_and_everything_else_for_itself() -> None:
    pattern = rule(HOST, "GET", "/a.b/{}/$c").path
    assert pattern.fullmatch("/a.b/x y/$c")
    assert not pattern.fullmatch("/aXb/x/$c")
    assert not pattern.fullmatch("/a.b/x/y/$c")


def test_the_refusal_shows_neither_query_nor_fragment_nor_user_information() -> None:
    text = str(forbidden("GET", "https://me:SECRET@host/path/x?token=SECRET#SECRET", "so"))
    assert "SECRET" not in text
    assert "https://host/path/x" in text
    assert "SECRET" not in str(forbidden("GET", "https://host/x#SECRET", "so"))


OFF_HOST = [name for name in ODD_ADDRESSES if not re.search("path|segment|slash too|unlisted|doubled", name)]


@pytest.mark.parametrize("name", OFF_HOST)
def test_a_link_that_leads_astray_is_a_refused_link(name: str) -> None:
    with pytest.raises(ReadError) as caught:
        demand_same_host(ODD_ADDRESSES[name], HOST)
    assert caught.value.reason is GapReason.REFUSED_LINK


def test_a_link_back_to_the_same_host_is_followed() -> None:
    demand_same_host(f"{GOOD}?$skiptoken=x", HOST)


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.sampled_from(["", "https://", f"https://{HOST}/"]))
def test_any_text_is_let_out_or_refused_and_what_is_let_out_is_on_the_host(rest: str, start: str) -> None:
    try:
        LIST.demand("GET", start + rest, b"")
    except ForbiddenRequestError:
        return
    assert re.fullmatch(r"https://graph\.microsoft\.com/v1\.0/users/[^/]+/drive(\?.*)?", start + rest)
