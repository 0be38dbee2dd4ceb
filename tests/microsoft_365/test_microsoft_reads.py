"""Nothing leaves that is not on the written list, whatever stands in a body."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import ForbiddenRequestError
from connectors.allow_list import AllowList
from connectors.microsoft_365.reads import BATCH, CMDLETS, LARGEST_BATCH, RULES, encode

LIST = AllowList(RULES)
GRAPH = "https://graph.microsoft.com/v1.0"
INVOKE = "https://outlook.office365.com/adminapi/beta/t/InvokeCommand"
TOKEN = "https://login.microsoftonline.com/t/oauth2/v2.0/token"


def batch(*parts: object) -> bytes:
    return encode({"requests": list(parts)})


def part(method: str = "GET", url: str = "/domains", **more: object) -> dict[str, object]:
    return {"id": "0", "method": method, "url": url, **more}


def cmdlet(name: object, **parameters: object) -> bytes:
    return encode({"CmdletInput": {"CmdletName": name, "Parameters": parameters}})


def refused(method: str, url: str, body: bytes) -> bool:
    try:
        LIST.demand(method, url, body)
    except ForbiddenRequestError:
        return True
    return False


def test_reads_leave() -> None:
    assert LIST.demand("GET", f"{GRAPH}/users?$top=999", b"") == "graph.microsoft.com"
    assert LIST.demand("POST", BATCH, batch(part(), part(url="/users/u/mailFolders/inbox/messageRules")))
    assert LIST.demand("POST", INVOKE, cmdlet("Get-Mailbox", ResultSize="Unlimited"))
    assert LIST.demand(
        "POST", TOKEN, b"grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
    )
    assert LIST.demand("GET", f"{GRAPH}/drives/b!x/root/delta(token='abc')", b"")


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE", "HEAD"])
def test_nothing_but_reading_leaves_for_graph(method: str) -> None:
    assert refused(method, f"{GRAPH}/users", b"")


@pytest.mark.parametrize(
    "path",
    [
        "/users/u",
        "/users/u/messages",
        "/me/messages",
        "/drives/d/items/i/content",
        "/auditLogs/signIns",
        "/users/u/drive/root",
    ],
)
def test_no_other_address_of_graph_is_asked(path: str) -> None:
    assert refused("GET", GRAPH + path, b"")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"not json",
        batch(),
        batch(*[part()] * (LARGEST_BATCH + 1)),
        batch(part("POST")),
        batch(part("get")),
        batch(part(url="/me/sendMail")),
        batch(part(url="/domains/../users/u/messages")),
        batch(part(url="@evil.example/")),
        batch(part(url="//evil.example/v1.0/users")),
        batch(part(body={"a": 1})),
        batch(part(headers={"x-http-method-override": "DELETE"})),
        batch(part(), "text"),
        encode({"requests": [part()], "more": 1}),
        b'{"requests":[{"id":"0","method":"DELETE","method":"GET","url":"/domains"}]}',
        b'{"requests": [{"id":"0","method":"GET","url":"/domains"}]}',
    ],
)
def test_a_batch_with_anything_but_reads_is_not_sent(body: bytes) -> None:
    assert refused("POST", BATCH, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        cmdlet("Set-Mailbox", ForwardingSmtpAddress="x@evil.example"),
        cmdlet("Get-Mailbox", Identity="x"),
        cmdlet("get-mailbox"),
        cmdlet("Get-Mailbox; Remove-Mailbox x"),
        cmdlet("Get-MessageTrace"),
        cmdlet(None),
        cmdlet(["Get-Mailbox"]),
        encode({"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {}, "More": 1}}),
        b'{"CmdletInput":{"CmdletName":"Remove-Mailbox","CmdletName":"Get-Mailbox","Parameters":{}}}',
    ],
)
def test_a_cmdlet_that_is_not_on_the_list_is_not_run(body: bytes) -> None:
    assert refused("POST", INVOKE, body)


def test_every_cmdlet_on_the_list_reads() -> None:
    assert all(name.startswith("Get-") for name in CMDLETS)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"grant_type=password&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
        b"grant_type=client_credentials&scope=https%3A%2F%2Fvault.azure.net%2F.default",
        b"grant_type=client_credentials&grant_type=password&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
    ],
)
def test_only_the_applications_own_token_is_asked_for(body: bytes) -> None:
    assert refused("POST", TOKEN, body)


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.text(), st.lists, max_leaves=4).map(lambda x: json.dumps(x).encode())
)
def test_bodies_of_any_shape_are_refused_and_not_stumbled_over(body: bytes) -> None:
    for url in (BATCH, INVOKE, TOKEN):
        assert refused("POST", url, body)
