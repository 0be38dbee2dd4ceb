from __future__ import annotations

import itertools
import re
import unicodedata
from html.parser import HTMLParser
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample import HOSTILE, accepted, empty, hostile_sample, sample, seen, without_findings

from auditor.models import Report
from auditor.reports import FORMATS

render = FORMATS["html"]
TEMPLATES = resources.files("auditor.reports") / "templates"
CSS = (TEMPLATES / "report.css").read_text()
VOID = {"meta", "link", "br", "hr", "img", "input"}
REPORTS = [sample(), accepted(), empty(), without_findings(seen(sample())), hostile_sample("x")]
OURS = {
    "class": r"[a-z ]+",
    "id": r"[a-z-]+",
    "href": r"#[a-z]+",
    "aria-labelledby": r"[a-z-]+",
    "scope": r"col|row",
}
"""Attributes whose values differ from place to place; none may come from a stranger."""


class Page(HTMLParser):
    """What a browser would build, and whether every element was closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def shape(self) -> set[tuple[str, str]]:
        """Return every element with every attribute it has."""
        return {(tag, name) for tag, attributes in self.elements for name in ("", *attributes)}


WRITTEN = {
    (tag, name)
    for tag, attributes in re.findall(
        r"<([a-z][a-z0-9]*)((?:[^>{]|\{[{%].*?[%}]\})*)>", (TEMPLATES / "report.html.j2").read_text()
    )
    for name in ("", *re.findall(r'([a-z-]+)="', attributes))
}
"""Elements and attributes that stand in the template."""


def assert_ours(text: str) -> Page:
    """Fail when the page holds an element, an attribute or a value that the template did not write."""
    page = Page(text)
    assert not page.open
    assert page.shape() <= WRITTEN
    for _, attributes in page.elements:
        for name, value in attributes.items():
            assert name not in OURS or re.fullmatch(OURS[name], value or ""), (name, value)
    return page


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_names_bring_no_element_and_no_attribute(text: str) -> None:
    page = assert_ours(render(hostile_sample(text)))
    shown = "".join(page.text)
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} and c != "\n"]
    assert max(map(len, shown.split())) < 1_100


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None) | st.sampled_from("<>&\"'`={}%#/!-")))
def test_no_name_whatever_becomes_markup(text: str) -> None:
    written = render(hostile_sample(text))
    written.encode()
    assert_ours(written)


def test_a_name_in_angle_brackets_is_read_as_it_was_written() -> None:
    assert "<img src=x onerror=alert(1)>" in "".join(Page(render(hostile_sample(HOSTILE[0]))).text)


@pytest.mark.parametrize("report", REPORTS)
def test_the_page_asks_nothing_of_anybody(report: Report) -> None:
    page = Page(render(report))
    metas = [attributes for tag, attributes in page.elements if tag == "meta"]
    policy = next(m["content"] for m in metas if m.get("http-equiv") == "Content-Security-Policy")
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not {tag for tag, _ in page.elements} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "svg",
    }
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in names if name.startswith("on")} | names & {"src", "srcset", "style", "action"}
    assert not re.search(r"url\(|@import|https?:", CSS)


@pytest.mark.parametrize("report", REPORTS)
def test_the_page_can_be_walked_by_its_headings_landmarks_and_tables(report: Report) -> None:
    page = Page(render(report))
    tags = [tag for tag, _ in page.elements]
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(tags.count(landmark) == 1 for landmark in ("header", "main", "nav", "footer", "title"))
    assert dict(page.elements)["html"] == {"lang": "en"}
    assert tags.count("table") == tags.count("caption")
    assert all(attributes.get("scope") for tag, attributes in page.elements if tag == "th")
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [a["href"] for tag, a in page.elements if tag == "a"]
    assert {target.removeprefix("#") for target in targets if target} <= set(ids)
    assert next(a for tag, a in page.elements if tag == "a")["class"] == "skip"


def test_what_was_accepted_stands_in_a_place_of_its_own() -> None:
    shown = "".join(Page(render(accepted())).text)
    assert shown.count("Debate notes of Juliette Moreau") == 1
    assert "Until 2026-12-01 · Juliette Moreau answers for it · Ana Rivera accepted it" in shown
    assert "ends on 2026-12-01" in shown
    assert "(medium, raised: administrator)" in shown
    assert "1 accepted" in shown


def test_severity_is_told_in_words_too() -> None:
    page = Page(render(sample()))
    tags = [
        attributes for tag, attributes in page.elements if tag == "span" and "tag" in (attributes.get("class") or "")
    ]
    assert tags
    words = {"Critical", "High", "Medium", "Low", "Could not be seen", "Not seen", "Unknown", "Nothing open", "Holds"}
    shown = re.findall(r'<span class="tag [a-z]+">([^<]+)</span>', render(sample()))
    assert len(shown) == len(tags)
    assert set(shown) <= words


def test_the_page_says_what_the_terminal_says() -> None:
    text = "".join(Page(render(sample())).text)
    for words in (
        "Act today:",
        "Ana Rivera",
        "Call, do not mail",
        "4 volunteers",
        "2 mailboxes",
        "Delegation denied",
        "10 of 13",
    ):
        assert words in text


def test_an_empty_report_is_grey_and_calls_nothing_good() -> None:
    written = render(empty())
    assert 'class="verdict unseen"' in written
    assert 'class="tag clear"' not in written
    assert "No policy could be confirmed." in written


def test_twenty_thousand_volunteers_do_not_make_a_page_nobody_can_open() -> None:
    report = sample()
    people = tuple(
        report.people[-2].model_copy(update={"address": f"{number}@x", "name": f"Volunteer {number}"})
        for number in range(20_000)
    )
    written = render(report.model_copy(update={"people": (*report.people, *people)}))
    assert len(written) < 500_000
    assert "19,504 more people" in written


def test_evidence_without_a_space_breaks_rather_than_widen_a_narrow_page() -> None:
    tables, evidence = (re.search(rf"^{rule} {{(.*?)}}", CSS, re.MULTILINE) for rule in ("table", r"\.evidence th"))
    assert tables
    assert evidence
    assert "overflow-wrap: anywhere" in tables[1]
    assert "nowrap" not in evidence[1]


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour such as ``#1d1c1a`` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
)
LEVELS = ("critical", "high", "medium", "low", "unseen", "clear")


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_has_contrast_enough_on_what_it_stands_on(scheme: dict[str, str]) -> None:
    assert LIGHT.keys() == DARK.keys()
    pairs = [(text, ground) for text in ("ink", "quiet", "link", *LEVELS) for ground in ("page", "card")]
    pairs += [(level, f"{level}-tint") for level in LEVELS] + [("ink", f"{level}-tint") for level in LEVELS]
    weak = {pair: contrast(scheme[pair[0]], scheme[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", ["terminal", "html"])
def test_a_report_is_rendered_the_same_twice(name: str) -> None:
    assert FORMATS[name](sample()) == FORMATS[name](sample())
