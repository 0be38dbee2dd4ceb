"""From the configuration to what is sent: ways, channels, and what the policies must know about our own mail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.alerts import Channel, alerts
from auditor.cli import wiring
from auditor.config import Config
from auditor.config_delivery import GmailMail, GraphMail, Mail, Names, Readers, Smtp
from auditor.errors import AuditorError, SignInError, UsageError
from auditor.mails import Material, assemble, letters
from auditor.models import MessageKind, ReceiptState
from auditor.notifiers import ChatWay, Post, SmtpWay, UnusableWay, Way, WebWay, demand_channels
from auditor.outgoing import Delivery, Ways, deliver
from auditor.policy import PolicySet
from auditor.ports import Clock
from auditor.scheduling.health import health
from auditor.secrets import read_private_file, read_public_file, read_secret
from auditor.store import Store
from auditor.times import time_zone, times

_HOUR = timedelta(hours=1)


def ways(config: Config, *, clock: Clock) -> Ways:
    """Return by which ways each kind of message goes. One whose credentials cannot be used says so when it is tried."""
    mails = tuple(_mail_ways(config.mail, clock)) if config.mail else ()
    told = (_usable("apprise", lambda: _chat(config)),)
    return lambda kind: told if kind is MessageKind.ALERT else mails


def troubles(config: Config, *, clock: Clock) -> tuple[str, ...]:
    """Return what keeps messages from being sent as things are, with what mends it; nothing is sent to find out."""
    given = ways(config, clock=clock)
    every = (way for kind in (MessageKind.ALERT, MessageKind.IT) for way in given(kind))
    return tuple(way.reason for way in every if isinstance(way, UnusableWay))


def material(
    config: Config,
    store: Store,
    kind: MessageKind,
    *,
    due: datetime,
    now: datetime,
    names: Names | None = None,
) -> tuple[Material, int | None]:
    """Return what a weekly mail of a kind is made of, and the number of the newest audit that it tells of."""
    zone = time_zone(config.schedule.time_zone)
    readers = _readers(config, kind)
    return assemble(
        store,
        kind=kind,
        organisation=config.organisation,
        tenants={each.id: each.connector for each in config.tenants},
        due=due,
        now=now,
        next_due=times(config.schedule.mail, zone).next(now),
        zone=zone,
        recipients=readers.to if readers else (),
        names=names or (readers.names if readers else "full"),
        health=health(config, store, now),
    )


def put_weekly(config: Config, store: Store, *, due: datetime, now: datetime) -> int:
    """Put the weekly mails of a slot into the outbox; return how many that is.

    Those that are there already are left as they are, and so is a day that has had its mails from another slot.
    """
    if config.mail is None:
        raise UsageError("The configuration does not say to whom mails go.", "Write 'mail:' into it: docs/sending.md")
    kinds = [kind for kind in (MessageKind.PRINCIPAL, MessageKind.IT) if _readers(config, kind)]
    kinds += [MessageKind.PERSON] if config.mail.people else []
    put, zone = 0, time_zone(config.schedule.time_zone)

    def day(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    for kind in kinds:
        if any(told.due != due and day(told.due) == day(due) for told in store.outbox.told(kind)):
            continue
        made, audit = material(config, store, kind, due=due, now=now)
        put += sum(store.outbox.put(message, audit=audit, now=now) for message in letters(made))
    return put


def today(config: Config, now: datetime) -> datetime:
    """Return the slot of mails that somebody asks for: the beginning of the day, so that a day has one."""
    local = now.astimezone(time_zone(config.schedule.time_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)


def send(config: Config, store: Store, *, clock: Clock) -> Delivery:
    """Send what waits and is due. Raises ``StoreError``."""
    if store.outbox.next_attempt() is None:
        return Delivery(())
    return deliver(store, ways(config, clock=clock), clock=clock)


def tell(config: Config, policies: PolicySet, *, clock: Clock) -> Delivery:
    """Tell at once what the audits found that cannot wait, and send whatever else waits; return what became of it.

    It starts from the reports that are kept: what a crash kept from being told after one audit is told with the next.
    """
    documents = (policy.document for policy in policies.policies)
    alarming = {document.id for document in documents if document.alert or document.urgent}
    with wiring.history(config) as store:
        for kept in store.reports():
            now, first = clock(), store.outbox.next_sequence(MessageKind.ALERT)
            made = alerts(
                kept.report,
                _channels(config, store, now),
                alarming=alarming,
                sequence=first,
                told={each.id for each in store.outbox.told(MessageKind.ALERT)},
            )
            for message in made:
                store.outbox.put(message, audit=kept.number, now=now)
        return send(config, store, clock=clock)


def _readers(config: Config, kind: MessageKind) -> Readers | None:
    mail = config.mail
    if mail is None or kind is MessageKind.PERSON:
        return None
    return mail.principal if kind is MessageKind.PRINCIPAL else mail.it


def _channels(config: Config, store: Store, now: datetime) -> Iterator[Channel]:
    sent = store.outbox.receipts([ReceiptState.SENT, ReceiptState.WAITING])
    for each in config.alerts.to:
        lately = sum(receipt.recipient == each.name and receipt.changed > now - _HOUR for receipt in sent)
        yield Channel(each.name, each.names, max(0, config.alerts.per_hour - lately))


def _mail_ways(mail: Mail, clock: Clock) -> Iterator[Way]:
    for way in mail.ways:
        if (smtp := way.smtp) is not None:
            yield _usable("smtp", partial(_smtp, mail, smtp, clock))
        elif (graph := way.graph) is not None:
            yield _usable("graph", partial(_web, mail, partial(_graph, graph, clock), clock))
        elif (gmail := way.gmail) is not None:
            yield _usable("gmail", partial(_web, mail, partial(_gmail, gmail, clock), clock))


def _usable(name: str, make: Callable[[], Way]) -> Way:
    """Return the way that ``make`` makes, or one that says why there is none: others may do, and an audit goes on."""
    try:
        return make()
    except AuditorError as error:
        return UnusableWay(name, f"{error.message.rstrip('.')}. {error.remedy}")


def _chat(config: Config) -> ChatWay:
    chats = {each.name: read_secret(each.url) for each in config.alerts.to}
    demand_channels(chats)
    return ChatWay(chats)


def _web(mail: Mail, post: Callable[[], Post], clock: Clock) -> WebWay:
    return WebWay(mail.sender, post(), clock)


def _authority(path: Path) -> str:
    """Return the certificates of a file, in PEM and nothing else: bundles have comments in all alphabets."""
    try:
        certificates = x509.load_pem_x509_certificates(read_public_file(path))
    except ValueError:
        remedy = "Put the certificates of the authority there, each from BEGIN CERTIFICATE to END CERTIFICATE."
        raise UsageError(f"There is no certificate in {path}.", remedy) from None
    return "".join(each.public_bytes(Encoding.PEM).decode("ascii") for each in certificates)


def _smtp(mail: Mail, smtp: Smtp, clock: Clock) -> SmtpWay:
    return SmtpWay(
        sender=mail.sender,
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=read_secret(smtp.password) if smtp.password else None,
        authority=_authority(smtp.authority_file) if smtp.authority_file else None,
        clock=clock,
    )


def _graph(graph: GraphMail, clock: Clock) -> Post:
    from connectors.microsoft_365 import Access  # noqa: PLC0415 - lazy by design
    from connectors.sending import GraphPost  # noqa: PLC0415 - lazy by design

    access = Access(
        tenant="mail",
        tenant_id=graph.tenant_id,
        client_id=graph.client_id,
        **wiring.proof(graph.credentials),
        cloud=graph.cloud,
    )
    return GraphPost(access, graph.mailbox, now=clock)


def _gmail(gmail: GmailMail, clock: Clock) -> Post:
    from connectors.sending import Consent, GmailPost  # noqa: PLC0415 - lazy by design

    try:
        return GmailPost(Consent.read(read_private_file(gmail.consent_file)), now=clock)
    except SignInError as error:
        raise UsageError(f"{gmail.consent_file}: {error.message}", error.remedy) from error
