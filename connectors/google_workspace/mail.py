"""Mail rules of every mailbox: auto-forwarding, forwarding addresses, filters and delegates; and its other settings.

Every Gmail setting is one call in the name of the mailbox's own user; 25 mailboxes travel in four batches.
There is no audit event for new filters or delegates, so that only reading every mailbox finds them.
Source: Gmail API, ``users.settings``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from auditor.errors import ReadError
from auditor.facts import Account, Directory, Mailbox, MailboxGrant, MailRule
from auditor.models import Failure, NotApplicable, Target
from connectors.google_workspace.answers import nothing_there
from connectors.google_workspace.client import Call, Client, parsed_result
from connectors.google_workspace.customer_settings import CustomerSettings
from connectors.google_workspace.mail_rules import SETTINGS, Setting
from connectors.google_workspace.mailboxes import MAILBOX_SETTINGS, MailboxSetting
from connectors.google_workspace.scopes import GMAIL_SETTINGS

_Fact = MailRule | MailboxGrant | Mailbox


@dataclass(frozen=True, slots=True)
class MailCollector:
    """Reads eight settings of each mailbox."""

    client: Client
    directory: Directory
    customer: CustomerSettings

    name = "mail_settings"
    kinds = ("mail_rule", "mailbox_grant", "mailbox")
    per_account = True
    batch_size = 25
    """Mailboxes read together: with eight parts each they fill four batches of the 50 parts that Google recommends."""

    def targets(self) -> Iterator[Target]:
        """Every account; those without a mailbox that anybody could open are not applicable."""
        return (Target(account.key, account.address, account.key) for account in self.directory.accounts.values())

    def read(self, targets: Sequence[Target]) -> Iterator[_Fact | Failure | NotApplicable]:
        """Yield the rules, the grants and the settings of each mailbox."""
        wanted: list[tuple[Target, Setting | MailboxSetting]] = []
        for target in targets:
            reason = unreadable(self.directory.accounts[target.key])
            if reason:
                yield NotApplicable(target, reason)
            else:
                wanted += [(target, setting) for setting in (*SETTINGS, *MAILBOX_SETTINGS)]
        yield from self._settings(wanted)

    def _settings(
        self, wanted: Sequence[tuple[Target, Setting | MailboxSetting]]
    ) -> Iterator[_Fact | Failure | NotApplicable]:
        """Yield what came of the settings that are wanted, and of each mailbox those that are no rules together."""
        calls = [
            Call(setting.request(self.client, target.label), target.label, GMAIL_SETTINGS) for target, setting in wanted
        ]
        absent: dict[str, NotApplicable] = {}
        fields: dict[str, dict[str, object]] = {target.key: {} for target, _ in wanted}
        for (target, setting), call, result in zip(wanted, calls, self.client.batch("gmail", calls), strict=True):
            reason = None if isinstance(result, ReadError) else nothing_there(result)
            if reason:
                absent.setdefault(target.key, NotApplicable(target, reason))
                continue
            account = self.directory.accounts[target.key]
            try:
                wire = parsed_result(call, result)
                if isinstance(setting, Setting):
                    yield from list(setting.parse(wire, account))
                else:
                    fields[target.key].update(setting.parse(wire, account, self._allowed(account)))
            except ReadError as error:
                yield setting.failure(target, error)
        yield from absent.values()
        yield from (mailbox(self.directory.accounts[key], fields[key]) for key in fields if key not in absent)

    def _allowed(self, account: Account) -> Mapping[str, object]:
        """Return what the organisation allows the owner; nothing is known of it where settings were not read."""
        try:
            return self.customer.of(account)
        except ReadError:  # a gap already, where the settings themselves are read
            return {}


def mailbox(account: Account, fields: Mapping[str, object]) -> Mailbox:
    """Return the mailbox of an account with what was read of it."""
    empty = Mailbox(
        tenant=account.tenant,
        key=account.key,
        label=account.label,
        owner=account.key,
        address=account.address,
        type="personal",
        sign_in_allowed=True,  # of others nothing can be read
    )
    return msgspec.structs.replace(empty, **fields)


def unreadable(account: Account) -> str | None:
    """Return why nobody can act as this account, so that nothing of it can be read, or None."""
    if account.status in {"suspended", "archived"}:
        return f"the account is {account.status}"
    return None
