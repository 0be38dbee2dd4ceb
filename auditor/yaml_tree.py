"""YAML as a tree of plain values that knows where in the file each of them stands.

A small, safe part of YAML 1.2: one document of mappings, lists and scalars. No anchors, aliases, tags or directives,
so nothing can be built, repeated or named that is not written out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from auditor.errors import DocumentError, Problem
from auditor.yaml_places import Run, runs_of

MAX_DEPTH = 32
"""Mappings and lists inside each other."""

Scalar: TypeAlias = "str | int | float | bool | None"
Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
Path: TypeAlias = "tuple[str | int, ...]"

_CONSTANTS: dict[str, Scalar] = {"": None, "null": None, "~": None, "true": True, "false": False}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
# Written raw, these show a reader something else than what a program reads, or split lines for one but not the other.
_UNSEEN = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    r"|[\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069]"
)


@dataclass(slots=True)
class _Node:
    line: int
    column: int
    value: Value = None
    style: str | None = None
    children: dict[str | int, _Node] = field(default_factory=dict)
    keys: dict[str, _Node] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    """Where the stretches of a scalar stand."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A document: its plain ``value``, and the place of every part of it. Lines and columns count from 1."""

    file: str
    error: type[DocumentError]
    _root: _Node

    @property
    def value(self) -> Value:
        """The document as dicts, lists, text, numbers, booleans and ``None``. Dates stay text."""
        return self._root.value

    def mark(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Return line and column of what stands at ``path``, or of its key; of the nearest part if it is not there."""
        node, found = self._find(path)
        if found == len(path) and key and path and isinstance(path[-1], str):
            parent, _ = self._find(path[:-1])
            node = parent.keys[path[-1]]
        return node.line, node.column

    def mark_inside(self, path: Path, offset: int) -> tuple[int, int]:
        """Return line and column of the character ``offset`` (from 0) of the text at ``path``.

        Where the file writes the text with escapes or folding, this is where the text starts.
        """
        node, _ = self._find(path)
        run = bisect_right(node.runs, (offset, 1 << 62, 0)) - 1
        if run < 0:
            return node.line, node.column
        start, line, column = node.runs[run]
        return line, column + offset - start

    def is_exact(self, path: Path) -> bool:
        """Say whether ``mark_inside`` knows the place of every character: not so with escapes and ``>`` blocks."""
        return bool(self._find(path)[0].runs)

    def problem(self, path: Path, message: str, remedy: str = "", *, key: bool = False) -> Problem:
        """Return a mistake at ``path``."""
        return Problem(self.file, *self.mark(path, key=key), message, remedy)

    def problem_inside(self, path: Path, offset: int, message: str, remedy: str = "") -> Problem:
        """Return a mistake at the character ``offset`` of the text at ``path``."""
        return Problem(self.file, *self.mark_inside(path, offset), message, remedy)

    def _find(self, path: Path) -> tuple[_Node, int]:
        node = self._root
        for depth, part in enumerate(path):
            if part not in node.children:
                return node, depth
            node = node.children[part]
        return node, len(path)


def load(text: str, *, file: str, error: type[DocumentError] = DocumentError) -> Tree:
    """Read ``text``, the content of ``file``; raises ``error`` at the first thing that is not allowed."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if unseen := _UNSEEN.search(line):
            code = f"U+{ord(unseen[0]):04X}"
            remedy = (
                f'Delete it, or write "\\u{ord(unseen[0]):04X}" in double quotes.' if unseen[0] > " " else "Delete it."
            )
            raise error([Problem(file, number, unseen.start() + 1, f"invisible character {code}", remedy)])
    reader = _Reader(file, text, error)
    try:
        return Tree(file, error, reader.read())
    except MarkedYAMLError as failure:
        mark = failure.problem_mark or failure.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else reader.place
        what = str(failure.problem or failure.context or "it cannot be read")
        raise error([Problem(file, line, column, f"not valid YAML: {what}", _hint(what))]) from failure
    except (YAMLError, ValueError, OverflowError) as failure:
        remedy = "Write the text itself in place of the escape."
        raise error(
            [Problem(file, *reader.place, "not valid YAML: a character that does not exist", remedy)]
        ) from failure


def _hint(what: str) -> str:
    if "'\\t'" in what:
        return "Indent with spaces, not with tabs."
    if "found '<scalar>'" in what:
        return "A value that begins with a quote ends with it; put an expression that goes on into a | block."
    if "mapping values are not allowed" in what:
        return "A text that contains ': ' needs quotes, or a | block."
    return "Look at the indentation, quotes and brackets here and in the line above."


class _Reader:
    """Turns the parser's events into nodes, without recursion, and refuses what the language leaves out."""

    def __init__(self, file: str, text: str, error: type[DocumentError]) -> None:
        self.file = file
        self.text = text
        self.lines = re.split(r"\r\n|\r|\n", text)
        self.error = error
        self.place = (1, 1)

    def read(self) -> _Node:
        stack: list[_Node] = []
        pending: list[_Node | None] = []
        root: _Node | None = None
        for event in self._events():
            if isinstance(event, MappingEndEvent | SequenceEndEvent):
                stack.pop()
                pending.pop()
                continue
            if not isinstance(event, NodeEvent):
                continue
            node = self._node(event)
            if not stack:
                root = node
            elif isinstance(stack[-1].value, list):
                stack[-1].children[len(stack[-1].value)] = node
                stack[-1].value.append(node.value)
            elif isinstance(stack[-1].value, dict) and pending[-1] is not None:
                stack[-1].value[str(pending[-1].value)] = node.value
                stack[-1].children[str(pending[-1].value)] = node
                pending[-1] = None
            else:
                self._accept_key(stack[-1], event, node)
                pending[-1] = node
            if isinstance(event, CollectionStartEvent):
                stack.append(node)
                pending.append(None)
                if len(stack) > MAX_DEPTH:
                    raise self._refusal(f"nested more than {MAX_DEPTH} deep", "Write it flatter.")
        if root is None:
            raise self._refusal("the file is empty", "Write at least one key.")
        return root

    def _events(self) -> Iterator[Event]:
        documents = 0
        for event in YAML(typ="safe", pure=True).parse(self.text):
            self.place = (event.start_mark.line + 1, event.start_mark.column + 1)
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refusal("a second document in one file", "Put each document into a file of its own.")
                if event.version or event.tags:
                    raise self._refusal("directives are not allowed", "Delete the line that begins with %.")
            elif isinstance(event, AliasEvent):
                remedy = "Write the value out; in quotation marks, if it begins with * itself."
                raise self._refusal(f"aliases are not allowed: *{event.anchor}", remedy)
            elif isinstance(event, NodeEvent):
                if event.anchor is not None:
                    raise self._refusal(f"anchors are not allowed: &{event.anchor}", "Delete it.")
                if isinstance(event, ScalarEvent | CollectionStartEvent) and event.ctag is not None:
                    raise self._refusal(f"tags are not allowed: {str(event.ctag)[:60]}", "Delete it.")
            yield event

    def _accept_key(self, parent: _Node, event: Event, node: _Node) -> None:
        if not isinstance(event, ScalarEvent):
            raise self._refusal("a key must be a single word or text", "Write it as plain text.")
        name = str(event.value)
        if name == "<<":
            raise self._refusal("merging with << is not allowed", "Write the keys out.")
        if name in parent.keys:
            first = parent.keys[name].line
            raise self._refusal(f"'{name[:60]}' stands here twice; first in line {first}", "Delete one of the two.")
        node.value = name
        parent.keys[name] = node

    def _node(self, event: NodeEvent) -> _Node:
        line, column = self.place
        if isinstance(event, MappingStartEvent):
            return _Node(line, column, {})
        if isinstance(event, SequenceStartEvent):
            return _Node(line, column, [])
        assert isinstance(event, ScalarEvent)  # noqa: S101 - aliases were refused before
        text = str(event.value)
        if any("\ud800" <= character <= "\udfff" or character == "\0" for character in text):
            raise self._refusal("a character that does not exist in text", "Write the text without that escape.")
        value = text if event.style else _plain(text)
        return _Node(line, column, value, event.style, runs=runs_of(text, event, self.lines))

    def _refusal(self, message: str, remedy: str) -> DocumentError:
        return self.error([Problem(self.file, *self.place, message, remedy)])


def _plain(text: str) -> Scalar:
    """Return what a scalar without quotes means, by the core schema of YAML 1.2 without octal and hexadecimal."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
