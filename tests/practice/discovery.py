"""Holds answers against Google's discovery documents, which google-api-python-client carries."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = {
    "admin.googleapis.com": ("admin.directory_v1", "admin.reports_v1"),
    "alertcenter.googleapis.com": ("alertcenter.v1beta1",),
    "cloudidentity.googleapis.com": ("cloudidentity.v1",),
    "gmail.googleapis.com": ("gmail.v1",),
    "licensing.googleapis.com": ("licensing.v1",),
    "www.googleapis.com": ("drive.v3", "calendar.v3", "groupssettings.v1"),
}
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
STRING_FORMATS = {
    "int64": {"pattern": r"^-?\d+$"},
    "uint64": {"pattern": r"^\d+$"},
    "date-time": {"pattern": MOMENT},
    "google-datetime": {"pattern": MOMENT},
    "date": {"pattern": r"^\d{4}-\d\d-\d\d$"},
    "google-duration": {"pattern": r"^-?\d+(\.\d+)?s$"},
    "google-fieldmask": {"pattern": r"^[\w.*]+(,[\w.*]+)*$"},
    "byte": {"pattern": r"^[A-Za-z0-9+/=_-]*$"},
}


@cache
def document(name: str) -> dict[str, Any]:
    """Return the discovery document of that name."""
    folder = resources.files("googleapiclient.discovery_cache") / "documents"
    return json.loads((folder / f"{name}.json").read_text("utf-8"))


def problems(host: str, path: str, body: object, *, method: str = "GET") -> list[str]:
    """Return what is wrong with ``body`` as a 200 answer to ``method`` on ``path``; nothing is how it should be.

    Raises ``LookupError`` for a path that the API does not have.
    """
    found = _validator(*_response(host, method, path)).iter_errors(body)
    return [f"{each.json_path}: {each.message}" for each in found]


@cache
def _validator(name: str, schema: str) -> Draft202012Validator:
    definitions = {key: _strict(each) for key, each in document(name)["schemas"].items()}
    whole = {"$ref": f"#/$defs/{schema}", "$defs": definitions}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def _strict(shape: dict[str, Any]) -> dict[str, Any]:
    """Return a discovery schema as a JSON schema that allows no field which Google does not have."""
    if "$ref" in shape:
        return {"$ref": f"#/$defs/{shape['$ref']}"}
    kind = shape.get("type")
    if kind == "any":
        return {}
    if kind == "array":
        return {"type": "array", "items": _strict(shape["items"])}
    if kind == "object":
        return {
            "type": "object",
            "properties": {name: _strict(each) for name, each in shape.get("properties", {}).items()},
            "additionalProperties": _strict(shape["additionalProperties"])
            if "additionalProperties" in shape
            else False,
        }
    strict: dict[str, Any] = {"type": kind}
    if kind == "string" and "format" in shape:
        strict |= STRING_FORMATS[shape["format"]]
    if "enum" in shape:
        strict["enum"] = shape["enum"]
    return strict


@cache
def _methods(host: str) -> list[tuple[str, re.Pattern[str], str, str]]:
    return [
        (method, path, name, schema)
        for name in DOCUMENTS[host]
        for method, path, schema in _walk(document(name), "/" + document(name)["servicePath"])
    ]


def _walk(resource: dict[str, Any], prefix: str) -> Iterator[tuple[str, re.Pattern[str], str]]:
    for method in resource.get("methods", {}).values():
        if "response" in method:
            path = re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(prefix + method.get("flatPath", method["path"])))
            yield method["httpMethod"], re.compile(path), method["response"]["$ref"]
    for inner in resource.get("resources", {}).values():
        yield from _walk(inner, prefix)


def _response(host: str, method: str, path: str) -> tuple[str, str]:
    for its_method, its_path, name, schema in _methods(host):
        if its_method == method and its_path.fullmatch(path):
            return name, schema
    raise LookupError(f"{' and '.join(DOCUMENTS[host])} have no {method} {path}")
