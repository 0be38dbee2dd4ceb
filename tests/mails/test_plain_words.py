"""What principals and IT read is said in plain words, once, and with a number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sample import sample, without_findings
from weekly import material

from auditor.errors import GapReason
from auditor.mails import letters
from auditor.mails.changed import groups
from auditor.mails.unchecked import unchecked
from auditor.models import Change, ChangeKind, Coverage, FactReference, Gap, OwnerReference, Report, Severity
from auditor.reports.outline import outline


def gap(kind: str, number: int | None, **given: Any) -> Gap:  # noqa: ANN401 - whatever a gap is made of
    key = "listing" if number is None else f"key {number}"
    owner = None if number is None else key
    return Gap(
        tenant="t", kind=kind, source="s", target=key, label="a name that is very long", owner=owner,
        reason=GapReason.DENIED, detail="no", remedy="grant it", **given,
    )  # fmt: skip


def said(*gaps: Gap, read: int = 1) -> str:
    rows = tuple(
        Coverage(tenant="t", kind=kind, targets=99, read=read, not_applicable=99 - read, gaps=tuple(of_kind))
        for kind in dict.fromkeys(each.kind for each in gaps)
        for of_kind in [[each for each in gaps if each.kind == kind]]
    )
    report = without_findings(sample())
    report = Report.model_validate(report.model_dump() | {"coverage": [r.model_dump() for r in rows], "results": []})
    return unchecked(outline(report), report)[0]


def test_the_same_that_is_missing_of_the_same_mailboxes_is_said_once() -> None:
    kinds = ("mail_rule", "mailbox_grant", "mailbox")
    assert said(*(gap(kind, number) for kind in kinds for number in range(39))) == (
        "Could not be checked: the delegates, mail rules and settings of 39 mailboxes."
    )


def test_what_concerns_everybody_is_told_first_and_never_more_than_three_things() -> None:
    gaps = [gap("group", None), gap("settings", None), gap("mail_rule", 1), gap("account", 1, fields=("last_sign_in",))]
    assert said(*gaps) == (
        "Could not be checked: some groups, some settings, the last sign-ins of 1 account and 1 more."
    )
    assert said(gap("shared_item", None), read=0) == "Could not be checked: all shared items."


def test_a_tenant_that_let_nobody_in_is_one_thing() -> None:
    locked = [gap(kind, None).model_copy(update={"source": "sign_in"}) for kind in ("account", "group")]
    assert said(*locked) == "Could not be checked: everything in t."


def change(kind: ChangeKind, who: str, message: str, reason: str = "") -> Change:
    owner = OwnerReference(key=who, address=f"{who}@x.example", name=who)
    fact = FactReference(kind="mail_rule", key=f"{who} {message}", label="a rule", owner=owner)
    return Change(
        kind=kind, policy="p", tenant="t", fingerprint=f"{who} {message}", severity=Severity.CRITICAL, fact=fact,
        message=message, reason=reason,
    )  # fmt: skip


def test_a_person_to_call_is_one_line_with_a_number() -> None:
    news = [change(ChangeKind.OPENED, "Kenji", "Kenji: call, do not mail.")] * 3
    ((_, (line,), more),) = groups([*news], 10)
    assert (line.text, more) == ("Kenji: call, do not mail. (3 findings)", "")


def test_what_is_hidden_for_one_reason_is_one_line_with_a_number() -> None:
    reason = "a reason of four lines."
    dark = [change(ChangeKind.WENT_DARK, f"P{n}", "", reason) for n in range(39)]
    dark += [
        each.model_copy(update={"fact": each.fact.model_copy(update={"kind": "mailbox"}), "fingerprint": f"other {n}"})
        for n, each in enumerate(dark)
    ]
    hidden = [change(ChangeKind.UNVERIFIED, f"P{n}", f"rule {n}", reason) for n in range(13)]
    call = change(ChangeKind.UNVERIFIED, "Kenji", "Kenji: call, do not mail.", reason)
    (_, (first,), _), (_, (second, third), _) = groups([*dark, *hidden, call], 40)
    assert (first.text, first.beside) == (
        "mail rules and mailboxes of P0, P1, P2 and 36 more (78 judgements)",
        reason[:-1],
    )
    assert second.text == "Kenji: call, do not mail."
    assert (third.text, third.beside) == ("mail rules of P0, P1, P2 and 10 more (13 findings)", reason[:-1])


def test_people_of_whom_the_mail_does_not_speak_are_numbers_in_its_verdict() -> None:
    made = material()
    decide = [
        person.model_copy(update={"tier": "administrator"}) if person.findings else person
        for person in made.report.people
    ]
    findings = {f: Severity.CRITICAL for person in decide for f in person.findings}
    results = tuple(
        result.model_copy(
            update={
                "findings": tuple(
                    f.model_copy(update={"severity": findings.get(f.fingerprint, f.severity)}) for f in result.findings
                )
            }
        )
        for result in made.report.results
    )
    report = made.report.model_copy(update={"people": tuple(decide), "results": results})
    text = " ".join(letters(replace(made, report=report))[0].text.split())
    assert "Act today: 8 people who decide have 12 critical findings; the organisation itself has 1." in text
    assert "5 more at risk" in text
