"""``auditor mail``: the weekly mails, looked at before they are sent, sent, and sent again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from auditor import config
from auditor.cli import delivering, wiring
from auditor.cli.audit import now
from auditor.cli.history import CONFIG, Configuration
from auditor.cli.mail_files import write_preview
from auditor.cli.slots import SlotName, within
from auditor.config_delivery import Names
from auditor.errors import UsageError
from auditor.exit_codes import ExitCode
from auditor.mails import letters
from auditor.models import Message, MessageKind, Receipt, ReceiptState
from auditor.reports.neutral import neutral
from auditor.reports.words import moment_words
from auditor.store import Store

app = typer.Typer(name="mail", help="The weekly mails: look at them, and send them.", invoke_without_command=True)

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
    *,
    send: Annotated[bool, typer.Option("--send", help="Send the weekly mails, unless they were sent today.")] = False,
    deliver: Annotated[bool, typer.Option("--deliver", help="Try again what could not be sent.")] = False,
    again: Annotated[
        str | None, typer.Option(metavar="ID", help="Send a message again to those who may not have it.")
    ] = None,
    path: Configuration = CONFIG,
    slot: SlotName = None,
) -> None:
    """Show the mails as they would be sent now, or send them."""
    if context.invoked_subcommand is not None:
        return
    if sum((preview is not None, send, deliver, again is not None)) != 1:
        remedy = "One of: auditor mail --preview principal, auditor mail --send, auditor mail --deliver"
        raise UsageError("Nothing says what to do, or more than one thing does.", remedy)
    configured = config.load(path)
    if preview is not None:
        _show(configured, preview, names, output)
        return
    with wiring.history(configured, make=bool(slot)) as store:
        if send:
            _put(configured, store, slot)
        if again is not None and not store.outbox.again(again, now()):
            remedy = "auditor mail receipts lists them; one that everybody has is forgotten."
            raise UsageError(f"Nobody may lack a message {neutral(again, 100)!r}.", remedy)
        delivery = delivering.send(configured, store, clock=now)
        following = store.outbox.next_attempt()
    for line in grouped(delivery.receipts):
        typer.echo(line)
    if not delivery.receipts:
        waits = f" What waits is tried again at {moment_words(following)}." if following else ""
        typer.echo(f"Nothing was due to be sent.{waits} auditor mail receipts tells what became of earlier mails.")
    raise typer.Exit(ExitCode.CLEAN if delivery.whole else ExitCode.DELIVERY)


def _put(configured: config.Config, store: Store, slot: str | None) -> None:
    """Put the weekly mails into the outbox. From there they find their way, so that the slot is done with that."""
    with within(store, slot, configured) as held:
        due = held.due if held else delivering.today(configured, now())
        delivering.put_weekly(configured, store, due=due, now=now())
        if held:
            store.slots.finish(held, now(), ExitCode.CLEAN)


@app.command()
def receipts(path: Configuration = CONFIG) -> None:
    """List what became of every message, recipient by recipient."""
    with wiring.history(config.load(path)) as store:
        for line in told(store.outbox.receipts()):
            typer.echo(line)


def told(receipts_: Iterable[Receipt]) -> Iterator[str]:
    """Yield a line about each receipt: what became of it, when, and what was said."""
    for each in receipts_:
        became = f"{_STATES[each.state]}{_way(each)}{_when(each)}{_note(each)}"
        yield f"{each.message}  {neutral(each.recipient, 100)}  {became}"


def grouped(receipts_: Iterable[Receipt]) -> Iterator[str]:
    """Yield a line about each receipt; those of whom the same is to be said share one, and are named below it."""
    groups: dict[str, list[Receipt]] = {}
    for each in receipts_:
        groups.setdefault(f"{_MANY[each.state]}{_way(each)}{_note(each)}", []).append(each)
    for said, members in groups.items():
        if len(members) == 1:
            yield from told(members)
            continue
        following = min((each.next_attempt for each in members if each.next_attempt), default=None)
        again = f"; again at {moment_words(following)}" if following else ""
        yield f"{len(members):,} mails {said}{again}"
        yield from (f"  {each.message}  {neutral(each.recipient, 100)}" for each in members)


def _way(receipt: Receipt) -> str:
    return f" by {receipt.channel}" if receipt.channel else ""


def _when(receipt: Receipt) -> str:
    """Return when that became so; for what waits, when it was tried last and is tried next."""
    at = moment_words(receipt.changed)
    if receipt.state is not ReceiptState.WAITING:
        return f" at {at}"
    tried = f", tried at {at}" if receipt.attempts else f", since {at}"
    return f"{tried}, again at {moment_words(receipt.next_attempt)}" if receipt.next_attempt else tried


def _note(receipt: Receipt) -> str:
    return f" ({neutral(receipt.note, 300)})" if receipt.note else ""


_STATES = {
    ReceiptState.WAITING: "waits",
    ReceiptState.HANDING: "may have arrived, and is not sent again",
    ReceiptState.SENT: "sent",
    ReceiptState.REFUSED: "given up",
}
_MANY = {
    ReceiptState.WAITING: "wait",
    ReceiptState.HANDING: "may have arrived, and are not sent again",
    ReceiptState.SENT: "were sent",
    ReceiptState.REFUSED: "were given up",
}


def _show(configured: config.Config, preview: str, names: str | None, output: Path | None) -> None:
    """Show a mail, or write it into files."""
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
    made = now()
    due = made.replace(microsecond=0)
    material, _ = delivering.material(configured, store, kind, due=due, now=made, names=names)
    return letters(material)


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
