"""The file of exemptions: read, held against what it names with every mistake told, and added to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from io import StringIO
from pathlib import Path
from shlex import quote

from ruamel.yaml import YAML

from auditor.errors import ExemptionError, Problem
from auditor.models import Exemption, Exemptions, Policy
from auditor.yaml_files import Tree, did_you_mean, read, validate
from auditor.yaml_files import load as parse

_HEADING = """\
# Risks that somebody accepted until a day. One entry excuses one finding; see docs/exemptions.md.
exemptions: []
"""


def load(
    path: Path, *, policies: Mapping[str, Policy], tenants: Collection[str], partial: bool = False
) -> tuple[Exemption, ...]:
    """Return the exemptions in the file ``path``; raises ``ExemptionError`` with all mistakes at their places.

    A file that is not there is a mistake too: whoever deletes it must not decide unnoticed what the next report says.
    With ``partial`` the policies are not all that are configured, and one that is not among them is no mistake.
    """
    if not path.exists():
        remedy = f"Make it: echo 'exemptions: []' > {quote(str(path))}; `auditor exempt add` makes it too."
        raise ExemptionError([Problem(str(path), 1, 1, "the file of exemptions is not there", remedy)])
    return _checked(read(path, error=ExemptionError), policies, tenants, partial=partial)


def with_one_more(
    text: str | None, exemption: Exemption, *, file: str, policies: Mapping[str, Policy], tenants: Collection[str]
) -> str:
    """Return the text of a file of exemptions (None: a new one) with one more at its end, its comments where they were.

    ``file`` is what messages call it. Raises ``ExemptionError`` if the text, or the exemption, is not right.
    """
    text = _HEADING if text is None else text
    before = _checked(parse(text, file=file, error=ExemptionError), policies, tenants)
    editor, out = YAML(), StringIO()
    editor.preserve_quotes = True
    editor.width = 4096
    column = parse(text, file=file, error=ExemptionError).mark(("exemptions", 0))[1] - 1 if before else 4
    editor.indent(mapping=2, sequence=column, offset=max(column - 2, 0))
    document = editor.load(text)
    entry = exemption.model_dump(exclude_defaults=True)
    if before:
        document["exemptions"].append(entry)
    else:
        document["exemptions"] = [entry]
    editor.dump(document, out)
    after = _checked(parse(out.getvalue(), file=file, error=ExemptionError), policies, tenants)
    if after != (*before, exemption):
        raise ExemptionError([Problem(file, 1, 1, "the exemption cannot be written as it is", "Add it by hand.")])
    return out.getvalue()


def _checked(
    tree: Tree, policies: Mapping[str, Policy], tenants: Collection[str], *, partial: bool = False
) -> tuple[Exemption, ...]:
    exemptions = validate(Exemptions, tree).exemptions
    problems = list(_mistakes(exemptions, tree, policies, tenants, partial=partial))
    if problems:
        raise ExemptionError(problems)
    return exemptions


def _mistakes(
    exemptions: Collection[Exemption],
    tree: Tree,
    policies: Mapping[str, Policy],
    tenants: Collection[str],
    *,
    partial: bool,
) -> Iterator[Problem]:
    """Yield what is wrong with exemptions that have the right form."""
    first: dict[tuple[str, str, str | None, str | None], int] = {}
    for index, each in enumerate(exemptions):
        place: tuple[str | int, ...] = ("exemptions", index)
        policy = policies.get(each.policy)
        if policy is None and not partial:
            remedy = did_you_mean(each.policy, policies) or "`auditor policies list` lists them."
            yield tree.problem((*place, "policy"), f"there is no policy '{each.policy[:100]}'", remedy)
        if each.tenant not in tenants:
            remedy = did_you_mean(each.tenant, tenants) or f"Tenants: {', '.join(sorted(tenants))}."
            yield tree.problem((*place, "tenant"), f"there is no tenant '{each.tenant[:100]}'", remedy)
        if each.key is None and each.account is None:
            remedy = "Write 'account' with an address, or 'key' with the id that the JSON report gives."
            yield tree.problem(place, "this names neither an account nor anything else", remedy)
        elif each.key is None and policy is not None and policy.fact != "account":
            remedy = "Copy it from the JSON report (fact.key), or the next rule on the same account is excused too."
            yield tree.problem(place, f"'key' is missing: {each.policy} is about {policy.fact}", remedy)
        for name in each.evidence:
            if policy is not None and name not in policy.evidence:
                remedy = did_you_mean(name, policy.evidence) or f"It has: {', '.join(policy.evidence) or 'none'}."
                yield tree.problem(
                    (*place, "evidence", name), f"{each.policy} has no evidence '{name[:60]}'", remedy, key=True
                )
        if each.expires < each.granted:
            message = f"this is before the day on which it was granted, {each.granted}"
            yield tree.problem((*place, "expires"), message, "Correct one of the two.")
        line, _ = tree.mark(place)
        earlier = first.setdefault((each.policy, each.tenant, each.account, each.key), line)
        if earlier != line:
            yield tree.problem(place, f"the same exemption stands in line {earlier}", "Keep one of the two.")
