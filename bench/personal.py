"""The scan for personal data against its peer, pattern-only Presidio, on the notes of the mixed table.

The peer runs in an interpreter of its own that has presidio-analyzer (``--peer``), on a sample, for it
takes minutes for all rows; both are timed on that sample, ours on all rows too. The peer's pattern
recognisers are called bare (see `bench/personal_peer.py`); ours is the whole of `Scanner.scan` from
Arrow batches to hits. Then both are counted on the held-out labelled texts of the tests: a hit is right
when kind, start and end are; the peer is given its best threshold of score for each kind.
The two can't take turns; on a busy machine the ratio in processor time says more.
Prints one JSON object per figure.

    python bench/personal.py --peer PYTHON [--rows 1000000] [--sample 10000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a program: its tree comes first

import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

from bench.mixed_table import write  # noqa: E402
from dure.datasets.personal.kinds import Kind  # noqa: E402
from dure.datasets.personal.scan import Scanner  # noqa: E402
from tests.datasets.personal.corpus import Case, cases  # noqa: E402
from tests.datasets.personal.templates_heldout import TEMPLATES  # noqa: E402

SEED, EACH = 777_001, 30
Claim = tuple[int, int, str]


def row(figure: str, **facts: object) -> None:
    print(json.dumps({"figure": figure, **facts}, ensure_ascii=False), flush=True)


def median_s(
    work: Callable[[], object], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> float:
    taken = []
    for turn in range(rounds + 1):
        began = clock()
        work()
        if turn:  # the first round warms all up
            taken.append(clock() - began)
    return statistics.median(taken)


def score(labelled: list[Case], claims: list[set[Claim]], kind: Kind) -> tuple[float, float]:
    """Return recall and precision of one kind."""
    right = found = true = 0
    for case, claimed in zip(labelled, claims, strict=True):
        truth = {(start, end, str(k)) for start, end, k in case.truth if k is kind}
        ours = {claim for claim in claimed if claim[2] == kind}
        right, found, true = right + len(truth & ours), found + len(ours), true + len(truth)
    return right / true, right / found if found else 0.0


def best(pairs: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Return the pair with the highest F1."""
    return max(pairs, key=lambda pair: 2 * pair[0] * pair[1] / (sum(pair) or 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, required=True, help="a Python with presidio-analyzer")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=10_000, help="rows for the peer")
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds, 5 or more")
    given = parser.parse_args()
    if given.rounds < 5:
        parser.error("a median of fewer than 5 rounds says little")
    with tempfile.TemporaryDirectory() as folder:
        table = pq.read_table(write(Path(folder, "mixed.parquet"), given.rows))
    labelled = cases(TEMPLATES, SEED, EACH)
    sample = table.slice(0, given.sample).select(["note"])
    asked = {
        "timed": sample["note"].to_pylist(),
        "rounds": given.rounds,
        "labelled": [case.text for case in labelled],
    }
    done = subprocess.run(
        [given.peer, Path(__file__).with_name("personal_peer.py")],
        input=json.dumps(asked).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    peer = json.loads(done.stdout)
    speed(table, sample, peer, given.rounds)
    accuracy(labelled, peer["answers"], peer["peer"])


def speed(table: pa.Table, sample: pa.Table, peer: dict[str, object], rounds: int) -> None:
    began = time.perf_counter()
    scanner = Scanner()
    row("patterns compiled", engine=scanner.engine_name, s=round(time.perf_counter() - began, 3))
    plain = Scanner(engine_name="re")
    same = median_s(lambda: list(scanner.scan(sample)), rounds)
    same_cpu = median_s(lambda: list(scanner.scan(sample)), rounds, time.process_time)
    theirs = float(str(peer["seconds"]))
    row(
        "notes of the mixed table, the same rows for both",
        peer=peer["peer"],
        rows=sample.num_rows,
        ours_rows_per_s=round(sample.num_rows / same),
        ours_re_rows_per_s=round(
            sample.num_rows / median_s(lambda: list(plain.scan(sample)), rounds)
        ),
        peer_rows_per_s=round(sample.num_rows / theirs),
        times_the_peer=round(theirs / same, 1),
        times_the_peer_in_cpu=round(float(str(peer["cpu_seconds"])) / same_cpu, 1),
        bar=50,
        rounds=rounds,
    )
    for name, columns in (("notes", ["note"]), ("all 15 columns", None)):
        taken = median_s(lambda columns=columns: list(scanner.scan(table, columns)), rounds)
        row(
            f"{name} of the mixed table",
            rows=table.num_rows,
            s=round(taken, 3),
            rows_per_s=round(table.num_rows / taken),
            rounds=rounds,
        )
    # The dense case: every cell is a hit, so that the confirming is all of it.
    dense = pa.table({"note": [f"010-{n % 9000 + 1000}-{n % 10_000:04}" for n in range(100_000)]})
    taken = median_s(lambda: list(scanner.scan(dense)), rounds)
    row(
        "a phone number in every cell",
        rows=100_000,
        rows_per_s=round(100_000 / taken),
        rounds=rounds,
    )


def accuracy(labelled: list[Case], answers: list[list[list[object]]], name: str) -> None:
    claims: list[set[Claim]] = [set() for _ in labelled]
    for hit in Scanner().scan(pa.table({"note": [case.text for case in labelled]})):
        claims[hit.row].add((hit.start, hit.end, str(hit.kind)))
    for kind in Kind:
        if not any(kind == each for case in labelled for _, _, each in case.truth):
            continue
        by_threshold = [
            [
                {
                    (int(str(a)), int(str(b)), str(k))
                    for a, b, k, sure in each
                    if float(str(sure)) >= least
                }
                for each in answers
            ]
            for least in (0.0, 0.1, 0.3, 0.5, 0.9)
        ]
        recall, precision = score(labelled, claims, kind)
        theirs = best(score(labelled, each, kind) for each in by_threshold)
        row(
            "labelled texts, held out",
            kind=str(kind),
            recall=round(recall, 4),
            precision=round(precision, 4),
            bar=0.98,
            peer=name,
            peer_recall=round(theirs[0], 4),
            peer_precision=round(theirs[1], 4),
        )


if __name__ == "__main__":
    main()
