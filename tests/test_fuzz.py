"""The fuzz targets run, and the search finds what is there to be found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dure.core.canonical import parse_canonical
from fuzz.engine import search
from fuzz.target import Target

ROOT = Path(__file__).resolve().parents[1]


def test_every_target_takes_some_hostile_input():
    """In a process of its own: the search forks, and this one may have threads."""
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", "all", "--inputs", "12", "--seed", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    told = [line for line in done.stdout.splitlines() if "0 wrong" in line]
    modules = (ROOT / "fuzz" / "targets").glob("*.py")
    assert len(told) > len(list(modules))


def _brittle(data: bytes) -> None:
    if b"}" in data[1:]:
        raise KeyError(data[:1])


def _endless(data: bytes) -> None:
    while data:
        pass


def _greedy(data: bytes) -> None:
    bytearray(1 << 40 if data else 0)


@pytest.mark.parametrize(
    ("parse", "what"),
    [(_brittle, "KeyError"), (_endless, "took too long"), (_greedy, "MemoryError")],
)
def test_what_goes_wrong_is_found(parse, what):
    found = search(Target("bad", lambda: [b"{}"], parse), seed=1, inputs=1, input_s=1)
    assert [what in crash.what for crash in found.crashes] == [True]
    assert found.crashes[0].data


def test_a_refusal_is_right_from_its_own_family_alone():
    right = Target("json", lambda: [b"[]", b"["], parse_canonical, ("core.canonical",))
    assert not search(right, seed=1, inputs=20).crashes
    other = Target("json", lambda: [b"[]", b"["], parse_canonical, ("storage.",))
    assert search(other, seed=1, inputs=20).crashes


def test_new_lines_guide_the_search():
    """An input that gets further is kept; the same seed finds the same again."""
    guided = Target("json", lambda: [b"[]"], parse_canonical, ("core.canonical",))
    first, second = (search(guided, seed=1, inputs=200) for _ in range(2))
    assert first.kept == second.kept > 0
    blind = Target("json", lambda: [b"[]"], parse_canonical, ("core.canonical",), traced=False)
    assert search(blind, seed=1, inputs=200).kept == 0
