"""Alembic's way in. The engine comes from the caller; there is no configuration file."""

from typing import Literal

from alembic import context

from surveys.storage.tables import Instant, Table


def _render(kind: str, item: object, _: object) -> str | Literal[False]:
    # A migration must not change its meaning when our own type does.
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


with context.config.attributes["engine"].connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        compare_type=True,
        render_item=_render,
        # SQLite cannot alter a column in place; batch mode copies the table.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
