"""A process that makes or restores a backup: verb, URL, vault, folder of the history, backup."""

import sys
from pathlib import Path

from dure.storage.backup import StorePart, back_up, restore
from dure.storage.database import open_database
from dure.storage.migrations import History

if __name__ == "__main__":
    from tests.storage.test_backup import KEY, LATER

    verb, url, root, history, folder = sys.argv[1:]
    part = StorePart("keeper", open_database(url), (History("probe", Path(history)),))
    work = back_up if verb == "make" else restore
    work(Path(folder), KEY, stores=[part], vaults={"main": Path(root)}, now=LATER)
