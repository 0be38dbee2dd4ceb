"""The catalogue of permissions: whole, documented as it is, and held against what the token carries."""

from __future__ import annotations

import base64
import json
import logging
import threading
from pathlib import Path

import pytest
import structlog
from microsoft_reading import access
from structlog.testing import capture_logs

from connectors.microsoft_365 import MicrosoftConnector, refusals
from connectors.microsoft_365.catalogue import CATALOGUE, granted, markdown, missing
from connectors.practice.permissions import Permissions
from connectors.practice.server import PracticeServer

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "microsoft-365.md"
EVERYTHING = frozenset(need.permission.name for need in CATALOGUE)


def token(claims: object) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{part}.signature"


def test_every_permission_that_is_asked_for_is_in_the_catalogue() -> None:
    asked = {each.name for each in vars(refusals).values() if isinstance(each, refusals.Permission)}
    assert asked == EVERYTHING


def test_the_table_in_the_documentation_is_made_from_the_catalogue() -> None:
    assert markdown() in PAGE.read_text(encoding="utf-8")


def test_nothing_is_missing_where_everything_is_granted() -> None:
    assert list(missing(EVERYTHING, {"items"})) == []


def test_what_is_missing_is_named_with_what_it_costs() -> None:
    (need,) = missing(EVERYTHING - {"AuditLog.Read.All"}, set())
    assert (need.permission.name, need.lost) == (
        "AuditLog.Read.All",
        "who has a second factor, and which account is stale",
    )


def test_a_wider_permission_serves_and_an_option_that_is_off_asks_for_nothing() -> None:
    assert list(missing(EVERYTHING - {"User.Read.All", "Files.Read.All"}, set())) == []
    assert [need.permission.name for need in missing(EVERYTHING - {"Files.Read.All"}, {"items"})] == ["Files.Read.All"]


def test_permissions_of_other_interfaces_are_in_other_tokens() -> None:
    assert list(missing(EVERYTHING - {"Exchange.ManageAsApp", "application_access"}, set())) == []


def test_the_roles_of_a_token_are_read() -> None:
    assert granted(token({"roles": ["A", "B"]})) == {"A", "B"}
    assert granted(token({})) == frozenset()


@pytest.mark.parametrize("odd", ["", "a.b", "a.!.c", token([]), token({"roles": "A"}), token({"roles": [1]})])
def test_a_token_that_does_not_show_its_roles_decides_nothing(odd: str) -> None:
    assert granted(odd) is None


def test_what_cannot_be_assessed_is_said_before_anything_is_read(server: PracticeServer) -> None:
    server.permissions = Permissions().without("MailboxSettings.Read", "Policy.Read.All")
    connector = MicrosoftConnector(access(server), stop=threading.Event())
    former = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with capture_logs() as logs:
        connector.identify()
    structlog.configure(**former)
    connector.close()
    said = [entry["missing"] for entry in logs if entry["event"] == "not_assessable"]
    assert said == ["Policy.Read.All", "MailboxSettings.Read"]
