"""What an application could do with each scope, as data: the worst of its scopes is the risk of a grant.

A scope that is not in the table is judged by the family that it belongs to; one of no known family is medium, because
it is more than signing in. Source: Google, "OAuth 2.0 Scopes for Google APIs"; classes "restricted" and "sensitive".
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.facts.app_grant import AppRisk

_ROOT = "https://www.googleapis.com/auth/"
_LEVELS: tuple[AppRisk, ...] = ("low", "medium", "high", "critical")

_RISKS: dict[str, AppRisk] = {
    "openid": "low",
    "email": "low",
    "profile": "low",
    "userinfo.email": "low",
    "userinfo.profile": "low",
    "drive.file": "low",  # the files that the application made itself, although it begins like the one for all
    "drive.appdata": "low",
    "drive.appfolder": "low",
    "drive.install": "low",
    "gmail.addons.current.action.compose": "medium",
    "gmail.labels": "medium",
    "gmail.metadata": "high",
    "gmail.send": "high",
    "gmail.compose": "high",
    "drive.metadata": "high",
    "drive.metadata.readonly": "high",
}
_FAMILIES: tuple[tuple[str, AppRisk], ...] = (
    ("https://mail.google.com", "critical"),
    (_ROOT + "admin.", "critical"),
    (_ROOT + "cloud-platform", "critical"),
    (_ROOT + "apps.", "critical"),
    (_ROOT + "gmail.settings", "critical"),
    (_ROOT + "gmail", "critical"),
    (_ROOT + "drive", "critical"),
    ("https://docs.google.com/feeds", "critical"),
    (_ROOT + "documents", "high"),
    (_ROOT + "spreadsheets", "high"),
    (_ROOT + "contacts", "high"),
    (_ROOT + "calendar", "high"),
    (_ROOT + "chat", "high"),
    (_ROOT + "script", "high"),
)
_MAIL = ("https://mail.google.com", _ROOT + "gmail.modify", _ROOT + "gmail.readonly", "https://www.google.com/m8/feeds")
_FILES = (_ROOT + "drive", "https://docs.google.com/feeds")
_OWN_FILES = frozenset({"drive.file", "drive.appdata", "drive.appfolder", "drive.install"})
_NAMES_ONLY = frozenset({"drive.metadata", "drive.metadata.readonly"})


def risk(scopes: Iterable[str]) -> AppRisk:
    """Return the risk of a grant of these scopes."""
    return max((_risk(scope) for scope in scopes), key=_LEVELS.index, default="low")


def reads_mail(scopes: Iterable[str]) -> bool:
    """Whether one of the scopes lets an application read mail."""
    return any(scope.startswith(_MAIL) for scope in scopes)


def reads_files(scopes: Iterable[str]) -> bool:
    """Whether one of the scopes lets an application read files that it did not make."""
    return any(
        scope.startswith(_FILES) and scope.removeprefix(_ROOT) not in _OWN_FILES | _NAMES_ONLY for scope in scopes
    )


def _risk(scope: str) -> AppRisk:
    family: AppRisk = next((level for prefix, level in _FAMILIES if scope.startswith(prefix)), "medium")
    return _RISKS.get(scope.removeprefix(_ROOT), family)
