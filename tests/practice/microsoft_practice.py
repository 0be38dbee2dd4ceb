"""A tenant small enough to know by heart, and a caller that speaks to Microsoft's services without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from connectors.practice import microsoft
from connectors.practice.credentials import Credentials
from connectors.practice.exchange_organisation import InboxRule, Mailbox
from connectors.practice.organisation import (
    Drive,
    DriveItem,
    GoogleTenant,
    MicrosoftAccount,
    MicrosoftGroup,
    MicrosoftTenant,
    Organisation,
    Site,
)
from connectors.practice.permissions import Permissions
from connectors.practice.quotas import Quotas
from connectors.practice.wire import Answer, Request

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BASE = "http://127.0.0.1:8025"
LOGIN, GRAPH, EXCHANGE = "login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com"
TENANT = "8d1b5a3e-6f4e-4a86-9a7e-0f0f3b9f1c11"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
ANYONE = {"id": "p1", "roles": ["read"], "link": {"scope": "anonymous", "type": "view", "webUrl": "https://x.example"}}
OWNER = {"id": "p0", "roles": ["owner"], "grantedToV2": {"user": {"id": "a-admin", "displayName": "Ada Vo"}}}


@cache
def credentials() -> Credentials:
    return Credentials.fresh()


def account(key: str, name: str, **fields: object) -> MicrosoftAccount:
    address = f"{key.removeprefix('a-')}@rivera.example"
    given = {"mail": address, "last_sign_in": NOW - timedelta(days=1), "mailbox": Mailbox(f"x-{key}"), **fields}
    return MicrosoftAccount(id=key, address=address, display_name=name, created=NOW - timedelta(days=400), **given)  # type: ignore[arg-type]


def organisation(*, volunteers: int = 0) -> Organisation:
    """Return an administrator, a treasurer with two rules, a shared mailbox, a guest, somebody without a licence."""
    items = [DriveItem(f"i{number}", f"Notes {number}.docx", folder=False, permissions=[OWNER]) for number in range(4)]
    items[2].permissions.append(ANYONE)
    rules = [
        InboxRule("r1", "...", enabled=True, conditions={}, actions={"delete": True}),
        InboxRule("r2", "Old", enabled=False, conditions={}, actions={"stopProcessingRules": True}),
    ]
    forwarded = Mailbox("x-treasurer", forwarding_smtp_address="smtp:drop@evil.example", deliver_and_forward=True)
    accounts = [
        account(
            "a-admin",
            "Ada Vo",
            methods=["fido2SecurityKey"],
            role_template_ids=[GLOBAL_ADMINISTRATOR],
            drive=Drive("d-admin", "OneDrive", "https://rivera-my.sharepoint.example/ada", items),
        ),
        account(
            "a-treasurer",
            "Tom Reyes",
            rules=rules,
            mailbox=forwarded,
            mail_folders={"f-rss-000001": "RSS Feeds"},
            eligible_role_template_ids=[USER_ADMINISTRATOR],
        ),
        account("a-press", "Press office", mailbox=Mailbox("x-press", recipient_type="SharedMailbox"), enabled=False),
        account("a-guest", "Gus Lin", guest=True, pending=True, mailbox=None, licensed=False, last_sign_in=None),
        account("a-new", "Nia Okoro", mailbox=None, mail=None, licensed=False, per_user_mfa="enforced"),
        *(account(f"a-v{number}", f"Volunteer {number}") for number in range(volunteers)),
    ]
    library = Drive("d-library", "Documents", "https://rivera.sharepoint.example/Shared%20Documents")
    tenant = MicrosoftTenant(
        tenant_id=TENANT,
        name="Rivera for Senate",
        domains=[{"id": "rivera.example", "isDefault": True, "isInitial": False}],
        security_defaults=False,
        conditional_access=[{"id": "c1", "displayName": "MFA", "state": "enabled"}],
        sharepoint={"sharingCapability": "externalUserAndGuestSharing"},
        transport_rules=[{"Name": "Archive", "State": "Enabled", "BlindCopyTo": ["x@evil.example"]}],
        groups=[
            MicrosoftGroup("g1", "Exceptions", ["a-treasurer", "g2"]),
            MicrosoftGroup("g2", "More", ["g1", "a-new"]),
        ],
        accounts=accounts,
        sites=[Site("rivera.sharepoint.example,s,w", "Finance", "https://rivera.sharepoint.example/f", [library])],
        named_locations=[{"@odata.type": "#microsoft.graph.countryNamedLocation", "id": "l1", "displayName": "Home"}],
    )
    google = GoogleTenant("C01", "rivera.example", [], [], "ada@rivera.example", [], [], [])
    return Organisation("Rivera for Senate", 1, NOW, [], google, tenant)


class Caller:
    """Microsoft's services as functions; ``granted``, ``now``, ``quotas``, ``struck`` (answers by path) may change."""

    def __init__(self, known: Organisation | None = None) -> None:
        self.granted = Permissions()
        self.now = NOW
        self.struck: dict[str, Answer] = {}
        known = known or organisation()
        self.quotas: Quotas | None = None
        self._services = microsoft.service(
            known, credentials(), lambda: self.granted, self.serve, lambda: self.now, lambda: self.quotas
        )
        self._tokens: dict[str, str] = {}

    def serve(self, request: Request) -> Answer:
        return self.struck.get(request.path) or self._services[request.host](request)

    def call(
        self, host: str, method: str, target: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        split = urlsplit(target)
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        path = unquote(split.path)
        return self.serve(Request(method, host, path, query, headers or {}, body, f"{BASE}/{host}"))

    def sign_in(self, tenant: str = TENANT, **form: str) -> Answer:
        body = {
            "grant_type": "client_credentials",
            "client_id": credentials().microsoft_client_id,
            "client_secret": credentials().microsoft_secret,
            "scope": f"https://{GRAPH}/.default",
            **form,
        }
        return self.call(LOGIN, "POST", f"/{tenant}/oauth2/v2.0/token", body=urlencode(body).encode())

    def token(self, host: str) -> dict[str, str]:
        """Return the header for ``host``, signed in once and kept, as a client does."""
        if host not in self._tokens:
            answer = self.sign_in(scope=f"https://{host}/.default")
            assert answer.status == 200, answer
            self._tokens[host] = str(answer.body["access_token"])
        return {"authorization": f"Bearer {self._tokens[host]}"}

    def get(self, target: str) -> Answer:
        return self.call(GRAPH, "GET", target, headers=self.token(GRAPH))

    def rows(self, target: str) -> list[dict[str, object]]:
        """Return a listing to its last page."""
        found: list[dict[str, object]] = []
        link: str | None = target
        while link:
            answer = self.get(link.removeprefix(f"{BASE}/{GRAPH}"))
            assert answer.status == 200, answer
            found += answer.body["value"]
            link = answer.body.get("@odata.nextLink")
        return found

    def batch(self, *steps: dict[str, object]) -> Answer:
        body = json.dumps({"requests": steps}).encode()
        return self.call(GRAPH, "POST", "/v1.0/$batch", headers=self.token(GRAPH), body=body)

    def cmdlet(self, name: str, **parameters: object) -> Answer:
        body = json.dumps({"CmdletInput": {"CmdletName": name, "Parameters": parameters}}).encode()
        target = f"/adminapi/beta/{TENANT}/InvokeCommand"
        return self.call(EXCHANGE, "POST", target, headers=self.token(EXCHANGE), body=body)


def code(answer: Answer) -> str:
    """Return the code of an error body."""
    return str(answer.body["error"]["code"])
