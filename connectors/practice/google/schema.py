"""Google's own schemas of the answers, from the discovery documents inside google-api-python-client.

The practice server knows the fields of an answer from Google, not from its own reading of Google, so that it refuses a
``fields`` parameter that Google would refuse.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

Schema = tuple[str, dict[str, Any]]  # the name of the discovery document, and a schema in it


@cache
def _document(name: str) -> dict[str, Any]:
    folder = resources.files("googleapiclient.discovery_cache") / "documents"
    document: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return document


def response(document: str, name: str) -> Schema:
    """Return the schema called ``name`` in ``document``, such as ``("drive.v3", "FileList")``."""
    return document, _document(document)["schemas"][name]


def properties(schema: Schema) -> dict[str, Schema] | None:
    """Return the fields of ``schema`` (of its items, if it is a list), or None if it may have any."""
    document, shape = schema
    while "$ref" in shape or "items" in shape:
        shape = _document(document)["schemas"][shape["$ref"]] if "$ref" in shape else shape["items"]
    if "properties" in shape:
        return {name: (document, each) for name, each in shape["properties"].items()}
    return None if shape.get("type") in {"any", "object"} else {}
