"""Applying and checking the migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from surveys.errors import DatabaseIsBehind
from surveys.storage.database import Database


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = database.engine
    return config


def migrate(database: Database) -> None:
    """Bring the database to the newest revision; safe to call when it is there already."""
    command.upgrade(_config(database), "head")


def check_revision(database: Database) -> None:
    """Raise DatabaseIsBehind unless the database is at the newest revision."""
    needed = ScriptDirectory.from_config(_config(database)).get_current_head()
    with database.engine.connect().execution_options(orgpulse_read=True) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != needed:
        raise DatabaseIsBehind(found=found or "none", needed=needed)


def check_models_match(database: Database) -> None:
    """Raise alembic's CommandError when the models and the migrations have drifted apart."""
    command.check(_config(database))


def write_revision(database: Database, message: str) -> None:
    """Write the next migration from the difference between the models and the database."""
    command.revision(_config(database), message, autogenerate=True)
