"""What came and went between two mails is told, and of whoever is to be called nothing but that."""

from __future__ import annotations

from datetime import timedelta

from sample import sample, seen, without_findings
from weekly import NOW, material

from auditor.mails import letters
from auditor.models import FactReference, OwnerReference, Severity, StandingOutcome, State
from auditor.store import Passed

URGENT, CALM = "mail.rule.no-external-forwarding", "item.not-public"
FINE = seen(without_findings(sample()))


def passed(policy: str, place: int, words: str) -> Passed:
    person = FINE.people[place]
    owner = OwnerReference(key=person.accounts[0].key, address=person.address, name=person.name)
    fact = FactReference(kind="mail_rule", key=f"{policy} {words}", label="Secret label", owner=owner)
    outcome = StandingOutcome(fact.key, policy, State.FAIL, Severity.CRITICAL, fact, words)
    return Passed(person.accounts[0].tenant, outcome, NOW - timedelta(days=6), NOW - timedelta(days=4))


def said(kind: str, *some: Passed, **given: object) -> str:
    return " ".join(letters(material(kind, report=FINE, passed=some, **given))[0].text.split())


def test_what_is_harmless_is_told_to_it_in_full_and_to_the_principal_not_at_all() -> None:
    calm = passed(CALM, 1, "Anyone could open the donors")
    assert "Came and went over Anyone could open the donors (seen from Tuesday 17 November to Thursday 19" in said(
        "it", calm
    )
    assert "ame and went" not in said("principal", calm)
    assert "Anyone could open" not in said("it", calm, names="role")


def test_of_whoever_is_to_be_called_nothing_else_is_told_not_even_when() -> None:
    name = FINE.people[0].name
    theirs = [passed(URGENT, 0, "A rule sent mail away"), passed(URGENT, 0, "Another did"), passed(CALM, 0, "A trace")]
    text = said("it", *theirs)
    assert f"Came and went critical {name}: call, do not mail. (3 findings) " in text
    assert not [words for words in ("sent mail", "Another did", "A trace", "Secret", "17 November") if words in text]


def test_a_policy_that_is_not_judged_any_more_may_have_looked_for_intruders() -> None:
    assert "An old rule" not in said("it", passed("gone", 0, "An old rule"))


def test_the_principal_learns_in_a_sentence_that_something_urgent_came_and_went() -> None:
    text = said("principal", passed(URGENT, 0, "A rule sent mail away"), passed(CALM, 1, "Open"))
    assert "1 urgent finding came and went in between: call IT." in text
    assert "sent mail" not in text


def test_whoever_had_an_intruder_in_between_gets_no_mail() -> None:
    made = material("person")
    (recipient,) = letters(made)[0].recipients
    place = next(n for n, person in enumerate(FINE.people) if person.address == recipient)
    was = material("person", passed=(passed(URGENT, place, "A rule sent mail away"),))
    assert recipient in [address for each in letters(made) for address in each.recipients]
    assert recipient not in [address for each in letters(was) for address in each.recipients]
