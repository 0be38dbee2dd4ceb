"""Google's own description of its APIs, from the discovery documents inside google-api-python-client.

Paths, scopes and the fields of answers come from Google and not from anybody's reading of Google, so that the practice
server refuses a scope or a ``fields`` parameter that Google would refuse.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

Schema = tuple[str, dict[str, Any]]  # the name of the discovery document, and a schema in it


@dataclass(frozen=True, slots=True)
class Described:
    """What a discovery document says of a method: its path, the scopes of which it wants one, its answer."""

    path: re.Pattern[str]
    scopes: frozenset[str]
    schema: Schema


def described(document: str, method_id: str) -> Described:
    """Return the description of a method that is a GET, such as ``("gmail.v1", "gmail.users.settings.getImap")``."""
    whole = _document(document)
    _, *names = method_id.split(".")
    *resource_names, name = names
    found = whole
    for each in resource_names:
        found = found["resources"][each]
    method = found["methods"][name]
    template = f"/{whole['servicePath']}{method.get('flatPath', method['path'])}"
    path = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))
    return Described(path, frozenset(method["scopes"]), (document, whole["schemas"][method["response"]["$ref"]]))


def batch_path(document: str) -> re.Pattern[str]:
    """Return the path at which the API takes batches, with or without its name and version at the end."""
    whole = _document(document)
    return re.compile(f"/{whole['batchPath']}(/{whole['name']}/{whole['version']})?")


def answers_in(document: str) -> str:
    """Return the form in which the API answers where a request does not say: ``json`` or ``atom``."""
    return str(_document(document)["parameters"]["alt"]["default"])


def properties(schema: Schema) -> dict[str, Schema] | None:
    """Return the fields of ``schema`` (of its items, if it is a list), or None if it may have any."""
    document, shape = schema
    while "$ref" in shape or "items" in shape:
        shape = _document(document)["schemas"][shape["$ref"]] if "$ref" in shape else shape["items"]
    if "properties" in shape:
        return {name: (document, each) for name, each in shape["properties"].items()}
    return None if shape.get("type") in {"any", "object"} else {}


@cache
def _document(name: str) -> dict[str, Any]:
    folder = resources.files("googleapiclient.discovery_cache") / "documents"
    document: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return document
