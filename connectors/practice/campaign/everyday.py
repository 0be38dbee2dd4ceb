"""What every account has that nobody need worry about: labels, folders, drafts and walk lists.

Nothing here forwards, deletes, marks as read or is shared outside, so that an audit must stay silent about all of it.
The wire objects of filters and rules are shared between accounts; twenty thousand accounts then stay small.
"""

from __future__ import annotations

from datetime import datetime
from random import Random

from connectors.practice.campaign.google_objects import DOCUMENT, SPREADSHEET, add_file, add_filter
from connectors.practice.campaign.microsoft_objects import account_permission, add_item, add_rule, folder_called
from connectors.practice.campaign.names import DOCUMENTS, NEWSLETTERS
from connectors.practice.organisation import GoogleAccount, Json, MicrosoftAccount

_FILTERS: tuple[tuple[Json, Json], ...] = (
    ({"from": NEWSLETTERS[0]}, {"addLabelIds": ["Label_1"]}),
    ({"from": NEWSLETTERS[1]}, {"addLabelIds": ["Label_1", "STARRED"]}),
    ({"to": "volunteers@rivera-volunteers.example"}, {"addLabelIds": ["Label_2"]}),
    ({"subject": "Weekly plan"}, {"addLabelIds": ["STARRED"]}),
    ({"from": "calendar@statehouse-digest.example"}, {"addLabelIds": ["CATEGORY_UPDATES"]}),
    ({"query": "canvass OR precinct"}, {"addLabelIds": ["Label_3", "IMPORTANT"]}),
    ({"from": "manager@rivera-campaign.example"}, {"removeLabelIds": ["SPAM"]}),
)
_RULES: tuple[tuple[str, Json, Json], ...] = (
    ("Press clips", {"subjectContains": ["clips"]}, {"assignCategories": ["Press"]}),
    ("From the manager", {"senderContains": ["manager"]}, {"markImportance": "high"}),
    ("Walk lists", {"hasAttachments": True, "subjectContains": ["walk list"]}, {"assignCategories": ["Field"]}),
    ("Sent only to me", {"sentOnlyToMe": True}, {"markImportance": "high", "stopProcessingRules": True}),
)


def furnish_google(rng: Random, account: GoogleAccount, today: datetime) -> None:
    """Give the account up to three filters and one to four private files."""
    if account.has_gmail:
        for criteria, action in rng.sample(_FILTERS, rng.choice((0, 1, 1, 2, 3))):
            add_filter(rng, account, criteria, action)
    for name in rng.sample(DOCUMENTS, rng.choice((1, 2, 2, 3, 4))):
        add_file(rng, account, name, today, [], mime_type=rng.choice((DOCUMENT, SPREADSHEET)))


def furnish_microsoft(rng: Random, account: MicrosoftAccount) -> None:
    """Give the account up to three inbox rules, and files of which a few name the owner's permission."""
    if account.mailbox is not None and account.mailbox.recipient_type == "UserMailbox":
        for name, conditions, actions in rng.sample(_RULES, rng.choice((0, 0, 1, 1, 2))):
            add_rule(rng, account, name, conditions, actions)
        if rng.random() < 0.2:  # noqa: PLR2004 - a share of the mailboxes, not a constant of anything
            folder = folder_called(rng, account, "Reading")
            add_rule(rng, account, "Reading", {"senderContains": [NEWSLETTERS[0]]}, {"moveToFolder": folder})
    if account.drive is not None:
        for name in rng.sample(DOCUMENTS, rng.choice((1, 2, 2, 3))):
            owner = [account_permission(rng, account, "owner")] if rng.random() < 0.1 else []  # noqa: PLR2004 - as above
            add_item(rng, account.drive, f"{name}.docx", owner)
