"""``dure datasets verify`` on a bare folder: no node is there."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from tests.datasets.reading import write
from tests.node.alliance import command


def test_a_folder_is_verified_and_a_changed_one_is_not(tmp_path: Path):
    write(tmp_path, pa.table({"n": [1, 2]}))
    said = command(None, "datasets", "verify", tmp_path)
    assert (said.status, said.err) == (0, "")
    assert "verified" in said.out
    file = tmp_path / "croissant.json"
    file.write_text(file.read_text("utf-8").replace('"int64"', '"int32"'), "utf-8")
    said = command(None, "datasets", "verify", file)
    assert said.status == 87
    assert "data.parquet n" in said.err
    assert "The column is int64" in said.out
    said = command(None, "datasets", "verify", tmp_path, "--json")
    body = json.loads(said.out)
    assert (said.status, said.err) == (87, "")
    assert body["result"]["verified"] is False
    assert [one["code"] for one in body["findings"]] == ["datasets.verify.type"]


def test_a_folder_with_nothing_to_verify(tmp_path: Path):
    said = command(None, "datasets", "verify", tmp_path)
    assert (said.status, said.out) == (45, "")
    (tmp_path / "croissant.json").write_text("{")
    said = command(None, "datasets", "verify", tmp_path)
    assert (said.status, said.out) == (90, "")
