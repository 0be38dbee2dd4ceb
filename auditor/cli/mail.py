"""``auditor mail``: the weekly mails, before they are sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor import config
from auditor.cli import wiring
from auditor.cli.audit import now
from auditor.cli.history import CONFIG, Configuration
from auditor.cli.mail_files import write_preview
from auditor.config_delivery import Names, Readers
from auditor.errors import UsageError
from auditor.mails import assemble, letters
from auditor.models import Health, Message, MessageKind
from auditor.reports.neutral import neutral
from auditor.store import Store
from auditor.times import time_zone, times

app = typer.Typer(name="mail", help="The weekly mails: look at them before they are sent.", invoke_without_command=True)

_WEEKLY = (MessageKind.PRINCIPAL, MessageKind.IT, MessageKind.PERSON)


@app.callback()
def mail(
    context: typer.Context,
    preview: Annotated[
        str | None, typer.Option(metavar="KIND", help="Show the next mail: principal, it or person.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Write .eml, .html and .txt of that name, or into that folder.")
    ] = None,
    names: Annotated[str | None, typer.Option(metavar="HOW", help="Name people in full, by initials or role.")] = None,
    path: Configuration = CONFIG,
) -> None:
    """Show the mails as they would be sent now; nothing is sent."""
    if context.invoked_subcommand is not None:
        return
    if preview is None:
        raise UsageError("Nothing says what to do.", "auditor mail --preview principal")
    configured = config.load(path)
    with wiring.history(configured) as store:
        messages = previews(store, configured, _kind(preview), _names(names))
    if not messages:
        typer.echo("There is nothing that somebody could be asked to mend by mail.")
        return
    if output is not None:
        sender = configured.mail.sender if configured.mail else "auditor@auditor.invalid"
        for written in write_preview(output, messages, sender=sender, now=now()):
            typer.echo(neutral(str(written), 1000))
        return
    for message in messages:
        typer.echo(f"To: {', '.join(message.recipients) or '(nobody is configured)'}\nSubject: {message.subject}\n")
        typer.echo(message.text)


def previews(store: Store, configured: config.Config, kind: MessageKind, names: Names | None) -> tuple[Message, ...]:
    """Return the mails of a kind as they would be made now. Raises ``UsageError`` where no report is kept."""
    if not store.reports():
        remedy = "Say in the configuration to whom mails go (mail), then run: auditor audit"
        raise UsageError("No report has been kept that a mail could be made of.", remedy)
    zone = time_zone(configured.schedule.time_zone)
    due = times(configured.schedule.mail, zone)
    readers = _readers(configured, kind)
    made = now()
    material, _ = assemble(
        store,
        kind=kind,
        organisation=configured.organisation,
        tenants={each.id: each.connector for each in configured.tenants},
        due=made.replace(microsecond=0),
        now=made,
        next_due=due.next(made),
        zone=zone,
        recipients=readers.to if readers else (),
        names=names or (readers.names if readers else "full"),
        health=Health(),
    )
    return letters(material)


def _readers(configured: config.Config, kind: MessageKind) -> Readers | None:
    mail_ = configured.mail
    return None if mail_ is None else mail_.principal if kind is MessageKind.PRINCIPAL else mail_.it


def _kind(word: str) -> MessageKind:
    for kind in _WEEKLY:
        if kind.value == word:
            return kind
    raise UsageError(f"There is no mail {neutral(word, 60)!r}.", f"There are: {', '.join(_WEEKLY)}.")


def _names(word: str | None) -> Names | None:
    match word:
        case None | "full" | "initials" | "role":
            return word
    raise UsageError(f"People cannot be named {neutral(word, 60)!r}.", "There are: full, initials, role.")
