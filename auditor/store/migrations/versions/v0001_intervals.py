"""The first schema: audits, what stood after each as intervals, and a summary of every tenant in every audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "audits",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("finished", sa.BigInteger(), nullable=True),
        sa.Column("exit_code", sa.SmallInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("audits_pk")),
        sa.UniqueConstraint("id", name=op.f("audits_id_key")),
    )
    op.create_table(
        "policies",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("policies_pk")),
        sa.UniqueConstraint("id", name=op.f("policies_id_key")),
    )
    op.create_table(
        "tenants",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("connector", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("tenants_pk")),
        sa.UniqueConstraint("id", name=op.f("tenants_id_key")),
    )
    op.create_table(
        "facts",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=12), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("owner_address", sa.Text(), nullable=True),
        sa.Column("owner_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.number"], name=op.f("facts_tenant_fk")),
        sa.PrimaryKeyConstraint("number", name=op.f("facts_pk")),
        sa.UniqueConstraint("identity", name=op.f("facts_identity_key")),
    )
    op.create_index(op.f("facts_tenant_index"), "facts", ["tenant"], unique=False)
    op.create_table(
        "gaps",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=12), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["first"], ["audits.number"], name=op.f("gaps_first_fk")),
        sa.ForeignKeyConstraint(["last"], ["audits.number"], name=op.f("gaps_last_fk")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.number"], name=op.f("gaps_tenant_fk")),
        sa.PrimaryKeyConstraint("number", name=op.f("gaps_pk")),
    )
    op.create_index(op.f("gaps_tenant_first_index"), "gaps", ["tenant", "first"], unique=False)
    op.create_index(op.f("gaps_tenant_last_index"), "gaps", ["tenant", "last"], unique=False)
    op.create_table(
        "summaries",
        sa.Column("audit", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("assessed", sa.Integer(), nullable=False),
        sa.Column("critical", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("medium", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("came_back", sa.Integer(), nullable=False),
        sa.Column("went_dark", sa.Integer(), nullable=False),
        sa.Column("unverified", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("exempted", sa.Integer(), nullable=False),
        sa.Column("still_open", sa.Integer(), nullable=False),
        sa.Column("still_unverified", sa.Integer(), nullable=False),
        sa.Column("baseline", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit"], ["audits.number"], name=op.f("summaries_audit_fk")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.number"], name=op.f("summaries_tenant_fk")),
        sa.PrimaryKeyConstraint("audit", "tenant", name=op.f("summaries_pk")),
    )
    op.create_table(
        "verdicts",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["first"], ["audits.number"], name=op.f("verdicts_first_fk")),
        sa.ForeignKeyConstraint(["last"], ["audits.number"], name=op.f("verdicts_last_fk")),
        sa.ForeignKeyConstraint(["policy"], ["policies.number"], name=op.f("verdicts_policy_fk")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.number"], name=op.f("verdicts_tenant_fk")),
        sa.PrimaryKeyConstraint("number", name=op.f("verdicts_pk")),
    )
    op.create_index(op.f("verdicts_tenant_first_index"), "verdicts", ["tenant", "first"], unique=False)
    op.create_index(op.f("verdicts_tenant_last_index"), "verdicts", ["tenant", "last"], unique=False)
    op.create_table(
        "coverage",
        sa.Column("audit", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("targets", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("not_applicable", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["audit", "tenant"], ["summaries.audit", "summaries.tenant"], name=op.f("coverage_audit_tenant_fk")
        ),
        sa.PrimaryKeyConstraint("audit", "tenant", "kind", name=op.f("coverage_pk")),
    )
    op.create_table(
        "outcomes",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=12), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("resolved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["fact"], ["facts.number"], name=op.f("outcomes_fact_fk")),
        sa.ForeignKeyConstraint(["first"], ["audits.number"], name=op.f("outcomes_first_fk")),
        sa.ForeignKeyConstraint(["last"], ["audits.number"], name=op.f("outcomes_last_fk")),
        sa.ForeignKeyConstraint(["policy"], ["policies.number"], name=op.f("outcomes_policy_fk")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.number"], name=op.f("outcomes_tenant_fk")),
        sa.PrimaryKeyConstraint("number", name=op.f("outcomes_pk")),
    )
    op.create_index(op.f("outcomes_tenant_first_index"), "outcomes", ["tenant", "first"], unique=False)
    op.create_index(op.f("outcomes_tenant_last_index"), "outcomes", ["tenant", "last"], unique=False)
    op.create_table(
        "presences",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["fact"], ["facts.number"], name=op.f("presences_fact_fk")),
        sa.ForeignKeyConstraint(["first"], ["audits.number"], name=op.f("presences_first_fk")),
        sa.ForeignKeyConstraint(["last"], ["audits.number"], name=op.f("presences_last_fk")),
        sa.PrimaryKeyConstraint("number", name=op.f("presences_pk")),
    )
    op.create_index(op.f("presences_fact_last_index"), "presences", ["fact", "last"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("outcome", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.number"], name=op.f("evidence_outcome_fk")),
        sa.PrimaryKeyConstraint("outcome", name=op.f("evidence_pk")),
    )
