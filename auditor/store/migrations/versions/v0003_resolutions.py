"""What is left of findings that were resolved long ago, so that one that returns is known to come back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "resolutions",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=12), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.number"], name=op.f("resolutions_tenant_fk")),
        sa.PrimaryKeyConstraint("tenant", "fingerprint", name=op.f("resolutions_pk")),
    )
