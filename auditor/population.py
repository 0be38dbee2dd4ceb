"""The population check: as many accounts are judged as the tenant says it has."""

from __future__ import annotations

from auditor.facts import UNSET, Account, Tenant


class Population:
    """Counts the accounts met in one tenant against the numbers that the tenant announces."""

    def __init__(self) -> None:
        self._met: dict[str, set[str]] = {"person": set(), "guest": set()}
        self._announced: list[Tenant] = []

    def announce(self, tenant: Tenant) -> None:
        """Take note of how many there should be."""
        self._announced.append(tenant)

    def meet(self, account: Account) -> None:
        """Count an account; one of which little is known counts as whatever may be missing."""
        for type_, met in self._met.items():
            active = type_ == "guest" or account.status in {"active", UNSET}
            if account.type in {type_, UNSET} and active:
                met.add(account.key)

    def shortages(self) -> list[str]:
        """Return in words which accounts are missing."""
        counts = {
            "person": ("active people", [tenant.active_people for tenant in self._announced]),
            "guest": ("guests", [tenant.guests for tenant in self._announced]),
        }
        reasons = []
        for type_, (words, told) in counts.items():
            expected = max((number for number in told if number is not UNSET), default=0)
            met = len(self._met[type_])
            if met < expected:
                reasons.append(f"the tenant has {expected} {words}, but only {met} accounts were read")
        return reasons
