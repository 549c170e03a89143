"""`python -m surveys.storage.check`: do the migrations, run from nothing, make what the models say?"""

import sys
import tempfile
from pathlib import Path

from alembic.util.exc import CommandError

from surveys.storage.database import Database
from surveys.storage.migrate import check_models_match, migrate


def main() -> int:
    """Migrate an empty database and compare it with the models; 0 when they agree."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'check.db'}")
        migrate(database)
        try:
            check_models_match(database)
        except CommandError as problem:
            sys.stderr.write(f"The tables and the migrations differ: {problem}\n")
            return 1
        finally:
            database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
