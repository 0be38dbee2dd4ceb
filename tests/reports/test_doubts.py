from __future__ import annotations

import pytest
from sample import coverage, fact, result, sample, seen, without_findings

from auditor.errors import GapReason
from auditor.models import Coverage, Gap, Outcome, Report, Severity, Unknown
from auditor.reports import FORMATS
from auditor.reports.outline import outline

WHOLE = "Everything that was asked for was read to the end."


def doubtful(reason: str, *gaps: Gap, kind: str = "mailbox_grant", keys: tuple[str, ...] = ("g1", "g2")) -> Report:
    """Return a report that would be clear, but for facts that one policy could not judge, and these gaps."""
    unknowns = [
        Unknown(policy="p", tenant="t", fact=fact(kind, key, f"grant {key}", None), reason=reason) for key in keys
    ]
    dark = result(
        "p", "Only colleagues are delegates", Severity.HIGH, "t", [], unknowns=unknowns, outcome=Outcome.UNKNOWN
    )
    row = Coverage(tenant="t", kind=kind, targets=3, read=3 - len(gaps), gaps=gaps)
    calm = without_findings(seen(sample()))
    return calm.model_copy(update={"results": (*calm.results, dark), "coverage": (*calm.coverage, row)})


def gap(target: str, *fields: str, source: str = "mailboxes", kind: str = "mailbox_grant") -> Gap:
    """Return a gap about this target."""
    return Gap(
        tenant="t", kind=kind, source=source, target=target, label=target, reason=GapReason.DENIED,
        detail=f"{target} said no.", remedy="Grant it.", fields=fields,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["terminal", "html"])
def test_an_unknown_that_no_gap_explains_is_on_the_page_with_its_reason(name: str) -> None:
    shown = FORMATS[name](doubtful("not collected: mailbox_grant.grantee"), width=120)
    assert "Only colleagues are delegates" in shown
    assert "2 facts: " in shown
    assert "grant g1" in shown
    assert "not collected: mailbox_grant.grantee" in shown
    assert WHOLE not in shown


def test_unknowns_are_told_by_policy_and_reason() -> None:
    [doubt] = outline(doubtful("nobody knows")).doubts
    assert (doubt.tenant, doubt.what, doubt.reason) == ("t", "2 facts", "nobody knows")
    assert doubt.labels == ("grant g1", "grant g2")


def test_an_unknown_that_a_gap_explains_is_not_told_twice() -> None:
    every_field = doubtful("not collected: mailbox_grant.grantee", gap("all", "grantee"))
    this_target = doubtful("g1 said no.", gap("g1"), keys=("g1",))
    assert [outline(report).doubts for report in (every_field, this_target)] == [(), ()]


@pytest.mark.parametrize(
    "report",
    [
        doubtful("not collected: mailbox_grant.grantee", gap("all", "rights")),
        doubtful("not collected: mailbox_grant.grantee, owner.tier", gap("all", "grantee")),
        doubtful("not collected: mailbox_grant.grantee", gap("g1", "grantee")),
        doubtful("g1 said no.", gap("g2")),
        doubtful("not collected: mailbox_grant.grantee; the domains are not all known", gap("all", "grantee")),
    ],
    ids=["another field", "one of two fields", "another fact's field", "another target", "more than the field"],
)
def test_a_gap_about_something_else_explains_nothing(report: Report) -> None:
    assert outline(report).doubts


def test_a_policy_that_is_unknown_for_no_reason_says_that_nobody_said_why() -> None:
    [doubt] = outline(doubtful("", keys=())).doubts
    assert (doubt.reason, doubt.labels) == ("nobody said why", ())


@pytest.mark.parametrize("code", [3, 4, 130])
def test_nothing_is_called_whole_after_an_exit_code_that_says_otherwise(code: int) -> None:
    calm = without_findings(seen(sample()))
    ended = calm.model_copy(update={"audit": calm.audit.model_copy(update={"exit_code": code})})
    assert WHOLE in FORMATS["html"](calm)
    assert WHOLE not in FORMATS["html"](ended)
    assert "WHAT WAS NOT SEEN" in FORMATS["terminal"](ended)


def test_a_tenant_that_could_not_be_signed_in_to_is_one_entry() -> None:
    kinds = ("account", "mail_rule", "settings")
    gaps = [gap("t", source="sign_in", kind=kind).model_copy(update={"label": "the whole tenant"}) for kind in kinds]
    report = doubtful("nothing was collected")
    rows = [Coverage(tenant="t", kind=each.kind, targets=1, read=0, gaps=(each,)) for each in gaps]
    page = outline(report.model_copy(update={"coverage": (*seen(sample()).coverage, *rows)}))
    [entry] = page.unseen
    assert (entry.what, entry.kinds, entry.labels) == ("the whole tenant t", (), ())
    assert (entry.reason, entry.details, entry.remedy) == ("it could not be signed in to", ("t said no.",), "Grant it.")
    assert page.doubts == ()


def test_a_tenant_that_could_not_be_signed_in_to_reads_as_one_sentence() -> None:
    row = Coverage(tenant="t", kind="account", targets=1, read=0, gaps=(gap("t", source="sign_in", kind="account"),))
    report = sample().model_copy(update={"coverage": (*coverage(), row)})
    shown = FORMATS["terminal"](report)
    assert "the whole tenant t\n  not seen: it could not be signed in to.\n  t said no.\n  Remedy: Grant it.\n" in shown
    assert "the whole tenant t</bdi>" in FORMATS["html"](report)
