"""Text corpora with spans: the worker's own function, which the sandbox runs."""

from __future__ import annotations

import json
import tempfile
from functools import partial
from pathlib import Path

from dure.readers.corpora import worker
from dure.readers.corpora.facts import ANSWER
from dure.readers.corpora.framing import Given, framed
from dure.readers.tables import FULL_STATUS
from fuzz.target import Target

_TEXT = "배가 부산항에 들어왔다. The boat left."
_SEEDS = {
    "jsonl": json.dumps(
        {"id": "a", "text": _TEXT, "spans": [{"start": 3, "end": 6, "label": "PLACE"}]}
    ),
    "brat": "T1\tPLACE 3 6\t부산항\nT2\tTHING 19 23\tboat\n",
    "conll": "배\tO\n부산항\tB-PLACE\n에\tO\n\nThe\tO\nboat\tB-THING\n",
}


def _read(kind: str, data: bytes) -> None:
    given, contents = [Given("a")], [iter([data])]
    if kind == "brat":
        given = [Given("a"), Given("a", role="annotations")]
        contents = [iter([_TEXT.encode()]), iter([data])]
    with tempfile.TemporaryDirectory(dir=".") as folder:
        raw, out = Path(folder, "raw"), Path(folder, "out")
        raw.write_bytes(b"".join(framed(given, contents)))
        out.mkdir()
        asked = json.dumps({"kind": kind})
        status = worker.main([asked], raw=raw, out=out, scratch=Path(folder, "text"))
        if status not in (0, FULL_STATUS) or (not status and not (out / ANSWER).exists()):
            raise AssertionError(f"status {status}")


TARGETS = [
    Target(f"corpus-{kind}", lambda seed=seed: [seed.encode()], partial(_read, kind))
    for kind, seed in _SEEDS.items()
]
