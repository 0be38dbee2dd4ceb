"""How a database of the store came to look as it does, one step after the other (Alembic)."""
