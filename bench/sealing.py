"""Sealing a file against its peer, the bare AEAD file loop, on the same input in one session.

The peer is the least that could be done: read a chunk, AES-256-GCM with a counter nonce, write,
one fsync at the end; no header, no frame, no digest, no rename. The two take turns, so that a
neighbour's noise falls on both. Prints one JSON object per figure.

    python bench/sealing.py [--mib 256] [--rounds 7] [--folder DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dure.storage.database import open_database
from dure.storage.seal import CHUNK_BYTES
from dure.storage.sealed_files import seal_file, unseal_file
from dure.storage.vault import METADATA, Vault, fixed_pages

MIB = 1024 * 1024


def bare_loop(key: bytes, source: Path, target: Path, chunk_bytes: int) -> None:
    """Run the peer."""
    cipher = AESGCM(key)
    with source.open("rb", buffering=0) as reading, target.open("wb", buffering=0) as writing:
        index = 0
        while chunk := reading.read(chunk_bytes):
            writing.write(cipher.encrypt(index.to_bytes(12, "big"), chunk, None))
            index += 1
        os.fsync(writing.fileno())


def turns(works: dict[str, object], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of every work, taken in turns after one warm-up."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        names = list(works)
        first = turn % len(names)  # nobody always follows the same neighbour
        for name in names[first:] + names[:first]:
            work = works[name]
            began = time.perf_counter()
            work()
            if turn:
                taken[name].append(time.perf_counter() - began)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=int, default=256, help="size of the input in MiB")
    parser.add_argument("--rounds", type=int, default=7, help="measured rounds, 5 or more")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where to write (default: TMPDIR)"
    )
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dure-bench-", dir=options.folder))
    try:
        measure(folder, options.mib, max(5, options.rounds))
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, mib: int, rounds: int) -> None:
    key = os.urandom(32)
    source = folder / "input"
    with source.open("wb") as file:
        for _ in range(mib):
            file.write(os.urandom(MIB))
        os.fsync(file.fileno())
    bare, ours, summed = folder / "bare", folder / "ours", folder / "summed"
    sealed = folder / "sealed"
    seal_file(key, source, sealed)
    vaults = iter(range(1000))

    def into_vault() -> None:
        place = folder / f"vault{next(vaults)}"
        db = open_database(f"sqlite:///{place}.db")
        METADATA.create_all(db.engine)
        with source.open("rb") as stream:
            Vault.create(place, db, key).put(fixed_pages(stream, MIB), bound=b"bench")
        db.close()
        shutil.rmtree(place)

    taken = turns(
        {
            "bare": lambda: bare_loop(key, source, bare, CHUNK_BYTES),
            "seal": lambda: seal_file(key, source, ours, digest=False),
            "seal with digest": lambda: seal_file(key, source, summed, digest=True),
            "unseal with digest": lambda: unseal_file(key, sealed, folder / "back"),
            "vault put": into_vault,
        },
        rounds,
    )
    assert (folder / "back").read_bytes() == source.read_bytes()
    peer = statistics.median(taken["bare"])
    bars = {"seal": 0.8, "seal with digest": 0.5}
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        print(
            json.dumps(
                {
                    "figure": name,
                    "mib": mib,
                    "rounds": rounds,
                    "median_s": round(median, 4),
                    "spread_s": [round(min(seconds), 4), round(max(seconds), 4)],
                    "mib_per_s": round(mib / median),
                    "peer": "bare AEAD file loop",
                    "ratio": round(peer / median, 3),
                    "bar": bars.get(name),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
