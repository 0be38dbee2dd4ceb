"""How long the proof of effective MFA takes for a large tenant.

Invents a tenant with many accounts, groups and Conditional Access policies of every shape (exclusions, places,
platforms, filters, strengths), judges every account, and prints seconds, classes of accounts and what was found.

    python benchmarks/conditional_access.py [--accounts 100000] [--policies 200] [--groups 60] [--seed 1]
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from random import Random
from typing import Any

from connectors.microsoft_365.effective_mfa import Evaluator, Inputs, Subject, parse_location, parse_policy

ROLE = "62e90394-69f5-4237-9190-012177145e10"
SHAPES: list[tuple[str, dict[str, Any]]] = [
    ("plain", {}),
    ("legacy", {"clientAppTypes": ["exchangeActiveSync", "other"]}),
    ("applications", {}),
    ("places", {"locations": {"includeLocations": ["All"], "excludeLocations": ["home"]}}),
    ("places", {"locations": {"includeLocations": ["All"], "excludeLocations": ["office"]}}),
    ("platforms", {"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["linux", "macOS"]}}),
    ("platforms", {"platforms": {"includePlatforms": ["android", "iOS", "windows"]}}),
    ("risk", {"signInRiskLevels": ["high", "medium"]}),
    ("devices", {"devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}}}),
]


def main() -> None:
    """Invent, judge, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--policies", type=int, default=200)
    parser.add_argument("--groups", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = Random(given.seed)  # noqa: S311 - an invented tenant, not a secret
    groups = [f"group-{number}" for number in range(given.groups)]
    wire = [policy(rng, number, groups) for number in range(given.policies)]
    accounts = [account(rng, number, groups) for number in range(given.accounts)]
    started = time.perf_counter()
    evaluator = Evaluator(
        Inputs(
            policies=tuple(parse_policy(each) for each in wire),
            locations=tuple(parse_location(each) for each in named_locations()),
            strengths=(),
            security_defaults=False,
        )
    )
    prepared = time.perf_counter()
    verdicts = [evaluator.verdict(each) for each in accounts]
    finished = time.perf_counter()
    classes = len({id(verdict) for verdict in verdicts})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{given.accounts} accounts in {classes} classes, {given.policies} policies")
    print(f"parse and prepare {prepared - started:6.2f} s")
    print(f"judge             {finished - prepared:6.2f} s")
    print(f"for each class    {(finished - prepared) / classes * 1000:6.2f} ms")
    print(f"peak memory       {peak:6.0f} MB")
    print("enforced          ", dict(Counter(str(verdict.enforced) for verdict in verdicts)))


def account(rng: Random, number: int, groups: list[str]) -> Subject:
    """Return an account: in one of the departments, every tenth in another group too or a guest."""
    departments = groups[: len(groups) // 2]
    own = {rng.choice(departments), *rng.sample(groups, rng.choices([0, 1], [9, 1])[0])}
    return Subject(
        key=f"account-{number}",
        kinds=frozenset(rng.choices(["member", "b2bCollaborationGuest"], [9, 1])),
        groups=frozenset(own),
        roles=frozenset({ROLE} if number % 200 == 0 else ()),
        per_user_mfa="disabled",
        mfa_registered=number % 10 != 0,
    )


def policy(rng: Random, number: int, groups: list[str]) -> dict[str, Any]:
    """Return a policy of a random shape, for everybody or for five groups, with exclusions."""
    shape, conditions = rng.choice(SHAPES)
    users = rng.choices([{"includeUsers": ["All"]}, {"includeGroups": rng.sample(groups, 5)}], [1, 9])[0]
    excluded = {"excludeGroups": rng.sample(groups, 3), "excludeUsers": [f"account-{rng.randrange(1000)}"]}
    applications = {"includeApplications": ["All"], "excludeApplications": []}
    if shape == "applications":
        applications["excludeApplications"] = [f"app-{rng.randrange(40)}"]
    control = "block" if shape == "legacy" else rng.choices(["mfa", "compliantDevice"], [5, 1])[0]
    return {
        "id": f"policy-{number}",
        "displayName": f"Policy {number}",
        "state": rng.choice(["enabled", "enabled", "disabled"]),
        "conditions": {
            "users": users | excluded,
            "applications": applications,
            "clientAppTypes": ["browser", "mobileAppsAndDesktopClients"],
            **conditions,
        },
        "grantControls": {"operator": "OR", "builtInControls": [control]},
    }


def named_locations() -> list[dict[str, Any]]:
    """Return an office and a home country."""
    addresses = [{"cidrAddress": "192.0.2.0/24"}]
    office = {"@odata.type": "#microsoft.graph.ipNamedLocation", "isTrusted": True, "ipRanges": addresses}
    home = {"@odata.type": "#microsoft.graph.countryNamedLocation", "countriesAndRegions": ["US"]}
    return [{"id": "office", "displayName": "Office", **office}, {"id": "home", "displayName": "Home", **home}]


if __name__ == "__main__":
    main()
