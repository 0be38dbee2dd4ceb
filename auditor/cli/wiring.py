"""The composition root: from a configuration to connectors that are ready to read.

Connectors are opened lazily by name, so that whoever only has Google Workspace never imports what Microsoft needs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypedDict

from pydantic import JsonValue

from auditor.config import Config, GoogleTenant, MicrosoftTenant
from auditor.config_secrets import MicrosoftCredentials
from auditor.engine import Plan
from auditor.errors import SignInError, UsageError
from auditor.exemption_file import load as load_exemptions
from auditor.models import Exemption, Severity
from auditor.policy import PolicySet, load_packs
from auditor.ports import Clock, Connector
from auditor.secrets import read_private_file, read_secret
from auditor.store import Store, open_store

_Tenant = GoogleTenant | MicrosoftTenant
_SUBJECTS = (
    "act today act this week act this month nothing pressing could not be seen nothing open "
    "people at risk organisation at risk person security week it week mail"
)
"""What stands in the subjects of our mails, for the policy about rules that hide them."""


def plan(
    config: Config,
    *,
    clock: Clock,
    stop: threading.Event,
    tenant: str | None = None,
    packs: tuple[str | Path, ...] = (),
    fail_on: Severity | None = None,
) -> Plan:
    """Return what to audit; ``tenant``, ``packs`` and ``fail_on`` of the command line go before the configuration.

    Raises ``UsageError`` for a tenant that is not configured, ``PolicyError`` for an unusable pack, and the errors of
    unreadable credentials. Policies are loaded first: a broken pack must not cost a sign-in.
    """
    chosen = [each for each in config.tenants if tenant in {None, each.id}]
    if not chosen:
        known = ", ".join(each.id for each in config.tenants)
        raise UsageError(f"There is no tenant {tenant!r} in the configuration.", f"Tenants there: {known}.")
    judged = rules(config, packs=packs, fail_on=fail_on)
    return replace(judged, connectors={each.id: _OPEN[each.connector](each, config, clock, stop) for each in chosen})


def rules(config: Config, *, packs: tuple[str | Path, ...] = (), fail_on: Severity | None = None) -> Plan:
    """Return by what rules to judge, without anything to read. Raises ``PolicyError`` and ``ExemptionError``."""
    policies = configured_policies(config, packs)
    return Plan(
        organisation=config.organisation,
        connectors={},
        policies=policies,
        tiers=config.tiers,
        units=config.units,
        groups=config.groups,
        links=config.people.links,
        fail_on=fail_on or config.fail_on,
        threads=config.reading.threads,
        exemptions=exemptions(config, policies, partial=bool(packs)),
        exemption_days=config.exemption_days,
    )


def configured_policies(config: Config, packs: tuple[str | Path, ...] = ()) -> PolicySet:
    """Return the policies that are active, those of ``packs`` if there are any. Raises ``PolicyError``."""
    chosen = packs or config.policies.packs
    params = {**(about_our_mail(config) if "baseline" in chosen else {}), **config.policies.params}
    return load_packs(chosen, params, locate=config.place_of_parameter)


def about_our_mail(config: Config) -> dict[str, dict[str, JsonValue]]:
    """Return what the policy about rules that hide our own mail has to know: how it looks, and who gets it."""
    if config.mail is None:
        return {}
    readers = [each.to for each in (config.mail.principal, config.mail.it) if each]
    look = f"auditor <{config.mail.sender}> [{config.organisation}] {_SUBJECTS}".lower()
    recipients: list[JsonValue] = [*dict.fromkeys(each for to in readers for each in to)]
    told: dict[str, JsonValue] = {"mail": look, "recipients": recipients}
    return {"mail.rule.no-hiding-of-our-mail": told}


def exemptions(config: Config, policies: PolicySet, *, partial: bool = False) -> tuple[Exemption, ...]:
    """Return the configured exemptions; with ``partial``, ``policies`` are not those that are configured."""
    if config.exemptions is None:
        return ()
    documents = {policy.document.id: policy.document for policy in policies.policies}
    tenants = [each.id for each in config.tenants]
    return load_exemptions(config.exemptions, policies=documents, tenants=tenants, partial=partial)


def history(config: Config, *, make: bool = False, sound: bool = True) -> Store:
    """Open the history that the configuration names; ``make`` makes it where there is none, unless none is wanted.

    Raises ``StoreError`` for one that cannot be used, and ``UsageError`` where the configuration says to keep none.
    """
    if not config.store.keep:
        raise UsageError("The configuration says to keep no history.", "Delete 'keep: false' under 'store' in it.")
    place = config.store.path if config.store.url is None else read_secret(config.store.url).reveal()
    if isinstance(place, Path) and not make and not place.exists():
        raise UsageError(
            f"No audit has been kept in {place} yet.", "Run `auditor audit`: it keeps what it finds there."
        )
    return open_store(place, make=make, sound=sound)


def _google(tenant: _Tenant, config: Config, clock: Clock, stop: threading.Event) -> Connector:
    from connectors.domains import Lookups  # noqa: PLC0415 - lazy by design
    from connectors.google_workspace import Access, GoogleConnector, Subjects  # noqa: PLC0415 - lazy by design
    from connectors.patience import Patience  # noqa: PLC0415 - lazy by design

    assert isinstance(tenant, GoogleTenant)  # noqa: S101 - the table below says so
    resolver, roles = config.mail_domains.resolver, tenant.subjects
    key_file, keyless = tenant.credentials.key_file, tenant.credentials.keyless
    federation_file, signer, machine = None, None, dict[str, str]()
    if keyless is not None:
        from connectors.google_workspace.keyless import (  # noqa: PLC0415 - lazy by design
            MACHINE_ENDPOINT,
            Keyless,
            KeylessSigner,
        )

        federation_file = keyless.federation_file
        given = Keyless(
            service_account=keyless.service_account,
            client_id=keyless.client_id,
            federation=read_private_file(federation_file) if federation_file else None,
            read_file=read_private_file,
        )
        signer, machine = partial(KeylessSigner, given), {} if federation_file else dict(MACHINE_ENDPOINT)
    access = Access(
        tenant=tenant.id,
        customer=tenant.customer,
        admin=tenant.admin or "",
        subjects=Subjects(roles.directory or "", roles.policies or "", users=roles.users) if roles else None,
        key=read_private_file(key_file) if key_file else b"",
        signer=signer,
        security=tenant.security,
        shared_drives=tenant.shared_drives,
        licences=tenant.licences,
        lookups=Lookups(resolver or "") if resolver or not tenant.endpoints else None,  # none for a practised tenant
        selectors=config.mail_domains.selectors,
        groups=sorted(config.groups),
        endpoints={**machine, **tenant.endpoints},
        patience=Patience(budget=config.reading.minutes * 60.0),
        connections=config.reading.threads,
    )
    try:
        return GoogleConnector(access, stop=stop, now=clock)
    except SignInError as error:
        raise UsageError(f"{key_file or federation_file}: {error.message}", error.remedy) from error


def _microsoft(tenant: _Tenant, config: Config, clock: Clock, stop: threading.Event) -> Connector:
    from connectors.domains import Lookups  # noqa: PLC0415 - lazy by design
    from connectors.microsoft_365 import Access, MicrosoftConnector  # noqa: PLC0415 - lazy by design
    from connectors.patience import Patience  # noqa: PLC0415 - lazy by design

    assert isinstance(tenant, MicrosoftTenant)  # noqa: S101 - the table below says so
    resolver = config.mail_domains.resolver
    access = Access(
        tenant=tenant.id,
        tenant_id=tenant.tenant_id,
        client_id=tenant.client_id,
        **proof(tenant.credentials),
        items=tenant.items,
        teams=tenant.teams,
        cloud=tenant.cloud,
        break_glass=frozenset(tenant.break_glass),
        lookups=Lookups(resolver or "") if resolver or not tenant.endpoints else None,  # none for a practised tenant
        selectors=config.mail_domains.selectors,
        groups=sorted(config.groups),
        endpoints=tenant.endpoints,
        patience=Patience(budget=config.reading.minutes * 60.0),
        connections=config.reading.threads,
    )
    return MicrosoftConnector(access, stop=stop, now=clock)


class Proof(TypedDict):
    """What proves to Microsoft that we are an app, as the connector takes it."""

    certificate: bytes | None
    secret: str | None
    assertion: Callable[[], str] | None
    managed_identity: bool


def proof(given: MicrosoftCredentials) -> Proof:
    """Read what proves that we are an app. Raises the errors of credentials that cannot be used."""
    certificate, secret, assertion = given.certificate_file, given.secret, given.assertion_file
    return Proof(
        certificate=read_private_file(certificate) if certificate else None,
        secret=read_secret(secret).reveal() if secret else None,
        assertion=(lambda: read_private_file(assertion).decode("ascii").strip()) if assertion else None,
        managed_identity=given.managed_identity,
    )


_OPEN: Mapping[str, Callable[[_Tenant, Config, Clock, threading.Event], Connector]] = {
    "google_workspace": _google,
    "microsoft_365": _microsoft,
}
"""How to open each connector; a new one is a folder in ``connectors`` and a line here."""
