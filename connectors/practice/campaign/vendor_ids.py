"""Identifiers that look like the vendors' own, drawn from a seeded stream.

Every function takes the stream to draw from and returns one identifier of the shape seen on the wire.
"""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from random import Random
from uuid import UUID

_ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyz0123456789"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def stream(seed: int, purpose: str) -> Random:
    """Return the random stream of ``seed`` for one purpose, so that drawing more for one moves no other."""
    return Random(f"{seed}/{purpose}")


def guid(rng: Random) -> str:
    """Return a random GUID, as Entra and Exchange name things."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def digits(rng: Random, count: int) -> str:
    """Return a number of exactly ``count`` digits that does not begin with zero."""
    return str(rng.randrange(10 ** (count - 1), 10**count))


def alphanumeric(rng: Random, count: int) -> str:
    """Return ``count`` lower-case letters and digits."""
    return "".join(rng.choices(_ALPHANUMERIC, k=count))


def base64url(rng: Random, count: int) -> str:
    """Return ``count`` characters of unpadded URL-safe base64."""
    return urlsafe_b64encode(rng.randbytes(count)).decode()[:count]


def google_user_id(rng: Random) -> str:
    """Return the id of a Google user: 21 digits."""
    return "1" + digits(rng, 20)


def customer_id(rng: Random) -> str:
    """Return the id of a Google Workspace customer: ``C0`` and seven characters."""
    return "C0" + alphanumeric(rng, 7)


def org_unit_id(rng: Random) -> str:
    """Return an organisational unit's id without the ``id:`` that the directory puts before it."""
    return "03ph8a2z" + alphanumeric(rng, 7)


def policy_name(rng: Random) -> str:
    """Return the resource name of a Cloud Identity policy."""
    return "policies/ah" + alphanumeric(rng, 27)


def gmail_filter_id(rng: Random) -> str:
    """Return the id of a Gmail filter."""
    return "ANe1Bmj" + base64url(rng, 45)


def drive_file_id(rng: Random) -> str:
    """Return the id of a file in Google Drive: 33 characters."""
    return "1" + base64url(rng, 32)


def inbox_rule_id(rng: Random) -> str:
    """Return the id of an Outlook inbox rule, unique within its mailbox only, as on the wire."""
    return b64encode(b"\x01\x00\x00\x00" + rng.randbytes(4)).decode()


def mail_folder_id(rng: Random) -> str:
    """Return the id of a mail folder; rules name their target folder by it."""
    return "AQMkAD" + base64url(rng, 58) + "AAA="


def drive_id(rng: Random) -> str:
    """Return the id of a OneDrive or a document library."""
    return "b!" + base64url(rng, 64)


def drive_item_id(rng: Random) -> str:
    """Return the id of a file or folder in a OneDrive or a document library."""
    return "01" + "".join(rng.choices(_BASE32, k=32))
