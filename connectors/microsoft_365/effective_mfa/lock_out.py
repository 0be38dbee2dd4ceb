"""Which policies could keep an account for emergencies out of the portals in which everything can be mended.

Such an account is used in a browser, on any device, from anywhere, at a risk that nobody chose, by somebody who has the
password and a key. Source: Entra documentation, "Manage emergency access accounts": leave it out of every policy that
this somebody could not satisfy.
"""

from __future__ import annotations

from collections.abc import Mapping

from auditor.facts import UNSET
from connectors.microsoft_365.effective_mfa import circumstances as sign_in
from connectors.microsoft_365.effective_mfa.conditions import ADMIN_PORTALS, Reach, World
from connectors.microsoft_365.effective_mfa.controls import TERMS_OF_USE
from connectors.microsoft_365.effective_mfa.kleene import Truth, all_of, any_of, missing, negated
from connectors.microsoft_365.effective_mfa.model import Grant, Inputs, Policy, Strength, Subject
from connectors.microsoft_365.effective_mfa.people import concerns

_WITH_A_KEY = frozenset({"mfa", "passwordChange", TERMS_OF_USE})
"""Controls that somebody with a password and a key satisfies in any browser."""

_KEYS = frozenset({"fido2", "x509CertificateMultiFactor"})


def locks_out(
    policy: Policy, reached: Reach, subject: Subject, inputs: Inputs, world: World, strengths: Mapping[str, Strength]
) -> Truth:
    """Return whether the policy could refuse the account at the portals of administrators."""
    if policy.state in {"off", "report_only"}:
        return False
    emergency = world.everything._replace(
        app=frozenset({ADMIN_PORTALS}),
        client=frozenset({"browser"}),
        device=frozenset({sign_in.UNMANAGED}),
        flow=frozenset({sign_in.ORDINARY_FLOW}),
    )
    if reached.possible.common(emergency) is None:
        return False
    reaches: Truth = True if reached.sure.common(emergency) else reached.missing or True
    on: Truth = True if policy.state == "on" else missing(f"the state of “{policy.name}”")
    return all_of((on, concerns(policy, subject, inputs), reaches, negated(_satisfied(policy.grant, strengths))))


def _satisfied(grant: Grant, strengths: Mapping[str, Strength]) -> Truth:
    """Return whether a password and a key are all that is demanded."""
    ways: list[Truth] = [control in _WITH_A_KEY for control in grant.controls]
    if grant.strength is not None:
        ways.append(_allows_a_key(strengths.get(grant.strength.key, grant.strength), grant.strength))
    if not ways:
        return True
    if grant.operator == "AND" or len(ways) == 1:
        return all_of(ways)
    return any_of(ways) if grant.operator == "OR" else missing(f"the operator {grant.operator}")


def _allows_a_key(*told: Strength) -> Truth:
    for strength in told:
        if strength.combinations is not UNSET and strength.combinations:
            return not _KEYS.isdisjoint(strength.combinations)
    return missing(f"what the authentication strength “{told[0].name}” allows")
