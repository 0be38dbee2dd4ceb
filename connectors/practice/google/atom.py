"""Atom entries, which the Groups Settings API answers to everybody who does not ask for ``alt=json``.

https://developers.google.com/workspace/admin/groups-settings/manage#json
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from connectors.practice.organisation import Json

CONTENT_TYPE = "application/atom+xml; charset=UTF-8"
UNWRITABLE = {code: None for code in range(0x20) if chr(code) not in "\t\n\r"}  # no XML may hold these


def entry(body: Json) -> bytes:
    """Return ``body`` as one entry, a field an element."""
    fields = "".join(
        f"<apps:{name}>{escape(str(value).translate(UNWRITABLE))}</apps:{name}>"
        for name, value in body.items()
        if name != "kind"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><entry xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:apps="http://schemas.google.com/apps/2006">'
        f"<title>Groups Resource Entry</title><author><name>Google</name></author>{fields}</entry>"
    ).encode()
