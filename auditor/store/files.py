"""The file of an SQLite store: where it may lie, who may read it, and that it comes into being whole or not at all."""

from __future__ import annotations

import os
import shlex
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from auditor.errors import StoreError

_NETWORK = frozenset({"9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"})
_NETWORK_HELPERS = ("fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "fuse.gvfsd", "fuse.davfs")
_MOUNTS = Path("/proc/self/mountinfo")


def require_local(path: Path, mounts: str | None = None) -> None:
    """Raise ``StoreError`` if ``path`` lies on a network file system, where two machines may both hold a lock.

    ``mounts`` is what Linux tells of them; elsewhere nothing is known, and nothing is refused.
    """
    if mounts is None:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace") if _MOUNTS.exists() else ""
    kind = _kind_of_mount(path.resolve(), mounts)
    if kind in _NETWORK or kind.startswith(_NETWORK_HELPERS):
        raise StoreError(
            f"{path} lies on a network file system ({kind}), where SQLite cannot keep a history whole.",
            "Name a folder on a disk of this machine (store: {path: ...}), or PostgreSQL (store: {url: ...}).",
        )


def require_private(path: Path) -> None:
    """Raise ``StoreError`` unless ``path`` is a file with something in it that only its owner can read."""
    try:
        status = path.stat()
    except OSError as error:
        raise _unusable(path, error) from error
    name = shlex.quote(str(path))
    if not stat.S_ISREG(status.st_mode):
        raise StoreError(f"{path} is not a file.", "Name a file under 'store' in the configuration.")
    if status.st_size == 0:
        raise StoreError(
            f"{path} is empty, and a history never is: something has emptied it.",
            f"Put the last good copy in its place. To begin anew, move it away first: mv {name} {name}.empty",
        )
    if status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        raise StoreError(
            f"{path} is open to other accounts of this machine (mode {mode:04o}), and it holds names and weaknesses.",
            f"chmod 600 {name}",
        )


def create(path: Path, fill: Callable[[Path], None]) -> None:
    """Make the file ``path``, readable by its owner alone, with what ``fill`` writes into a file beside it.

    Does nothing if another process made it in the meantime. Raises ``StoreError`` where the folder cannot be used.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(descriptor)
        unfinished = Path(name)
        try:
            fill(unfinished)
            _flush(unfinished)
            os.link(unfinished, path)
            _flush(path.parent)
        except FileExistsError:
            pass
        finally:
            for rest in (unfinished, *(Path(f"{name}{end}") for end in ("-wal", "-shm", "-journal"))):
                rest.unlink(missing_ok=True)
    except OSError as error:
        raise _unusable(path, error) from error


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _kind_of_mount(path: Path, mounts: str) -> str:
    """Return the type of the file system that holds ``path``: that of the longest mount point above it."""
    best, kind = "", ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) > 4 and after:  # noqa: PLR2004 - the fifth is the mount point, proc_pid_mountinfo(5)
            point = fields[4].replace("\\040", " ")
            if (path == Path(point) or Path(point) in path.parents) and len(point) >= len(best):
                best, kind = point, after.split()[0]
    return kind


def _unusable(path: Path, error: OSError) -> StoreError:
    said = (error.strerror or str(error)).lower()
    return StoreError(
        f"The history {path} cannot be opened or made: {said}.",
        "Name a folder under 'store' in the configuration that the account may write to, or keep none: "
        "store: {keep: false}",
    )
