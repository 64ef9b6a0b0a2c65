"""A process that migrates a database: URL, folder of the history."""

import sys
from pathlib import Path

from dure.storage.database import open_database
from dure.storage.migrations import History, migrate

migrate(open_database(sys.argv[1]), History("probe", Path(sys.argv[2])))
