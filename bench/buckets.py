"""A vault's pages in a bucket against the same pages in a folder, on the same input in one session.

The server is the one of the tests, started for this unless ``DURE_TEST_S3`` names one: on loopback, so
what is measured is the cost of asking a server at all, not of a network. Prints one JSON object per
figure.

    python bench/buckets.py [--mib 128] [--rounds 5]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dure.storage.database import open_database
from dure.storage.vault import METADATA, Vault, fixed_pages
from dure.storage.vault.address import Credentials, new_place, parse_address
from dure.storage.vault.bucket import Bucket

MIB = 1024 * 1024
SERVER = Path(__file__).resolve().parent.parent / "scripts" / "s3.sh"


def new_bucket() -> Bucket:
    """Return a place of its own on the server of the tests."""
    address = parse_address(os.environ["DURE_TEST_S3"] + "/bench").below(new_place())
    return Bucket(address, Credentials(*os.environ["DURE_TEST_S3_KEYS"].split(":")))


def put_and_read(folder: Path, content: bytes, bucket: Bucket | None) -> tuple[float, float]:
    """Return the seconds that putting and reading take; leave nothing."""
    folder.mkdir()
    db = open_database(f"sqlite:///{folder}/keeper.db")
    METADATA.create_all(db.engine)
    vault = Vault.create(folder / "vault", db, bytes(32), shelf=bucket)
    began = time.perf_counter()
    handle = vault.put(fixed_pages(io.BytesIO(content)), bound=b"bench").handle
    between = time.perf_counter()
    assert sum(map(len, vault.read(handle))) == len(content)
    ended = time.perf_counter()
    vault.shred(handle)
    db.close()
    shutil.rmtree(folder)
    return between - began, ended - between


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=int, default=128, help="size of the input in MiB")
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds, 5 or more")
    options = parser.parse_args()
    with server():
        measure(options.mib, max(5, options.rounds))


@contextmanager
def server() -> Iterator[None]:
    """Have the server of the tests run."""
    if "DURE_TEST_S3" in os.environ:
        yield
        return
    subprocess.run([SERVER, "start"], check=True, stdout=sys.stderr)
    try:
        for line in (SERVER.parent.parent / ".s3.env").read_text().splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            os.environ[name] = value
        yield
    finally:
        subprocess.run([SERVER, "stop"], check=True, stdout=sys.stderr)


def measure(mib: int, rounds: int) -> None:
    """Print the figures."""
    content = os.urandom(mib * MIB)
    scratch = Path(tempfile.mkdtemp(prefix="dure-bench-"))
    taken: dict[str, list[tuple[float, float]]] = {"folder": [], "bucket": []}
    try:
        for turn in range(rounds + 1):
            for kind, seconds in taken.items():
                bucket = new_bucket() if kind == "bucket" else None
                found = put_and_read(scratch / kind, content, bucket)
                if turn:  # the first is a warm-up
                    seconds.append(found)
    finally:
        shutil.rmtree(scratch)
    for at, verb in enumerate(("put", "read")):
        ours, peer = (
            statistics.median(each[at] for each in taken[kind]) for kind in ("bucket", "folder")
        )
        figure = {
            "figure": f"vault {verb}, bucket",
            "mib": mib,
            "rounds": rounds,
            "median_s": round(ours, 3),
            "peer": "the same vault in a folder",
            "peer_s": round(peer, 3),
            "times_the_peer": round(ours / peer, 2),
        }
        print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
