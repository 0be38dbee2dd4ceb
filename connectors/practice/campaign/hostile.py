"""Names as an attacker writes them, put on planted problems so that they travel into every report."""

from __future__ import annotations

from itertools import cycle

from connectors.practice.organisation import Organisation, Planted

HOSTILE_TEXTS = (
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil.example","x")',
    "\x1b[2J\x1b[31mAll clear\x1b[0m",
    "[/red][link=http://evil.example]all clear[/link]",
    "invoice\u202efdp.exe",
    "all clear\u2028Nothing to see",
    "all clear\r\nBcc: everyone@evil.example\r\n\r\nsent by an attacker",
    "A" * 10_000,
    "nothing\x00here",
    "{{ 7 * 7 }}${7 * 7}%s{0.__class__}",
    "</td></tr></table><script>alert(1)</script>",
    "| a | b |\n|---|---|\n`code` [x](javascript:alert(1))",
)


def make_hostile(organisation: Organisation) -> None:
    """Rename the objects and accounts that carry planted problems; names alone change, and the labels with them."""
    texts = cycle(HOSTILE_TEXTS)
    given: dict[tuple[str, str], str] = {}
    renamed = _carriers(organisation)
    for planted in organisation.problems:
        key = (planted.cloud, planted.object_id)
        if key in renamed:
            planted.label = given[key] = given.get(key) or next(texts)
    _rename(organisation, given)


def _carriers(organisation: Organisation) -> set[tuple[str, str]]:
    """Cloud and id of what has a name to write into; a rule called "." is a problem by that very name.

    Whatever hangs on a mailbox (``ExchangeGuid``) and has no name of its own is left as it is.
    """
    nameless = {"auto-forwarding", "forwarding-address", "outside-delegate", "mailbox-forwarding"}

    def has_name(planted: Planted) -> bool:
        on_mailbox = planted.object_id.partition("/")[0] in mailboxes
        return planted.kind not in nameless and not planted.kind.startswith("setting-") and not on_mailbox

    mailboxes = {each.mailbox.exchange_guid for each in organisation.microsoft.accounts if each.mailbox}
    exchange = organisation.microsoft.exchange
    settings = {str(row["Guid"]) for row in (*exchange.remote_domains, *exchange.outbound_policies)}
    dotted = {
        rule.id for account in organisation.microsoft.accounts for rule in account.rules if not rule.name.strip(".")
    }
    return {(planted.cloud, planted.object_id) for planted in organisation.problems if has_name(planted)} - {
        ("microsoft_365", nameless_id) for nameless_id in dotted | settings
    }


def _rename(organisation: Organisation, given: dict[tuple[str, str], str]) -> None:
    google, microsoft = organisation.google, organisation.microsoft
    for account in google.accounts:
        account.display_name = given.get(("google_workspace", account.id), account.display_name)
        for filter_ in account.filters:
            if text := given.get(("google_workspace", filter_.id)):
                filter_.criteria = {**filter_.criteria, "subject": text}
        for file in account.files:
            file.name = given.get(("google_workspace", file.id), file.name)
    drives = [drive for site in microsoft.sites for drive in site.drives]
    for member in microsoft.accounts:
        member.display_name = given.get(("microsoft_365", member.id), member.display_name)
        for rule in member.rules:
            rule.name = given.get(("microsoft_365", rule.id), rule.name)
        drives += [member.drive] if member.drive else []
    for item in (item for drive in drives for item in drive.items):
        item.name = given.get(("microsoft_365", item.id), item.name)
    for wire in microsoft.transport_rules:
        wire["Name"] = wire["Identity"] = given.get(("microsoft_365", str(wire["Guid"])), wire["Name"])
    for group, text in zip(microsoft.groups, HOSTILE_TEXTS, strict=False):
        group.name = text
