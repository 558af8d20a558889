"""Alembic's environment for every service: `shared.migrate` hands it the connection and the metadata."""

from __future__ import annotations

from alembic import context

config = context.config


def run() -> None:
    """Each migration in a transaction of its own."""
    context.configure(
        connection=config.attributes["connection"],
        target_metadata=config.attributes["metadata"],
        transaction_per_migration=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
