"""A message as an e-mail, for one recipient: text first, HTML beside it, nothing that answers itself or threads.

Sources: RFC 5322 (format), RFC 3834 (``Auto-Submitted``), RFC 2919 (``List-Id``), RFC 2392 (``cid:``), MS-OXCMAIL
(``X-Auto-Response-Suppress``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP, Policy
from email.utils import format_datetime
from hashlib import blake2b
from typing import Final

from auditor.models import Attachment, Message

NAME: Final = "Auditor"
"""How the sender is called. Always the same, so that people can tell ours from somebody else's."""


class _Subject(UniqueUnstructuredHeader, BaseHeader):  # type: ignore[misc]  # typeshed says so of its own classes
    """A subject that is folded by the older of the library's two ways: the newer one loses blanks (RFC 2047, 6.2)."""

    def fold(self, *, policy: Policy) -> str:
        """Return the header as lines."""
        charset = "ascii" if self.isascii() else "utf-8"
        text = Header(str(self), charset, header_name="Subject").encode(linesep=policy.linesep)
        return f"Subject: {text}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)


def compose(message: Message, *, sender: str, recipient: str, now: datetime) -> EmailMessage:
    """Return the mail that tells ``recipient`` a message; nobody else is named in it.

    The same arguments give the same bytes, and the same ``Message-ID`` at any time. Raises ``ValueError`` for a header
    of several lines.
    """
    mail = EmailMessage(policy=SMTP.clone(header_factory=_HEADERS))
    domain = sender.rpartition("@")[2]
    mail["From"] = Address(NAME, addr_spec=sender)
    mail["To"] = Address(addr_spec=recipient)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id(message.id, recipient)}@{domain}>"
    mail["List-Id"] = f"<{message.kind}.auditor.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(message.text, cte="quoted-printable")
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        html = mail.get_payload()[1]  # type: ignore[index]  # an alternative has parts
        _attach(html, (each for each in message.attachments if each.inline), related=True)  # type: ignore[arg-type]  # as above
    _attach(mail, (each for each in message.attachments if not each.inline), related=False)
    _bound(mail, message_id(message.id, recipient))
    return mail


def message_id(message: str, recipient: str) -> str:
    """Return the left part of the ``Message-ID`` of a message to one recipient, whom it does not name."""
    return f"{message}.{blake2b(recipient.encode(), digest_size=6).hexdigest()}"


def _attach(mail: MIMEPart, attachments: Iterable[Attachment], *, related: bool) -> None:
    """Put attachments into a mail, or beside the HTML that shows them."""
    for each in attachments:
        main, _, sub = each.media_type.partition("/")
        if related:
            mail.add_related(each.content, main, sub, cid=f"<{each.name}>", disposition="inline", filename=each.name)
        else:
            mail.add_attachment(each.content, main, sub, filename=each.name)


def _bound(mail: EmailMessage, seed: str) -> None:
    """Give every part with parts a boundary of our own, because the library's are drawn by lot."""
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"={blake2b(f'{number}/{seed}'.encode(), digest_size=12).hexdigest()}=")
