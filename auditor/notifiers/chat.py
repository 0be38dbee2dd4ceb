"""Alerts to whatever apprise knows: Slack, Teams, Signal, ntfy, a webhook, mail.

apprise is an extra, because most people do without, and it speaks to the network by itself: of everything that leaves,
only this does not go through our own code. What it is given is plain text in which nothing is left that a chat would
obey, and apprise writes that in the form of the channel.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from auditor.errors import UsageError
from auditor.models import Message
from auditor.notifiers.way import DeliveryError, Trouble
from auditor.secrets import Secret

_MENTION: Final = re.compile(r"(?<![\w.+-])@(?=\w)")
"""What a chat takes for a call to somebody; the @ of a mail address has a name before it."""
_LINK: Final = re.compile(r"(?i)\b(https?|ftp|mailto|tel|slack|msteams|javascript|data):(?=\S)")
_MARKS: Final = str.maketrans(dict(zip("<>[]|*_~`\\", "‹›⁅⁆¦∗ˍ∼ˋ∖", strict=True)))  # noqa: RUF001 - they look alike on purpose
"""Characters by which chats mark text, and others that look like them and mark nothing."""


@dataclass(frozen=True, slots=True)
class ChatWay:
    """The channels of the configuration by name; their addresses are secrets."""

    channels: Mapping[str, Secret]

    @property
    def name(self) -> str:
        """How receipts call this way."""
        return "apprise"

    def send(self, message: Message, recipient: str, hand: Callable[[], None]) -> str:
        """Tell a channel the subject and text of a message (``Way.send``)."""
        address = self.channels.get(recipient)
        if address is None:
            raise DeliveryError(Trouble.REFUSED, f"there is no channel {recipient} in the configuration any more")
        told = _channel(recipient, address)
        hand()
        if not told.notify(
            title=inert(message.subject), body=inert(message.text), body_format="text", notify_type="warning"
        ):
            raise DeliveryError(Trouble.LATER, f"the channel {recipient} did not take it")
        return "taken"


def inert(text: str) -> str:
    """Return a text in which no chat finds a mention, a link, or anything to draw."""
    return _LINK.sub(r"\1 :", _MENTION.sub("\uff20", text)).translate(_MARKS)


def demand_channels(channels: Mapping[str, Secret]) -> None:
    """Raise ``UsageError`` unless apprise is there and understands every address."""
    for name, address in channels.items():
        _channel(name, address)


def _channel(name: str, address: Secret) -> Any:  # noqa: ANN401 - apprise ships no types
    try:
        import apprise  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(
            "Alerts need apprise, which is not installed.", "In your clone of the auditor: pip install '.[alerts]'"
        ) from None
    asset = apprise.AppriseAsset(app_id="Auditor", app_desc="Auditor", async_mode=False, secure_logging=True)
    channel = apprise.Apprise(asset=asset)
    if not channel.add(address.reveal()):
        raise UsageError(
            f"apprise does not understand the address of the channel {name}.",
            "Compare it with https://github.com/caronc/apprise/wiki; it is not shown here because it is a secret.",
        )
    return channel
