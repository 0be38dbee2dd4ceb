"""Snapshots: what an audit read, kept in a file, so that it can be judged again without asking anybody.

One gzip stream of JSON lines: what the audit is, the facts of the directories, what was read of them, the facts that
hang on them, what was read of everything, the end, and the SHA-256 of all lines before. It is read as a stream, so that
no number of facts needs more memory, and whoever reads it must come to its end: only there it proves to be whole.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from msgspec import Raw
from pydantic import ValidationError

from auditor.encryption import HEAD, Decrypting
from auditor.errors import AuditorError, SnapshotError
from auditor.facts import KINDS, Fact, Tenant
from auditor.models import Coverage, Gap, TenantReference
from auditor.snapshot_lines import FORMAT, LONGEST, Beginning, End, fact_of, is_newer, lacking, parse

_ANOTHER = "Take another copy of it. A snapshot that is not whole is not judged."


class Snapshot:
    """A snapshot that is being read, part after part, in the order of the file. All of it raises ``SnapshotError``."""

    def __init__(self, path: Path, identity: Path | None = None) -> None:
        """Take the file, and that with the secret key if it is encrypted."""
        self._path = path
        self._identity = identity
        self._hash = hashlib.sha256()
        self._facts = 0
        self._tenants: frozenset[str] = frozenset()
        self._ahead: tuple[str, Raw] | None = None
        self._file: BufferedReader | None = None
        self._plain: Decrypting | None = None
        self._stream: gzip.GzipFile | None = None

    def __enter__(self) -> Self:
        try:
            self._file = self._path.open("rb")
            start = self._file.peek(len(HEAD))[: len(HEAD)]  # a pipe can be read only once
        except OSError as error:
            if self._file is not None:
                self._file.close()
            remedy = "Look at the path, and at who may read the file."
            raise SnapshotError(f"{self._path} cannot be read: {error.strerror}.", remedy) from error
        if start == HEAD:
            try:
                self._plain = Decrypting(self._file, self._path, self._identity)
            except AuditorError:
                self._file.close()
                raise
        self._stream = gzip.GzipFile(fileobj=self._plain or self._file, mode="rb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()
        if self._plain is not None:
            self._plain.close()
        if self._file is not None:
            self._file.close()

    def begin(self) -> Beginning:
        """Return what the snapshot is of."""
        tag, value = self._take()
        document = self._object(value) if tag == "snapshot" else {}
        if not isinstance(document.get("format"), int):
            raise self._damaged("it does not begin like a snapshot")
        if document["format"] > FORMAT:
            raise self._newer()
        try:
            written = {str(kind): tuple(map(str, names)) for kind, names in document["fields"].items()}
        except (KeyError, TypeError, AttributeError) as error:
            raise self._damaged("its first line is not complete") from error
        if is_newer(written):
            raise self._newer()
        if missing := lacking(written):
            what = f"{self._path} was written by an older auditor, without {', '.join(missing[:3])}."
            raise SnapshotError(what, "Judge it with the version that wrote it.")
        try:
            beginning = Beginning(
                organisation=str(document["organisation"]),
                audit=str(document["audit"]),
                started=_moment(document["started"]),
                tenants=tuple(TenantReference.model_validate(each) for each in document["tenants"]),
                identified=msgspec.convert(document["identified"], dict[str, Tenant]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged("its first line is not complete") from error
        self._tenants = frozenset(beginning.identified)
        return beginning

    def facts(self) -> Iterator[Fact]:
        """Yield the facts of the part that comes next."""
        while self._peek()[0] in KINDS:
            kind, value = self._take()
            try:
                fact = fact_of(kind, value)
            except ValueError as error:
                raise self._damaged(f"a fact is no {kind}") from error
            if fact.tenant not in self._tenants:
                raise self._damaged("a fact is of no tenant that was read")
            self._facts += 1
            yield fact

    def coverage(self) -> tuple[Coverage, ...]:
        """Return how much was read until here."""
        rows: list[Coverage] = []
        gaps: list[list[Gap]] = []
        try:
            while self._peek()[0] in {"coverage", "gap"}:
                tag, value = self._take()
                if tag == "coverage":
                    rows.append(Coverage.model_validate(self._object(value)))
                    gaps.append([])
                else:
                    gaps[-1].append(Gap.model_validate(self._object(value)))
        except (ValidationError, IndexError) as error:
            raise self._damaged("what was read is not told") from error
        if self._peek()[0] == "listed":
            self._take()
        return tuple(row.model_copy(update={"gaps": tuple(its)}) for row, its in zip(rows, gaps, strict=True))

    def end(self) -> End:
        """Return how the reading ended, once the whole file has proved to be what was written."""
        tag, value = self._take()
        document = self._object(value) if tag == "end" else {}
        found = self._hash.hexdigest()
        tag, value = self._take()
        if tag != "sha256" or bytes(value) != f'"{found}"'.encode():
            raise SnapshotError(f"{self._path} was changed after it was written: its digest does not fit.", _ANOTHER)
        if self._line():
            raise self._damaged("something stands behind its end")
        try:
            end = End(_moment(document["finished"]), document["interrupted"] is True, int(document["facts"]))
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged("its end is not complete") from error
        if end.facts != self._facts:
            raise self._damaged("it does not hold as many facts as it says")
        return end

    def _peek(self) -> tuple[str, Raw]:
        if self._ahead is None:
            text = self._line()
            if not text:
                raise SnapshotError(f"{self._path} breaks off before its end.", _ANOTHER)
            try:
                self._ahead = parse(text)
            except (ValueError, RecursionError) as error:
                raise self._damaged("a line cannot be understood") from error
            if self._ahead[0] != "sha256":
                self._hash.update(text)
        return self._ahead

    def _take(self) -> tuple[str, Raw]:
        taken = self._peek()
        self._ahead = None
        return taken

    def _line(self) -> bytes:
        """Return the next line, or nothing at the end of the file."""
        assert self._stream is not None  # noqa: S101 - within the context
        try:
            text = self._stream.readline(LONGEST)
        except EOFError as error:
            raise SnapshotError(f"{self._path} breaks off before its end.", _ANOTHER) from error
        except (OSError, zlib.error) as error:
            raise self._damaged("it cannot be decompressed") from error
        if text and not text.endswith(b"\n"):
            raise self._damaged("a line has no end")
        return text

    def _object(self, value: Raw) -> dict[str, Any]:
        """Return the value of a line that is an object."""
        try:
            decoded = json.loads(bytes(value))
        except (ValueError, RecursionError) as error:
            raise self._damaged("a line cannot be understood") from error
        if not isinstance(decoded, dict):
            raise self._damaged("a line cannot be understood")
        return decoded

    def _damaged(self, what: str) -> SnapshotError:
        return SnapshotError(f"{self._path} is no snapshot, or a damaged one: {what}.", _ANOTHER)

    def _newer(self) -> SnapshotError:
        return SnapshotError(f"{self._path} was written by a newer auditor.", "Use that version, or a later one.")


def _moment(text: object) -> datetime:
    """Return a moment with its zone; raises ``ValueError`` if it has none."""
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment
