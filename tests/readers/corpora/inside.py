"""The worker in this process: what it says, and the rows that it leaves."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from dure.readers.corpora import worker
from dure.readers.corpora.facts import ANSWER, DOCUMENTS, SPANS, Asked, CorpusFacts
from dure.readers.corpora.framing import Given, framed
from tests.readers.streams import pieces_of

_NUMBERS = itertools.count()


@dataclass
class Left:
    facts: CorpusFacts
    documents: list[dict[str, Any]]
    spans: list[dict[str, Any]]

    @property
    def triples(self) -> list[tuple[int, int, str]]:
        return [(row["start"], row["end"], row["tag"]) for row in self.spans]


def read(
    place: Path,
    kind: str,
    *contents: bytes | str,
    given: Sequence[Given] = (),
    **asked: Any,
) -> Left:
    """Give files to the worker, in this process."""
    here = place / str(next(_NUMBERS))
    (here / "out").mkdir(parents=True)
    told = given or [Given() for _ in contents]
    data = [one.encode() if isinstance(one, str) else one for one in contents]
    (here / "raw").write_bytes(b"".join(framed(told, map(_blocks, data))))
    words = json.dumps(asdict(Asked(kind, **asked)))
    status = worker.main([words], raw=here / "raw", out=here / "out", scratch=here / "text")
    assert status == 0
    facts = msgspec.json.decode((here / "out" / ANSWER).read_bytes(), type=CorpusFacts)
    assert facts.is_honest()
    tables = [here / "out" / name for name in (DOCUMENTS, SPANS)]
    if facts.fault:
        assert not any(table.exists() for table in tables)
    rows = [_rows(one) if one.exists() else [] for one in tables]
    assert (facts.documents, facts.spans) == tuple(map(len, rows)) or facts.fault
    return Left(facts, *rows)


def brat(place: Path, text: bytes | str, annotations: str, **asked: Any) -> Left:
    given = [Given("a", "train"), Given("a", "train", "annotations")]
    return read(place, "brat", text, annotations, given=given, **asked)


def record(**values: object) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def _blocks(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), 1 << 20):
        yield content[at : at + (1 << 20)]


def _rows(stream: Path) -> list[dict[str, Any]]:
    return list(pq.read_table(io.BytesIO(b"".join(pieces_of(stream)))).to_pylist())
