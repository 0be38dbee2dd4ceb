"""Partner organisations: what their people may do here, and how far their word counts."""

from __future__ import annotations

from auditor.facts.base import UNSET, Fact, Read


class Partner(Fact, frozen=True, kw_only=True, gc=False):
    """Another organisation with an agreement of its own (Entra, cross-tenant access). ``key`` is its tenant id.

    What the agreement leaves open is as for every other organisation, and told so.
    """

    service_provider: Read[bool] = UNSET
    """Whether it looks after this tenant as a service provider."""
    trusts_mfa: Read[bool] = UNSET
    """Whether a second factor shown there counts here."""
    trusts_devices: Read[bool] = UNSET
    """Whether devices that it manages count as managed here."""
    automatic_consent: Read[bool] = UNSET
    """Whether its people become guests here without being asked, where it agrees too."""
    direct_connect_inbound: Read[bool] = UNSET
    """Whether its people, or some of them, may come in without being guests (B2B direct connect)."""
    direct_connect_outbound: Read[bool] = UNSET
    """Whether people from here may go there in the same way."""
    guests_allowed: Read[bool] = UNSET
    """Whether its people, or some of them, may become guests here (B2B collaboration)."""
