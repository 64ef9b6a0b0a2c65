"""A process that does one verb to a vault: URL, folder, verb, handle, and the URL of a place in a bucket
if its pages lie there. Its keys are test keys.
"""

import sys
from pathlib import Path
from random import Random

from dure.storage.database import open_database
from dure.storage.vault import Vault, versions
from tests.storage.shelves import bucket_at

KEK, NEW_KEK = b"k" * 32, b"n" * 32
SHARED = b"shared" * 100
OLD = [SHARED, *(Random(seed).randbytes(400) for seed in (1, 2))]
EDITED = [page[:90] + b"edited" + page[90:] for page in OLD]
CONTENT = [SHARED, b"first" * 100, b"second" * 100, b"third" * 100]

if __name__ == "__main__":
    versions.BATCH_PAGES = 2
    url, root, verb, handle, *place = sys.argv[1:]
    db = open_database(url)
    shelf = bucket_at(place[0]) if place else None
    if verb == "create":
        Vault.create(Path(root), db, KEK, shelf=shelf)
        sys.exit()
    vault = Vault.open(Path(root), db, KEK, shelf=shelf)
    if verb == "put":
        print(vault.put(CONTENT, bound=b"new").handle)
    elif verb == "patch":
        print(vault.put(EDITED, bound=b"new", basis=handle).handle)
    elif verb == "shred":
        vault.shred(handle)
    elif verb == "rotate":
        vault.rotate(NEW_KEK)
    else:
        vault.collect_garbage()
