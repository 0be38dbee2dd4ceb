"""Files that people write, read as YAML; the one door for the configuration, policies and exemptions."""

from __future__ import annotations

from pathlib import Path as FilePath

from auditor.errors import DocumentError, Problem
from auditor.validation import did_you_mean, problems_of, validate
from auditor.yaml_tree import Path, Tree, Value, load

__all__ = ["MAX_BYTES", "Path", "Tree", "Value", "did_you_mean", "load", "problems_of", "read", "validate"]

MAX_BYTES = 1_000_000
"""Size of the largest file that is read."""


def read(
    path: FilePath, *, error: type[DocumentError] = DocumentError, file: str | None = None, most: int = MAX_BYTES
) -> Tree:
    """Read the YAML file ``path``, called ``file`` in messages.

    UTF-8 without a byte order mark, at most ``most`` bytes long. Raises ``error`` if it is not allowed.
    """
    name = file or str(path)
    try:
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as failure:
        what = failure.strerror or "it cannot be opened"
        remedy = "Look at the path, and at who may read the file."
        raise error([Problem(name, 1, 1, f"the file cannot be read: {what}", remedy)]) from failure
    if len(content) > most:
        raise error([Problem(name, 1, 1, f"the file is longer than {most:,} bytes", "Divide it.")])
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise error([Problem(name, 1, 1, "the file begins with a byte order mark", "Save it as plain UTF-8.")])
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as failure:
        before = content[: failure.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise error([Problem(name, line, column, "the file is not UTF-8 here", "Save it as UTF-8.")]) from failure
    return load(text, file=name, error=error)
