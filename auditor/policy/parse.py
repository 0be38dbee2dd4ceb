"""Expressions as text: parsed by Python's own parser, held to a length and a depth, with places for mistakes."""

from __future__ import annotations

import ast
import warnings

LONGEST = 4000
"""Characters of an expression."""
DEEPEST = 64
"""Expressions inside each other."""


class SyntaxMistake(Exception):  # noqa: N818 - it carries a mistake of the policy's author and never leaves this package
    """The text is no expression. ``offset`` is the character (from 0) where that shows."""

    def __init__(self, offset: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.remedy = remedy


class Source:
    """The text of one expression and its syntax tree; raises ``SyntaxMistake`` if there is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > LONGEST:
            remedy = "Divide the policy, or move words into params."
            raise SyntaxMistake(LONGEST, f"longer than {LONGEST} characters", remedy)
        if not text.strip():
            raise SyntaxMistake(0, "there is no expression", "Write one, or true.")
        # Brackets around it let the expression run over several lines.
        self._lines = f"({text}\n)".split("\n")
        self.root = self._parse()
        if self.offset(self.root) < 0:
            raise SyntaxMistake(0, "the brackets do not match", "Look for a bracket that closes too early.")
        self._measure()

    def offset(self, node: ast.expr) -> int:
        """Return the character (from 0) at which ``node`` begins."""
        return self._offset(node.lineno, len(self._lines[node.lineno - 1].encode()[: node.col_offset].decode()))

    def segment(self, node: ast.expr) -> str:
        """Return what the author wrote for ``node``."""
        return ast.get_source_segment("\n".join(self._lines), node) or ""

    def _offset(self, line: int, column: int) -> int:
        return sum(len(before) + 1 for before in self._lines[: line - 1]) + column - 1

    def _parse(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python warns of odd escapes; the checker refuses them by itself
                return ast.parse("\n".join(self._lines), mode="eval").body
        except SyntaxError as failure:
            line, column = failure.lineno or 1, (failure.offset or 1) - 1
            offset = min(max(self._offset(min(line, len(self._lines)), column), 0), max(len(self.text) - 1, 0))
            raise SyntaxMistake(offset, *_in_our_words(failure.msg)) from failure
        except (MemoryError, RecursionError, ValueError) as failure:
            raise SyntaxMistake(0, "nested too deep", f"At most {DEEPEST} levels.") from failure

    def _measure(self) -> None:
        level: list[ast.AST] = [self.root]
        for _ in range(DEEPEST):
            level = [child for node in level for child in ast.iter_child_nodes(node)]
            if not level:
                return
        place = next((node for node in level if isinstance(node, ast.expr)), self.root)
        raise SyntaxMistake(self.offset(place), f"nested more than {DEEPEST} deep", "Write it flatter.")


def _in_our_words(message: str) -> tuple[str, str]:
    if "==" in message and "=" in message:
        return "a single = does not compare", "Write ==."
    if "never closed" in message or "does not match" in message or "unmatched" in message:
        return "the brackets do not match", "Count the brackets and quotes."
    if "unterminated string" in message:
        return "a quote is missing", "Close the text with the quote it began with."
    if "nested parentheses" in message:
        return "nested too deep", f"At most {DEEPEST} levels."
    return "this is not an expression", "Look at the word here and the one before it."
