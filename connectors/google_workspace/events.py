"""Events of the last 180 days that leave no other trace: second factors taken off, delegation granted, mail led away.

Google answers no question about several event names at once, and filters have a budget of 250 a minute; so each event
is one listing. ``login`` and ``user_accounts`` both tell of 2-Step Verification, the older and the newer log.
Source: Reports API, ``activities.list``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Directory, Event, EventType, Read
from auditor.models import Target
from connectors.google_workspace.client import Call, Client, Wire, listed
from connectors.google_workspace.scopes import AUDIT
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.values import address, moment, text


@dataclass(frozen=True, slots=True)
class Question:
    """One listing: the log, the name of the event, what it means, and the parameter that says what it was about."""

    log: str
    event: str
    type: EventType
    object: str = ""
    outside: bool = False
    """Whether it counts only when the object is an address outside the organisation."""


_PEOPLES_LOGS = ("login", "user_accounts")
QUESTIONS = (
    *(Question(log, "2sv_disable", "mfa_disabled") for log in _PEOPLES_LOGS),
    *(Question(log, "passkey_removed", "second_factor_removed") for log in _PEOPLES_LOGS),
    *(Question(log, "recovery_email_edit", "recovery_changed") for log in _PEOPLES_LOGS),
    *(Question(log, "recovery_phone_edit", "recovery_changed") for log in _PEOPLES_LOGS),
    *(Question(log, "titanium_unenroll", "advanced_protection_left") for log in _PEOPLES_LOGS),
    *(
        Question(
            log,
            "email_forwarding_out_of_domain",
            "forwarding_outside",
            "email_forwarding_destination_address",
            outside=True,
        )
        for log in _PEOPLES_LOGS
    ),
    Question("admin", "GRANT_ADMIN_PRIVILEGE", "admin_role_granted", "USER_EMAIL"),
    Question("admin", "ASSIGN_ROLE", "admin_role_granted", "USER_EMAIL"),
    Question("admin", "CREATE_GMAIL_SETTING", "mail_routing_changed", "SETTING_NAME"),
    Question("admin", "CHANGE_GMAIL_SETTING", "mail_routing_changed", "SETTING_NAME"),
    Question("admin", "AUTHORIZE_API_CLIENT_ACCESS", "delegation_granted", "API_CLIENT_NAME"),
)


@dataclass(frozen=True, slots=True)
class EventsCollector:
    """Reads the customer's log; ``auditor`` is the client id of our own service account, whose grant is no event."""

    client: Client
    directory: Directory
    auditor: str

    name = "events"
    kinds = ("event",)
    per_account = False
    batch_size = 1

    def targets(self) -> Iterator[Target]:
        """One listing for each event."""
        return (Target(f"{each.log}/{each.event}", f"the events {each.event} of {each.log}") for each in QUESTIONS)

    def read(self, targets: Sequence[Target]) -> Iterator[Event]:
        """Yield the events of one listing. Raises ``ReadError``."""
        questions = {f"{each.log}/{each.event}": each for each in QUESTIONS}
        listing = self.client.reports.activities()
        people = {account.address: account for account in self.directory.accounts.values()}
        for question in (questions[target.key] for target in targets):
            request = listing.list(
                userKey="all", applicationName=question.log, eventName=question.event, maxResults=1000
            )
            for wire in self.client.pages(listing, Call(request, ADMINISTRATOR, AUDIT), "items"):
                event = parse_event(wire, question, self.directory, people)
                ours = question.type == "delegation_granted" and event.object == self.auditor
                outside = not question.outside or is_outside(event, self.directory)
                if outside is not False and not ours:
                    yield event if outside is True else msgspec.structs.replace(event, open=UNSET)


def is_outside(event: Event, directory: Directory) -> Read[bool]:
    """Whether the address that an event is about is outside, unknown while domains may be missing.

    Where Google does not name the address, its word counts that it was outside.
    """
    return directory.is_outside(event.object) if isinstance(event.object, str) else True


def parse_event(wire: Wire, question: Question, directory: Directory, people: dict[str, Account]) -> Event:
    """Return the event that an activity describes. Raises ``ReadError`` without time and id."""
    identity, actor = wire.get("id"), wire.get("actor")
    happened = moment(identity.get("time")) if isinstance(identity, dict) else UNSET
    key = text(identity.get("uniqueQualifier")) if isinstance(identity, dict) else UNSET
    if happened is UNSET or key is UNSET:
        raise ReadError(GapReason.MALFORMED, "An entry of the log came without time or id.", "Run again.")
    who = address(actor.get("email")) if isinstance(actor, dict) else UNSET
    values = {
        str(each.get("name")): each.get("value")
        for event in listed(wire, "events")
        if event.get("name") == question.event
        for each in listed(event, "parameters")
    }
    about: Read[str] = text(values.get(question.object)) if question.object else who
    concerned = about if question.object == "USER_EMAIL" else who
    account = people.get(concerned.lower()) if isinstance(concerned, str) else None
    return Event(
        tenant=directory.tenant.tenant,
        key=key,
        label=_WORDS[question.type],
        owner=None if account is None else account.key,
        type=question.type,
        happened=happened,
        actor=who,
        object=about.lower() if isinstance(about, str) else about,
        open=True,
    )


_WORDS: dict[EventType, str] = {
    "mfa_disabled": "2-Step Verification switched off",
    "second_factor_removed": "Passkey removed",
    "recovery_changed": "Recovery address or telephone changed",
    "advanced_protection_left": "Advanced Protection left",
    "forwarding_outside": "Forwarding to the outside switched on",
    "admin_role_granted": "Administrator role granted",
    "mail_routing_changed": "Mail setting of the organisation changed",
    "delegation_granted": "Domain-wide delegation granted",
}
