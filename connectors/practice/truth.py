"""The truth file: what an audit of a practice organisation must find, and what it must not.

JSON, the same bytes for the same organisation::

    {
      "organisation": "Rivera for Senate",
      "seed": 1,
      "accounts": 25,                       in each cloud; of Google's, in later weeks
      "week": 3,
      "began": "2026-10-01T09:30:00+00:00", the moment of week 0, and that of this week
      "today": "2026-10-22T09:30:00+00:00",
      "withdrawn": [],                      permissions that are missing this week, by name
      "changes": {                          since the week before; see ``WeekChanges``
        "told": ["..."],                    for people
        "opened": [...], "came_back": [...], "resolved": [...], "went_dark": [...], "seen_again": [...],
                                            problems, in the form of "problems"
        "joined": ["..."], "left": ["..."], addresses
        "renamed": [["...", "..."]]},       address before, address now
      "problems": [
        {"kind": "public-file",             see ``campaign.problems`` for the kinds
         "cloud": "google_workspace",       or "microsoft_365"
         "address": "...",                  the account; "" for tenants, units, sites and mail flow rules
         "object_id": "...",                the vendor's id of what carries the problem
         "label": "..."}                    for people
      ],
      "decoys": [...]                       likewise; every kind begins with "decoy-"
    }
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from connectors.practice.organisation import Json, Organisation


def truth(organisation: Organisation) -> Json:
    """Return the truth about the organisation as the object that the file holds."""
    return {
        "organisation": organisation.name,
        "seed": organisation.seed,
        "accounts": len(organisation.google.accounts),
        "week": organisation.week,
        "began": organisation.began.isoformat(),
        "today": organisation.today.isoformat(),
        "withdrawn": list(organisation.withdrawn),
        "changes": asdict(organisation.changes) | {"renamed": list(map(list, organisation.changes.renamed))},
        "problems": [asdict(planted) for planted in organisation.problems],
        "decoys": [asdict(planted) for planted in organisation.decoys],
    }


def write_truth(organisation: Organisation, path: Path) -> None:
    """Write the truth file in one stroke; everything but ASCII is escaped, hostile labels included."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(json.dumps(truth(organisation), indent=2) + "\n", encoding="ascii")
    beside.replace(path)
