"""The truth file: what an audit of a practice organisation must find, and what it must not.

JSON, the same bytes for the same organisation::

    {
      "organisation": "Rivera for Senate",
      "seed": 1,
      "accounts": 25,                       in each cloud
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
        "problems": [asdict(planted) for planted in organisation.problems],
        "decoys": [asdict(planted) for planted in organisation.decoys],
    }


def write_truth(organisation: Organisation, path: Path) -> None:
    """Write the truth file; everything but ASCII is escaped, hostile labels included."""
    path.write_text(json.dumps(truth(organisation), indent=2) + "\n", encoding="ascii")
