"""The tables of the store: what stood after which audit, as intervals from the first audit to the last.

Only what deserves a word is kept. Where no outcome stands for a policy and a fact, the policy held or did not concern
it; so a thousand passes take no space, and an audit that changes nothing adds a handful of rows. ``last`` is null while
something still stands. The migrations say how a database came to look like this.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from auditor.store.columns import Deflated, Mark, Moment, Words
from auditor.store.columns import number as _number
from auditor.store.columns import to as _to

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_index",
        "fk": "%(table_name)s_%(column_0_N_name)s_fk",
    }
)

audits = Table(
    "audits",
    metadata,
    _number(),
    Column("id", Words, nullable=False, unique=True),
    Column("organisation", Words, nullable=False),
    Column("version", Text, nullable=False),  # of the auditor
    Column("asked", Text, nullable=False),  # ids of the tenants that were to be read, with blanks between
    Column("state", String(12), nullable=False),  # running, whole, interrupted
    Column("started", Moment, nullable=False),
    Column("finished", Moment),
    Column("exit_code", SmallInteger),
)

tenants = Table(
    "tenants",
    metadata,
    _number(),
    Column("id", Words, nullable=False, unique=True),
    Column("label", Words, nullable=False),
    Column("connector", Text, nullable=False),
)

policies = Table("policies", metadata, _number(), Column("id", Words, nullable=False, unique=True))

facts = Table(
    "facts",
    metadata,
    _number(),
    _to(tenants, "tenant"),
    Column("identity", Mark, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("key", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("owner", Words),
    Column("owner_address", Words),
    Column("owner_name", Words),
)

presences = Table(
    "presences",
    metadata,
    _number(),
    _to(facts, "fact"),
    _to(audits, "first"),
    _to(audits, "last", optional=True),
)

outcomes = Table(
    "outcomes",
    metadata,
    _number(),
    _to(tenants, "tenant"),
    _to(policies, "policy"),
    _to(facts, "fact"),
    Column("fingerprint", Mark, nullable=False),
    Column("state", String(16), nullable=False),
    Column("severity", String(8), nullable=False),
    _to(audits, "first"),
    _to(audits, "last", optional=True),
    Column("resolved", Boolean, nullable=False),  # whether an open finding ended here
)

resolutions = Table(
    "resolutions",
    metadata,
    _to(tenants, "tenant"),
    Column("fingerprint", Mark, nullable=False),  # of a finding whose end is forgotten, so that it can come back
    PrimaryKeyConstraint("tenant", "fingerprint"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("outcome", Integer, ForeignKey(outcomes.c.number), primary_key=True, autoincrement=False),
    Column("text", Words, nullable=False),  # a finding's message, or why something is unknown
    Column("fields", Words),  # JSON: the values that decided
)

verdicts = Table(
    "verdicts",
    metadata,
    _number(),
    _to(tenants, "tenant"),
    _to(policies, "policy"),
    Column("outcome", String(16), nullable=False),
    _to(audits, "first"),
    _to(audits, "last", optional=True),
)

gaps = Table(
    "gaps",
    metadata,
    _number(),
    _to(tenants, "tenant"),
    Column("identity", Mark, nullable=False),
    Column("kind", Text, nullable=False),
    Column("source", Words, nullable=False),
    Column("target", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("owner", Words),
    Column("fields", Words, nullable=False),
    Column("reason", String(16), nullable=False),
    Column("detail", Words, nullable=False),
    Column("remedy", Words, nullable=False),
    _to(audits, "first"),
    _to(audits, "last", optional=True),
)

summaries = Table(
    "summaries",
    metadata,
    _to(audits, "audit"),
    _to(tenants, "tenant"),
    Column("vendor_id", Words, nullable=False),
    *(
        Column(name, Integer, nullable=False)
        for name in (
            *("accounts", "assessed", "critical", "high", "medium", "low", "unknown", "gaps"),
            *("opened", "came_back", "went_dark", "unverified", "resolved", "exempted"),
            *("still_open", "still_unverified", "baseline"),
        )
    ),
    PrimaryKeyConstraint("audit", "tenant"),
)

coverage = Table(
    "coverage",
    metadata,
    Column("audit", Integer, nullable=False),
    Column("tenant", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    *(Column(name, Integer, nullable=False) for name in ("targets", "read", "not_applicable", "facts", "gaps")),
    Column("compared", Integer),  # facts with which the next audit compares its own
    PrimaryKeyConstraint("audit", "tenant", "kind"),
    ForeignKeyConstraint(["audit", "tenant"], ["summaries.audit", "summaries.tenant"]),
)

reports = Table(
    "reports",
    metadata,
    Column("audit", Integer, ForeignKey(audits.c.number), primary_key=True, autoincrement=False),
    Column("document", Deflated, nullable=False),  # the newest report of the same tenants, as JSON
)

slots = Table(
    "slots",
    metadata,
    _number(),
    Column("job", Text, nullable=False),
    Column("due", Moment, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("holder", Words, nullable=False),
    Column("claimed", Moment, nullable=False),
    Column("finished", Moment),
    Column("exit_code", SmallInteger),
    Column("note", Words, nullable=False),
    UniqueConstraint("job", "due"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Words, nullable=False),
    Column("since", Moment, nullable=False),
    Column("renewed", Moment, nullable=False),
    Column("note", Words, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    _number(),
    Column("id", Words, nullable=False, unique=True),
    Column("kind", String(12), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("due", Moment, nullable=False),
    _to(audits, "audit", optional=True),  # the last one that it tells of
    Column("document", Deflated),  # as JSON; forgotten once everybody has it
    UniqueConstraint("kind", "sequence"),
)

receipts = Table(
    "receipts",
    metadata,
    _to(messages, "message"),
    Column("recipient", Words, nullable=False),
    Column("channel", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("next_attempt", Moment),
    Column("note", Words, nullable=False),
    PrimaryKeyConstraint("message", "recipient"),
)

INTERVALS = (presences, outcomes, verdicts, gaps)
"""Tables whose rows hold from ``first`` to ``last``."""

for _table in (outcomes, verdicts, gaps):
    Index(None, _table.c.tenant, _table.c.first)
    Index(None, _table.c.tenant, _table.c.last)
Index(None, presences.c.fact, presences.c.last)
Index(None, facts.c.tenant)
