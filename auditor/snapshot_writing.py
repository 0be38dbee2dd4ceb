"""Writes a snapshot while an audit goes on. It appears whole or not at all, and only its owner can read it."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from auditor.encryption import Encrypting, public_keys
from auditor.errors import UsageError
from auditor.facts import Fact, Tenant
from auditor.models import Coverage, TenantReference
from auditor.snapshot_lines import FORMAT, coverage_lines, fact_line, fields, line

_LEVEL = 6


class SnapshotFile:
    """A snapshot that is being written: a ``Keeper``. Close it, whatever comes."""

    def __init__(self, place: Path, recipients: Sequence[str] = ()) -> None:
        """Take the file to write, or the folder in which to write one, and the public keys of who alone may read it.

        Raises ``UsageError`` if that cannot be.
        """
        public_keys(recipients)
        self._place = place
        self.path: Path | None = None
        """The snapshot, once it is whole."""
        self.digest = ""
        """SHA-256 of its lines, in hexadecimal digits."""
        self.failure: OSError | None = None
        """Why there is none."""
        self._facts = 0
        self._hash = hashlib.sha256()
        folder = place if place.is_dir() else place.parent
        try:
            descriptor, name = tempfile.mkstemp(dir=folder, prefix=".snapshot.")
        except OSError as error:
            remedy = "Name a file in a folder that exists and that you may write to."
            raise UsageError(f"No snapshot can be written to {folder}: {error.strerror}.", remedy) from error
        self._temporary = Path(name)
        self._file = os.fdopen(descriptor, "wb")
        self._cipher = Encrypting(self._file, recipients) if recipients else None
        # Without name and time in its head, so that the same content gives the same bytes.
        self._stream = gzip.GzipFile("", "wb", _LEVEL, self._cipher or self._file, mtime=0)

    def begin(
        self,
        organisation: str,
        audit: str,
        started: datetime,
        tenants: Sequence[TenantReference],
        identified: Mapping[str, Tenant],
    ) -> None:
        """Write what the audit is."""
        if self._place.is_dir():
            ending = "jsonl.gz.age" if self._cipher else "jsonl.gz"
            self._place /= f"snapshot-{started.astimezone(UTC):%Y%m%dT%H%M%SZ}-{audit[:8]}.{ending}"
        beginning = {
            "format": FORMAT,
            "organisation": organisation,
            "audit": audit,
            "started": started.isoformat(),
            "tenants": [reference.model_dump() for reference in tenants],
            "identified": {name: msgspec.to_builtins(tenant) for name, tenant in identified.items()},
            "fields": {kind: sorted(names) for kind, names in fields().items()},
        }
        self._write([line("snapshot", beginning)])

    def keep(self, facts: Iterable[Fact]) -> None:
        """Write facts."""
        lines = [fact_line(fact) for fact in facts]
        self._facts += len(lines)
        self._write(lines)

    def listed(self, coverage: Iterable[Coverage]) -> None:
        """Write that the directories are read, and how much of them."""
        self._write(coverage_lines(coverage))
        self._write([line("listed", None)])

    def end(self, finished: datetime, coverage: Iterable[Coverage], *, stopped: bool) -> None:
        """Write how much of everything was read, and the end; then the file gets its name."""
        self._write(coverage_lines(coverage))
        end = {"finished": finished.isoformat(), "interrupted": stopped, "facts": self._facts}
        self._write([line("end", end)])
        digest = self._hash.hexdigest()
        self._write([line("sha256", digest)])
        if self.failure:
            return
        try:
            self._stream.close()
            if self._cipher:
                self._cipher.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._temporary.replace(self._place)
        except OSError as error:
            self.failure = error
        else:
            self.path, self.digest = self._place, digest

    def close(self) -> None:
        """Close the file; what has not come to its end is deleted."""
        try:
            with self._file:
                if self._cipher:
                    self._cipher.close()
        except OSError as error:
            self.failure = self.failure or error
        if self.path is None:
            self._temporary.unlink(missing_ok=True)

    def _write(self, lines: Iterable[bytes]) -> None:
        if self.failure:
            return
        try:
            for each in lines:
                self._hash.update(each)
                self._stream.write(each)
        except OSError as error:
            self.failure = error
