"""Most of these tests are about comparing, and read their files with the reader outside its sandbox."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest

from dure.datasets.verify import files
from dure.readers import worker
from dure.readers.errors import ReaderError
from dure.readers.tables import Column, Options, Parsed

_PLAIN = json.dumps(Options().words())


@pytest.fixture
def unboxed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without the sandbox: the same program, in this process."""
    folder = tmp_path_factory.mktemp("unboxed")
    numbers = itertools.count()

    def parse(source: int, kind: str, **_: Any) -> Parsed:
        place = folder / str(next(numbers))
        (place / "out").mkdir(parents=True)
        with os.fdopen(os.dup(source), "rb") as opened:
            content = opened.read()
        (place / "raw").write_bytes(content)
        with Path(os.devnull).open("wb") as nowhere:
            status = worker.main(
                [kind, _PLAIN],
                raw=place / "raw",
                out=place / "out",
                scratch=place / "text",
                way=nowhere.fileno(),
            )
        if status:
            fault = json.loads((place / "out" / "fault.json").read_text())
            raise ReaderError(fault["code"], **fault["facts"])
        known = json.loads((place / "out" / "schema.json").read_text())
        columns = tuple(Column(**column) for column in known["columns"])
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        return Parsed(columns, known["rows"], digest, len(content), known["facts"])

    monkeypatch.setattr(files, "parse", parse)
