"""The organisation while problems and decoys are put into it, and the truth about them is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from connectors.practice.organisation import GoogleAccount, MicrosoftAccount, Organisation
from connectors.practice.planted import Planted

GOOGLE, MICROSOFT = "google_workspace", "microsoft_365"

AnyAccount = TypeVar("AnyAccount", GoogleAccount, MicrosoftAccount)


@dataclass(slots=True)
class Scene:
    """An organisation under construction, with the random stream that decides whom something befalls."""

    organisation: Organisation
    rng: Random

    def problem(self, kind: str, cloud: str, address: str, object_id: str, label: str) -> None:
        """Write down something that an audit must find."""
        self.organisation.problems.append(Planted(kind, cloud, address, object_id, label))

    def decoy(self, kind: str, cloud: str, address: str, object_id: str, label: str) -> None:
        """Write down something that an audit must not find; ``kind`` goes without its ``decoy-``."""
        self.organisation.decoys.append(Planted(f"decoy-{kind}", cloud, address, object_id, label))

    def choose(self, accounts: Iterable[AnyAccount], fits: Callable[[AnyAccount], bool]) -> AnyAccount:
        """Return one of the accounts that fit; raises ``LookupError`` where none does."""
        fitting = [account for account in accounts if fits(account)]
        if not fitting:
            raise LookupError("Nobody in this organisation fits the part")
        return self.rng.choice(fitting)

    def google(self, fits: Callable[[GoogleAccount], bool]) -> GoogleAccount:
        """Return one of the Google accounts that fit."""
        return self.choose(self.organisation.google.accounts, fits)

    def microsoft(self, fits: Callable[[MicrosoftAccount], bool]) -> MicrosoftAccount:
        """Return one of the Microsoft accounts that fit."""
        return self.choose(self.organisation.microsoft.accounts, fits)

    def address_of(self, job: str) -> str:
        """Return the address of the first person with ``job``."""
        return next(person.address for person in self.organisation.people if person.job == job)

    def google_account(self, job: str) -> GoogleAccount:
        """Return the Google account of the first person with ``job``."""
        address = self.address_of(job)
        return next(account for account in self.organisation.google.accounts if account.address == address)

    def microsoft_account(self, job: str) -> MicrosoftAccount:
        """Return the Microsoft account of the first person with ``job``, guests included."""
        address = self.address_of(job)
        return next(account for account in self.organisation.microsoft.accounts if account.mail == address)
