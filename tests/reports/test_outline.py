from __future__ import annotations

from sample import empty, fact, finding, hostile_sample, result, sample

from auditor.models import Person, Report, Severity
from auditor.reports.outline import outline


def report_of(*tiers: str, message: str = "{name} has no second factor", urgent: str | None = None) -> Report:
    """Return a report in which a person of each tier has one finding of the same policy."""
    people, found = [], []
    for number, tier in enumerate(tiers):
        name = f"Person {number:02}"
        one = finding(
            "p", "t", Severity.HIGH, fact("account", name, name, None),
            message.format(name=name, number=number), {}, "Set one up", urgent,
        )  # fmt: skip
        found.append(one)
        people.append(Person(address=f"{number:02}@x", name=name, tier=tier, accounts=(), findings=(one.fingerprint,)))
    results = (result("p", "Everybody has one", Severity.HIGH, "t", found),)
    return empty().model_copy(update={"people": tuple(people), "results": results})


def test_three_volunteers_of_whom_the_same_is_said_share_an_entry() -> None:
    [entry] = outline(report_of("volunteer", "volunteer", "volunteer")).people
    assert len(entry.people) == 3
    assert entry.shared == "… has no second factor"


def test_two_volunteers_stay_apart() -> None:
    assert len(outline(report_of("volunteer", "volunteer")).people) == 2


def test_people_of_different_tiers_stay_apart() -> None:
    assert len(outline(report_of("volunteer", "volunteer", "staff", "staff")).people) == 4


def test_principals_and_administrators_are_never_lost_in_a_group() -> None:
    assert len(outline(report_of(*["principal"] * 7, *["administrator"] * 7)).people) == 14


def test_whoever_must_be_called_is_never_lost_in_a_group() -> None:
    assert len(outline(report_of(*["volunteer"] * 7, urgent="call")).people) == 7


def test_six_people_with_the_same_fix_but_different_words_share_an_entry() -> None:
    unlike = "{name} lost {number}"
    assert len(outline(report_of(*["volunteer"] * 5, message=unlike)).people) == 5
    [entry] = outline(report_of(*["volunteer"] * 6, message=unlike)).people
    assert entry.shared is None
    assert len(entry.tasks[0].findings) == 6


def test_principals_come_first_then_administrators_then_the_worst() -> None:
    names = [entry.people[0].name for entry in outline(sample()).people]
    assert names == ["Ana Rivera", "Priya Natarajan", "Tom Okafor", "Juliette Moreau", "Ben Adeyemi"]


def test_every_finding_is_shown_exactly_once() -> None:
    for report in (sample(), report_of(*["volunteer"] * 9), hostile_sample("x")):
        page = outline(report)
        tasks = [task for entry in page.people for task in entry.tasks] + list(page.organisation)
        shown = [finding.fingerprint for task in tasks for finding in task.findings]
        assert sorted(shown) == sorted(finding.fingerprint for finding in report.findings)


def test_a_principal_whose_mailbox_was_not_read_is_not_among_the_calm() -> None:
    page = outline(sample())
    assert [person.name for person in page.dark] == ["Marcus Webb"]
    assert [person.name for person in page.calm] == ["Lena Fischer"]


def test_gaps_with_the_same_reason_and_remedy_are_one_line_with_their_number() -> None:
    licence, mailboxes = outline(sample()).unseen
    assert (licence.tenant, licence.fields) == ("microsoft", ("last_sign_in",))
    assert (mailboxes.what, len(mailboxes.labels)) == ("2 mailboxes", 2)


def test_what_vanished_without_a_gap_is_said_aloud() -> None:
    report = sample()
    row = report.coverage[2].model_copy(update={"read": 9})
    last = outline(report.model_copy(update={"coverage": (*report.coverage[:2], row)})).unseen[-1]
    assert (last.what, last.kinds, last.reason) == ("5 places", ("shared_item",), "nobody said why")


def test_a_policy_of_which_something_is_unknown_is_not_among_those_that_hold() -> None:
    page = outline(sample())
    assert "Every domain is verified" not in page.passed
    assert [unjudged.title for unjudged in page.unjudged] == ["Every domain is verified"]
