"""The story of a mail: from what is known to the message that is sent, shortened until it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from hashlib import blake2b, sha256
from typing import Final

from auditor.mails import drawing
from auditor.mails.dates import week_of
from auditor.mails.incidents import discreet, has_incidents
from auditor.mails.material import Material
from auditor.mails.naming import renamed
from auditor.mails.passing import Passing, named, opened, told_of
from auditor.mails.personal import Request, requests
from auditor.mails.plain import called, told
from auditor.mails.principal import brief
from auditor.mails.sparkline import png
from auditor.mails.technical import sheet
from auditor.mails.trend import trend_words
from auditor.models import Attachment, Message, MessageKind, Report
from auditor.reports import html as page_of_report
from auditor.reports.outline import Outline, outline
from auditor.reports.verdict import verdict

LIMIT: Final = 100_000
"""Bytes of a mail at the most, as it is sent."""
_HEADERS: Final = 5_000
"""Kept free for what stands around the parts of a mail."""
_TRIES: Final = (40, 20, 10, 5, 2, 1)
"""How many entries a list may have, until the mail fits."""
_PICTURE: Final = "trend.png"
_SAFE: Final = bytes(byte for byte in (10, *range(32, 127)) if byte != ord("="))


def letters(material: Material) -> tuple[Message, ...]:
    """Return the mail to the principal or to IT, or one mail for each person who has something to do.

    Those to people are numbered from ``material.sequence``.
    """
    changed = material.report.model_copy(update={"changes": material.changes})
    names = "full" if material.kind is MessageKind.PERSON else material.names
    known = renamed(changed, names)
    news = named(material.passed, material.report, names)
    report, passing = discreet(known, news), told_of(material.passed, known, news)
    if material.kind is MessageKind.PERSON:
        return tuple(_to_person(material, each, place) for place, each in enumerate(requests(report)))
    # The verdict names people and counts findings, and it shall be that of the report: so it is made before.
    page = replace(outline(report), verdict=verdict(known))
    write = _to_principal if material.kind is MessageKind.PRINCIPAL else _to_it
    return (write(material, page, report, passing),)


def _to_principal(material: Material, page: Outline, report: Report, passing: Sequence[Passing]) -> Message:
    eyebrow = _eyebrow(material)
    mail = brief(material, page, report, passing, spent=len(eyebrow.split()))
    subject = _subject(material, mail.call, mail.tally, "security week")
    parts = {"mail": mail, "eyebrow": eyebrow, "subject": subject}
    asks = [ask.partition(": ")[::2] for ask in mail.asks]
    whole = page.whole and not material.stale
    return _message(
        material,
        subject=subject,
        text=drawing.text("principal", **parts),
        html=drawing.html("principal", **parts, asks=asks, whole=whole),
    )


def _to_it(material: Material, page: Outline, report: Report, passing: Sequence[Passing]) -> Message:
    """Return the mail to IT, with as much in its lists as fits."""
    picture = Attachment(name=_PICTURE, media_type="image/png", content=png(material.weeks), inline=True)
    attached, words = _report(material)
    for most in _TRIES:
        mail = sheet(material, page, report, passing, most=most)
        subject = _subject(material, mail.call, mail.tally, "IT week")
        parts = {"mail": mail, "eyebrow": _eyebrow(material), "subject": subject, "trend": trend_words(material.weeks)}
        message = _message(
            material,
            subject=subject,
            text=drawing.text("it", **parts, report_words=words),
            html=drawing.html("it", **parts, report_words=words, picture=f"cid:{_PICTURE}"),
            attachments=(picture,),
        )
        if weight(message) <= LIMIT:
            break
    whole = message.model_copy(update={"attachments": (picture, *attached)})
    if weight(whole) <= LIMIT:
        return whole
    elsewhere = _elsewhere(material, "the mail would become too large")
    return message.model_copy(
        update={
            "text": drawing.text("it", **parts, report_words=elsewhere),
            "html": drawing.html("it", **parts, report_words=elsewhere, picture=f"cid:{_PICTURE}"),
        }
    )


def _to_person(material: Material, request: Request, place: int) -> Message:
    organisation = told(material.report.organisation, 60)
    subject = f"[{organisation}] Please {request.ask[:1].lower()}{request.ask[1:]} ({request.minutes})"
    parts = {"mail": request, "organisation": organisation, "subject": subject, "eyebrow": _eyebrow(material)}
    message = _message(
        material, subject=subject, text=drawing.text("person", **parts), html=drawing.html("person", **parts)
    )
    mark = blake2b(request.address.lower().encode(), digest_size=4).hexdigest()
    changed = {"id": f"{message.id}-{mark}", "recipients": (request.address,), "sequence": material.sequence + place}
    return message.model_copy(update=changed)


def _message(
    material: Material, *, subject: str, text: str, html: str, attachments: tuple[Attachment, ...] = ()
) -> Message:
    organisation = blake2b(material.report.organisation.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return Message(
        id=f"{material.kind.value}-{material.due.astimezone(UTC):%Y%m%dT%H%M%SZ}-{organisation}",
        kind=material.kind,
        sequence=material.sequence,
        due=material.due,
        subject=subject,
        text=text,
        html=html,
        attachments=attachments,
        recipients=material.recipients,
    )


def weight(message: Message) -> int:
    """Return about how many bytes a message has as a mail: texts quoted-printable, attachments in base64."""
    texts = f"{message.text}{message.html or ''}".encode("utf-8", "replace")
    quoted = len(texts) + 2 * len(texts.translate(None, _SAFE))
    lines = quoted // 72 * 3
    attached = sum(len(each.content) * 4 // 3 * 79 // 76 + 400 for each in message.attachments)
    return quoted + lines + attached + _HEADERS


def _subject(material: Material, call: str, tally: str, week: str) -> str:
    organisation = told(material.report.organisation, 60)
    number = week_of(material.due, material.zone)
    return f"[{organisation}] {call}: {tally} - {week} {number}, mail {material.sequence}"


def _eyebrow(material: Material) -> str:
    organisation = called(material.report.organisation, words=5, limit=60)
    return f"{organisation}, security week {week_of(material.due, material.zone)}"


def _report(material: Material) -> tuple[tuple[Attachment, ...], str]:
    """Return the report as an attachment, and what is said of it; nothing is attached that must not be in a mail."""
    if material.nothing_known:
        return (), "There is no report yet."
    if material.names != "full":
        return (), _elsewhere(material, "people are not named in this mail")
    if has_incidents(material.report, tuple(map(opened, material.passed))):
        return (), _elsewhere(material, "it holds what is said only by telephone")
    day = material.report.audit.finished.astimezone(material.zone)
    name = f"report-{day:%Y-%m-%d}.html"
    content = page_of_report.render(material.report).encode("utf-8", "replace")
    return (Attachment(name=name, media_type="text/html", content=content),), f"It is attached as {name}."


def _elsewhere(material: Material, why: str) -> str:
    digest = sha256(page_of_report.render(material.report).encode("utf-8", "replace")).hexdigest()
    return (
        f"It is not attached, because {why}. On the machine where the auditor runs, this writes it: "
        f"auditor history report --format html --output report.html; its SHA-256 is {digest}."
    )
