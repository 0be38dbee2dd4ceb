"""Secrets: held so that nothing shows them, read only from places that nobody else can read, struck from texts."""

from __future__ import annotations

import errno
import hmac
import json
import os
import shlex
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NoReturn, Protocol
from urllib.parse import quote, quote_plus

from auditor.errors import AuditorError

LARGEST_SECRET = 64 * 1024
"""Bytes that a file of credentials may have; a key with its certificate needs about 8,000."""
LARGEST_BUNDLE = 1024 * 1024
"""Bytes that a file of public certificates may have; all public authorities together need about 230,000."""

MARK = "[secret]"
"""What stands where a secret was, and what a secret says of itself."""


class SecretError(AuditorError):
    """A secret, key or certificate is missing, or lies where others can read it; the remedy is the command to type."""


class SecretReference(Protocol):
    """Where a secret is to be found: exactly one of the two is given."""

    @property
    def env(self) -> str | None:
        """Name of an environment variable."""
        ...

    @property
    def file(self) -> Path | None:
        """A private file that holds the secret and nothing else."""
        ...


class Secret:
    """A text that no print, log, traceback, pickle or JSON shows. Compared by value, in constant time."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the text itself; call this where it is sent, and nowhere else."""
        return self.__value

    def __repr__(self) -> str:
        return MARK

    def __format__(self, _specification: str) -> str:
        return MARK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_bytes(self.__value), _bytes(other.reveal()))

    def __hash__(self) -> int:
        return hash(self.__value)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere; pass the reference to it instead")


def read_secret(reference: SecretReference, environment: Mapping[str, str] = os.environ) -> Secret:
    """Return the secret that ``reference`` names, without the white space around it.

    Raises ``SecretError`` when it is missing, empty or of several lines, and whatever ``read_private_file`` refuses.
    """
    if reference.file is not None:
        place = f"the file {reference.file}"
        remedy = f"Write the secret, and nothing else, into it: ${{EDITOR:-nano}} {shlex.quote(str(reference.file))}"
        try:
            text = read_private_file(reference.file).decode()
        except UnicodeDecodeError:
            raise SecretError(f"{place} is not text in UTF-8", remedy) from None
    else:
        name = reference.env or ""
        place = f"the environment variable {name}"
        remedy = f"Set it without leaving it in the shell's history: read -rs {name} && export {name}"
        text = environment.get(name, "")
    text = text.strip()
    if not text:
        raise SecretError(f"{place} holds no secret", remedy)
    if len(text.splitlines()) > 1 or not text.isprintable():
        raise SecretError(f"{place} holds more than one line, or control characters", remedy)
    return Secret(text)


def read_private_file(path: Path) -> bytes:
    """Return what is in ``path``, at most 64 KiB, if it is a file that only its owner can read.

    Raises ``SecretError`` for a file that is missing, empty or too large, that others may read or write, that belongs
    to somebody else than us or root, that is a symbolic link or no file at all, or that lies in a git work tree.
    """
    return _read(path, _require_private, LARGEST_SECRET)


def read_public_file(path: Path) -> bytes:
    """Return what is in ``path``, at most 1 MiB, if it is a file that everybody may read and only its owner change.

    Raises ``SecretError`` for a file that is missing, empty or too large, that others may write, that belongs to
    somebody else than us or root, or that is a symbolic link or no file at all.
    """
    return _read(path, _require_unchanged, LARGEST_BUNDLE)


def _read(path: Path, require: Callable[[Path, os.stat_result], None], most: int) -> bytes:
    """Return what is in a file, at most so many bytes, if ``require`` does not refuse it once it is open."""
    name = shlex.quote(str(path))
    try:
        # NONBLOCK, so that a named pipe cannot hold us up before we have looked at what was opened.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            require(path, os.fstat(descriptor))
            with open(descriptor, "rb", closefd=False) as file:
                content = file.read(most + 1)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if not content:
        raise SecretError(f"{path} is empty", f"Put what belongs there again: ls -l {name}")
    if len(content) > most:
        raise SecretError(f"{path} is larger than {most} bytes", f"Look what it is: file {name}")
    return content


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """Return ``text`` with a mark in place of every secret, also where one is escaped for a URL, a form or JSON."""
    written = {form for secret in secrets for form in _forms(secret.reveal()) if form}
    for form in sorted(written, key=lambda form: (-len(form), form)):
        text = text.replace(form, MARK)
    return text


def _forms(value: str) -> tuple[str, ...]:
    """Return the ways in which ``value`` may be written in requests, logs and tracebacks."""
    escaped = _bytes(value)
    return (
        value,
        quote(escaped, safe=""),
        quote(escaped),
        quote_plus(escaped),
        json.dumps(value)[1:-1],
        repr(value)[1:-1],
    )


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def _unreadable(path: Path, error: OSError | ValueError) -> SecretError:
    """Return what to say of a file that the operating system does not let us read."""
    name = shlex.quote(str(path))
    match error:
        case OSError(errno=errno.ELOOP | errno.EMLINK):  # FreeBSD says EMLINK
            return SecretError(
                f"{path} is a symbolic link, which somebody else could point elsewhere",
                f"Write the path that it leads to into the configuration: readlink -f {name}",
            )
        case FileNotFoundError() | NotADirectoryError():
            return SecretError(f"{path} does not exist", f"Correct the path, or put the file there: ls -l {name}")
        case PermissionError():
            return SecretError(f"{path} may not be read by us", f'Make it ours: sudo chown "$(id -u)" {name}')
        case _:
            return SecretError(f"{path} cannot be read: {error}", f"Look what it is: file {name}")


def _granted(path: Path, status: os.stat_result) -> int:
    """Return the bits of the mode that are no concern: systemd.exec(5) shows credentials to a service alone.

    They are root's, and the service reads them by an entry in a list of access, which looks like a right of the group.
    """
    ours = os.environ.get("CREDENTIALS_DIRECTORY")
    return stat.S_IRGRP if ours and path.parent == Path(ours) and status.st_uid == 0 else 0


def _require_ours(path: Path, status: os.stat_result) -> None:
    """Refuse what is opened, described by ``status``, if it is no file, or one of somebody else's."""
    name = shlex.quote(str(path))
    if not stat.S_ISREG(status.st_mode):
        raise SecretError(f"{path} is not a file", f"Name the file itself: ls -l {name}")
    if status.st_uid not in (os.geteuid(), 0):
        raise SecretError(f"{path} belongs to somebody else", f'Make it ours: sudo chown "$(id -u)" {name}')


def _require_unchanged(path: Path, status: os.stat_result) -> None:
    """Refuse an opened file that others may change."""
    _require_ours(path, status)
    if status.st_mode & 0o022:
        mode = stat.S_IMODE(status.st_mode)
        what = f"{path} may be changed by other accounts of this machine (mode {mode:04o})"
        raise SecretError(what, f"chmod go-w {shlex.quote(str(path))}")


def _require_private(path: Path, status: os.stat_result) -> None:
    """Refuse an opened file, described by ``status``, that is not ours alone."""
    name = shlex.quote(str(path))
    _require_ours(path, status)
    if status.st_mode & (0o077 & ~_granted(path, status)):
        mode = stat.S_IMODE(status.st_mode)
        raise SecretError(f"{path} is open to other accounts of this machine (mode {mode:04o})", f"chmod 600 {name}")
    folder = path.parent.resolve()
    for above in (folder, *folder.parents):
        if os.path.lexists(above / ".git"):
            raise SecretError(
                f"{path} lies in the git work tree {above}, from where it may be published",
                f'sudo install -d -m 700 -o "$(id -u)" /etc/auditor && mv -i {name} /etc/auditor/'
                " (then correct the path in the configuration)",
            )
