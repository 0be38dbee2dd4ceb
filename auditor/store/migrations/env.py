"""Runs the migrations over the connection that :mod:`auditor.store.migrating` holds, in its transaction."""

from __future__ import annotations

from alembic import context

from auditor.store.migrating import VERSION_TABLE
from auditor.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
