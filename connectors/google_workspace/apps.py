"""Applications that people gave access to: each person's grants, or what the log of 180 days and the totals tell.

``tokens.list`` tells every grant, to a scope that could also switch 2-Step Verification off. Without it the log tells
who let an application in within 180 days, and with which scopes; the totals of the customer tell of older ones that
they exist and how many people use them, but not what they may do: those stay unknown.
Source: Directory API, ``tokens.list``; Reports API, ``activities.list`` (``token``) and ``customerUsageReports.get``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, AppGrant, Directory, Read
from auditor.models import Failure, NotApplicable, Target
from connectors.google_workspace.answers import nothing_there
from connectors.google_workspace.client import Call, Client, Wire, listed, parsed_result
from connectors.google_workspace.scope_risks import reads_files, reads_mail, risk
from connectors.google_workspace.scopes import AUDIT, SECURITY, USERS
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.usage import newest_report
from connectors.google_workspace.values import address, moment, text, texts, whole_number

_LOG = Target("token", "the log of applications that were let in")
_WHOSE = "Whose some applications are is not known, because not all accounts could be listed."


@dataclass(frozen=True, slots=True)
class Entry:
    """That somebody let an application in, or threw it out; ``when`` is known from the log alone."""

    who: str
    app: str
    name: Read[str]
    scopes: Read[tuple[str, ...]]
    when: Read[datetime]


@dataclass(frozen=True, slots=True)
class TokensCollector:
    """Reads the grants of each account."""

    client: Client
    directory: Directory

    name = "tokens"
    kinds = ("app_grant",)
    per_account = True
    batch_size = 100

    def targets(self) -> Iterator[Target]:
        """Every account: what was let in stays so while an account is suspended."""
        return (Target(account.key, account.address, account.key) for account in self.directory.accounts.values())

    def read(self, targets: Sequence[Target]) -> Iterator[AppGrant | Failure | NotApplicable]:
        """Yield the grants of each account."""
        calls = [Call(self.client.directory.tokens().list(userKey=t.key), ADMINISTRATOR, SECURITY) for t in targets]
        for target, call, result in zip(targets, calls, self.client.batch("directory", calls), strict=True):
            if not isinstance(result, ReadError) and (reason := nothing_there(result)):
                yield NotApplicable(target, reason)
                continue
            try:
                wires = listed(parsed_result(call, result), "items")
                yield from [parse_token(wire, self.directory.accounts[target.key]) for wire in wires]
            except ReadError as error:
                yield Failure(target, error, "app_grant")


@dataclass(frozen=True, slots=True)
class LogCollector:
    """Reads from the log which applications were let in, and were not thrown out since."""

    client: Client
    directory: Directory

    name = "token_log"
    kinds = ("app_grant",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing of each event, judged together."""
        return (_LOG,)

    def read(self, targets: Sequence[Target]) -> Iterator[AppGrant | Failure]:
        """Yield what was let in and not thrown out, then the applications that more people use. Raises ``ReadError``.

        Whoever is not in a directory that was read to its end has been deleted, and the grants with the account.
        """
        del targets  # there is only one
        revoked: dict[tuple[str, str], datetime] = {}
        for entry, when in self._entries("revoke"):
            revoked[entry.who, entry.app] = max(revoked.get((entry.who, entry.app), when), when)
        let_in: dict[tuple[str, str], list[Entry]] = {}
        for entry, when in self._entries("authorize"):
            if revoked.get((entry.who, entry.app), when) <= when:
                let_in.setdefault((entry.who, entry.app), []).append(entry)
        people = {account.address: account.key for account in self.directory.accounts.values()}
        whole = self.directory.tenant.active_people is not UNSET
        grants = [
            _grant(self.directory.tenant.tenant, people.get(who), entries)
            for (who, _), entries in let_in.items()
            if who in people or not whole
        ]
        yield from grants
        if not whole:
            yield Failure(_LOG, ReadError(GapReason.PARTIAL, _WHOSE, USERS.remedy), "app_grant")
        holders = Counter(grant.app for grant in grants)
        for app, name, number in read_totals(self.client):
            if number > holders[app]:
                yield self._older(app, name, number)

    def _older(self, app: str, name: str, people: int) -> AppGrant:
        """Return what is known of an application that somebody let in before the log begins: not what it may do."""
        tenant = self.directory.tenant.tenant
        return AppGrant(tenant=tenant, key=app, label=name, app=app, consent="person", people=people)

    def _entries(self, event: str) -> Iterator[tuple[Entry, datetime]]:
        listing = self.client.reports.activities()
        request = listing.list(userKey="all", applicationName="token", eventName=event, maxResults=1000)
        pages = self.client.pages(listing, Call(request, ADMINISTRATOR, AUDIT), "items")
        return (parse_entry(wire, event) for wire in pages)


def read_totals(client: Client) -> list[tuple[str, str, int]]:
    """Return id, name and number of people of each application of the customer. Raises ``ReadError``."""
    listing = client.reports.customerUsageReports()
    parameter = "accounts:authorized_apps"
    rows = newest_report(client, lambda date: listing.get(date=date, parameters=parameter))
    values = [each for row in rows for each in listed(row, "parameters") if each.get("name") == parameter]
    return [parse_total(wire) for value in values for wire in listed(value, "msgValue")]


def parse_total(wire: Wire) -> tuple[str, str, int]:
    """Return an application of the totals. Raises ``ReadError``."""
    app, people = text(wire.get("client_id")), whole_number(wire.get("num_users"))
    if app is UNSET or people is UNSET:
        raise ReadError(GapReason.MALFORMED, "An application of the totals cannot be read.", "Run again.")
    return app, text(wire.get("client_name")) or app, people


def parse_token(wire: Wire, account: Account) -> AppGrant:
    """Return a grant of ``tokens.list``. Raises ``ReadError`` for one without its application."""
    app = text(wire.get("clientId"))
    if app is UNSET:
        raise ReadError(GapReason.MALFORMED, "An application came without id.", "Run again.")
    entry = Entry(account.address, app, text(wire.get("displayText")), texts(wire.get("scopes")), UNSET)
    return _grant(account.tenant, account.key, [entry])


def parse_entry(wire: Wire, name: str) -> tuple[Entry, datetime]:
    """Return what an entry of the log with an event of that ``name`` says, and when it was. Raises ``ReadError``."""
    identity, actor = wire.get("id"), wire.get("actor")
    happened = moment(identity.get("time")) if isinstance(identity, dict) else UNSET
    who = address(actor.get("email")) if isinstance(actor, dict) else UNSET
    values = {
        str(each.get("name")): each.get("multiValue", each.get("value"))
        for event in listed(wire, "events")
        if event.get("name") == name
        for each in listed(event, "parameters")
    }
    app = text(values.get("client_id"))
    if happened is UNSET or who is UNSET or app is UNSET:
        raise ReadError(GapReason.MALFORMED, "An entry of the log does not say who let in what.", "Run again.")
    return Entry(who, app, text(values.get("app_name")), texts(values.get("scope")), happened), happened


def _grant(tenant: str, owner: str | None, entries: Sequence[Entry]) -> AppGrant:
    """Return the grant that entries about one person and one application amount to: later scopes come on top."""
    first = entries[0]
    known = [each.scopes for each in entries if each.scopes is not UNSET]
    scopes = tuple(sorted({scope for each in known for scope in each})) if len(known) == len(entries) else UNSET
    return AppGrant(
        tenant=tenant,
        key=f"{owner or first.who}/{first.app}",
        label=first.app if first.name is UNSET else first.name,
        owner=owner,
        app=first.app,
        consent="person",
        scopes=scopes,
        risk=UNSET if scopes is UNSET else risk(scopes),
        reads_mail=UNSET if scopes is UNSET else reads_mail(scopes),
        reads_files=UNSET if scopes is UNSET else reads_files(scopes),
        granted=max((each.when for each in entries if each.when is not UNSET), default=UNSET),
    )
