"""Previews of mails as files: the mail itself, its HTML as a page for a browser, and its text."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from auditor.cli.output import write_private
from auditor.models import Message
from auditor.notifiers.email import compose


def write_preview(output: Path, messages: Sequence[Message], *, sender: str, now: datetime) -> Iterator[Path]:
    """Write every message as ``.eml``, ``.html`` and ``.txt``, readable for their owner alone; yield the paths.

    ``output`` is a folder, or a file by whose name, without its suffix, the files are called. Raises ``UsageError``.
    """
    for number, message in enumerate(messages, start=1):
        base = output / message.kind.value if output.is_dir() else output.with_suffix("")
        if len(messages) > 1:
            base = base.with_name(f"{base.name}-{number}")
        recipient = message.recipients[0] if message.recipients else sender
        mail = compose(message, sender=sender, recipient=recipient, now=now).as_bytes().decode("ascii")
        for suffix, content in ((".eml", mail), (".html", page(message)), (".txt", message.text)):
            path = base.with_name(base.name + suffix)
            write_private(path, content, what="The preview")
            yield path


def page(message: Message) -> str:
    """Return the HTML of a message with its pictures inside it, as a browser needs them."""
    html = message.html or ""
    for each in message.attachments:
        if each.inline:
            picture = f"data:{each.media_type};base64,{b64encode(each.content).decode('ascii')}"
            html = html.replace(f'"cid:{each.name}"', f'"{picture}"')
    return html
