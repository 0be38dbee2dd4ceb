"""Random small worlds, for properties of sequences of audits."""

from __future__ import annotations

from hypothesis import strategies as st
from remembering import World

STATES = st.sampled_from(["bad", "good", "unclear", "off"])
RULES = st.dictionaries(st.sampled_from("xyz"), STATES)
# A rule has the id that the vendor gave it, so no two mailboxes hold the same one.
PEOPLE = st.dictionaries(st.sampled_from(["ana", "ben", "cleo"]), RULES, min_size=1).map(
    lambda people: {who: {f"{who}-{rule}": state for rule, state in rules.items()} for who, rules in people.items()}
)
WORLDS = st.builds(
    World,
    PEOPLE,
    dark=st.sets(st.sampled_from(["ana", "ben"])),
    partly=st.sets(st.sampled_from(["ana", "cleo"])),
    unlisted=st.booleans(),
    locked=st.sampled_from([False, False, False, True]),
)
