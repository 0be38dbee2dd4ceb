"""Encryption of snapshots for recipients of age's, as a stream: nothing of it ever lies on a disk in plain text.

The library pulls what it encrypts and pushes what it has decrypted, where we push what we write and pull what we read.
So it works in a thread of its own, at the other end of a pipe. Format: https://age-encryption.org/v1.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, Final

from auditor.errors import SnapshotError, UsageError
from auditor.secrets import SecretError, read_private_file

try:
    import pyrage
except ModuleNotFoundError:  # it comes with auditor[age]
    pyrage = None

HEAD: Final = b"age-encryption.org/v1"
"""How every encrypted file begins."""
_KEY = "AGE-SECRET-KEY-1"


class Encrypting:
    """A file to write to: what is written arrives in another one encrypted, all of it once this one is closed."""

    def __init__(self, target: BinaryIO, recipients: Sequence[str]) -> None:
        """Take the file that receives what is encrypted, and the public keys (``age1...``) of whoever may read it.

        Raises ``UsageError`` for a key that is none, and where the library is missing.
        """
        library = _library()
        keys = public_keys(recipients)
        self._failure: OSError | None = None
        source, sink = os.pipe()
        self._pipe = os.fdopen(sink, "wb")
        self._target = target
        self._thread = _begin(lambda: self._encrypt(library, os.fdopen(source, "rb"), keys))

    def write(self, content: bytes) -> int:
        """Encrypt ``content``. Raises ``OSError`` if it cannot be written."""
        try:
            return self._pipe.write(content)
        except BrokenPipeError as error:
            self._thread.join()
            raise self._failure or error from error

    def flush(self) -> None:
        """Do nothing: age encrypts in chunks of its own."""

    def close(self) -> None:
        """Encrypt what is left, and the end. Raises ``OSError`` if it cannot be written."""
        with suppress(BrokenPipeError):  # what broke it is told below
            self._pipe.close()
        self._thread.join()
        if self._failure:
            raise self._failure

    def _encrypt(self, library: ModuleType, source: BinaryIO, keys: Sequence[object]) -> None:
        try:
            with source:
                library.encrypt_io(source, _Noting(self._target, self._note), keys)
        except library.EncryptError as error:
            self._failure = self._failure or OSError(errno.EIO, str(error))

    def _note(self, failure: OSError) -> None:
        self._failure = failure


class Decrypting:
    """A file to read from: the content of an encrypted one. All is well only when it was read to its end."""

    def __init__(self, source: BinaryIO, path: Path, identity: Path | None) -> None:
        """Take the encrypted file, what to call it, and the file with the secret keys.

        Raises ``SnapshotError`` without keys, ``SecretError`` for a file of keys that others can read or that holds
        none, and ``UsageError`` where the library is missing.
        """
        if identity is None:
            remedy = "Name the file with your secret key: --identity FILE"
            raise SnapshotError(f"{path} is encrypted.", remedy)
        library = _library()
        keys = _secret_keys(library, identity)
        self._path, self._identity = path, identity
        self._failure: SnapshotError | None = None
        outlet, sink = os.pipe()
        self._pipe = os.fdopen(outlet, "rb")
        self._thread = _begin(lambda: self._decrypt(library, source, os.fdopen(sink, "wb"), keys))

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, none at the end. Raises ``SnapshotError`` for what is not as it was written."""
        content = self._pipe.read(size)
        if not content:
            self._thread.join()
            if self._failure:
                raise self._failure
        return content

    def seek(self, place: int) -> object:
        """Refuse: what has been decrypted is gone. Raises ``OSError``."""
        raise OSError(errno.ESPIPE, f"there is no way back to {place}")

    def close(self) -> None:
        """Stop decrypting."""
        self._pipe.close()
        self._thread.join()

    def _decrypt(self, library: ModuleType, source: BinaryIO, sink: BinaryIO, keys: Sequence[object]) -> None:
        try:
            with suppress(BrokenPipeError), sink:  # the reader has seen enough
                library.decrypt_io(source, sink, keys)
        except library.DecryptError as error:
            if "No matching keys" in str(error):
                what = f"{self._path} was encrypted for somebody else: no key in {self._identity} opens it."
                self._failure = SnapshotError(what, "Name the file with a secret key of one of its recipients.")
            else:
                self._failure = _broken(self._path)
        except OSError:
            self._failure = _broken(self._path)


class _Noting:
    """Writes to a file, and notes why it could not: the library tells no more of it than words."""

    def __init__(self, target: BinaryIO, note: Callable[[OSError], None]) -> None:
        self._target, self._note = target, note

    def write(self, content: bytes) -> int:
        try:
            return self._target.write(content)
        except OSError as error:
            self._note(error)
            raise

    def flush(self) -> None:
        """Leave it to whoever owns the file."""


def public_keys(recipients: Sequence[str]) -> list[object]:
    """Return the keys that the texts are. Raises ``UsageError`` for one that is none, and does not repeat it."""
    if not recipients:
        return []
    library = _library()
    try:
        return [library.x25519.Recipient.from_str(text) for text in recipients]
    except library.RecipientError as error:
        remedy = "A recipient begins with age1: `age-keygen -y FILE` tells the one that belongs to a file of keys."
        raise UsageError("A recipient is no public key of age's.", remedy) from error


def _secret_keys(library: ModuleType, path: Path) -> list[object]:
    lines = read_private_file(path).decode("utf-8", "replace").splitlines()
    try:
        keys = [library.x25519.Identity.from_str(line.strip()) for line in lines if line.startswith(_KEY)]
    except library.IdentityError:
        keys = []
    if not keys:
        # Not from the library's error, which might repeat a secret.
        raise SecretError(f"{path} holds no secret key of age's", "Name the file that age-keygen wrote.")
    return keys


def _begin(work: Callable[[], None]) -> threading.Thread:
    # A daemon: whatever becomes of the rest, it must not keep the program from ending.
    thread = threading.Thread(target=work, name="encryption", daemon=True)
    thread.start()
    return thread


def _broken(path: Path) -> SnapshotError:
    what = f"{path} is damaged: it cannot be decrypted to its end."
    return SnapshotError(what, "Take another copy of it. A snapshot that is not whole is not judged.")


def _library() -> ModuleType:
    if pyrage is None:
        raise UsageError(
            "Encryption needs a library that is not installed.", "In your clone of the auditor: pip install '.[age]'"
        )
    library: ModuleType = pyrage
    return library
