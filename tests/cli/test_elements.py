"""``dure datasets elements``, ``map`` and ``conform`` on bare files: no node is there."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from tests.datasets.world import SEA
from tests.node.alliance import command

SECRET = "qz-441"
ROWS = f"vessel name,speed (km/h),memo\na,18.52,{SECRET}\nb,{SECRET},{SECRET}\n"


def test_a_set_is_shown_and_exported_to_both_its_forms(tmp_path: Path):
    body = json.loads(command(None, "datasets", "elements", "show", SEA, "--json").out)
    assert (body["name"], body["version"], body["elements"]) == ("sea", 1, 8)
    assert "vessel name" in command(None, "datasets", "elements", "show", SEA).out
    for ending in ("csv", "json"):
        out = tmp_path / f"sea.{ending}"
        words = ("datasets", "elements", "export", SEA, "--out", out, "--json")
        assert json.loads(command(None, *words).out)["digest"] == body["digest"]
        again = command(None, "datasets", "elements", "show", out, "--json")
        assert json.loads(again.out)["digest"] == body["digest"]
    assert command(None, "datasets", "elements", "export", SEA, "--out", "x.txt").status == 2
    bad = tmp_path / "bad.csv"
    bad.write_text("id,name_en,type\nA,a,blob\n", encoding="utf-8")
    said = command(None, "datasets", "elements", "show", bad)
    assert said.status == 193
    assert "bad.csv, L2.type" in said.err


def test_from_a_file_to_a_table_that_conforms(tmp_path: Path):
    file, mapping, right = (tmp_path / name for name in ("ships.csv", "m.toml", "c.toml"))
    file.write_text(ROWS.replace(f"b,{SECRET}", "b,37.04"), encoding="utf-8")
    words = ("datasets", "map", "propose", file, "--elements", SEA)
    said = command(None, *words, "--out", mapping)
    assert said.status == 0
    assert "VSSL_NM" in said.out
    assert "No element: memo" in said.out
    assert SECRET not in said.out + mapping.read_text("utf-8")
    out = tmp_path / "out.parquet"
    conform = ("datasets", "conform", file, mapping, "--elements", SEA, "--out", out)
    waiting = command(None, *conform)
    assert (waiting.status, out.exists()) == (196, False)
    confirm = ("datasets", "map", "confirm", mapping, "--out", right)
    assert command(None, *confirm, "--column", "memo").status == 195
    assert command(None, *confirm, "--all").status == 0
    conform = ("datasets", "conform", file, right, "--elements", SEA, "--out", out)
    body = json.loads(command(None, *conform, "--json").out)
    assert (body["score"], body["unmapped"], body["file"]) == (1.0, ["memo"], str(out))
    assert pl.read_parquet(out).columns == ["VSSL_NM", "SPD", "memo"]
    contract, after = tmp_path / "rules.toml", tmp_path / "after.toml"
    gone = '[[rule]]\nkind = "range"\ncolumn = "speed (km/h)"\nmin = 1\n'
    contract.write_text(f"contract = 1\n{gone}", encoding="utf-8")
    carry = ("datasets", "map", "rules", right, contract, "--elements", SEA, "--out", after)
    assert json.loads(command(None, *carry, "--json").out)["dropped"] == ["range(speed (km/h))"]
    assert not after.exists()
    kept = '[[rule]]\nkind = "not-null"\ncolumn = "vessel name"\n'
    contract.write_text(f"contract = 1\n{gone}{kept}", encoding="utf-8")
    assert "Not carried over: range(speed (km/h))" in command(None, *carry).out
    assert 'column = "VSSL_NM"' in after.read_text("utf-8")
    file.write_text(ROWS, encoding="utf-8")
    other = tmp_path / "other.parquet"
    conform = ("datasets", "conform", file, right, "--elements", SEA, "--out", other)
    short = command(None, *conform, "--least", "0.9")
    assert (short.status, other.exists()) == (197, False)
    assert SECRET not in short.out + short.err
    shown = command(None, *conform)
    assert "75.0%" in shown.out
    assert "Left as they were: memo" in shown.out
    assert SECRET not in shown.out
    assert command(None, *conform[:-2]).status == 2  # a file needs --out
