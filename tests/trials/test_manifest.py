"""An algorithm.toml is read strictly, and every refusal says where."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials.errors import TrialsError
from dure.trials.manifest import MANIFEST_BYTES, ColumnType, EntryForm, Schema, read_manifest
from dure.trials.tasks import TaskType

GOOD = """
[algorithm]
name = "mean"
version = "1.0"
task = "tabular-regression"
entry_point = "algorithm:Mean"
runtime = "scikit-learn"
licence = "Apache-2.0"
origin = "written here"
[limits]
wall_s = 5
[parameters]
depth = 3
rate = 0.5
on = true
word = "x"
"""
DEMO = Path(__file__).resolve().parents[2] / "demo/algorithms"


def test_good():
    manifest = read_manifest(GOOD.encode())
    assert manifest.task is TaskType.REGRESSION
    assert (manifest.wall_s, manifest.memory_mib) == (5, 1536)
    assert dict(manifest.parameters) == {"depth": 3, "rate": 0.5, "on": True, "word": "x"}
    assert (manifest.form, manifest.schema) == (EntryForm.CLASS, Schema())


@pytest.mark.parametrize(
    ("entry", "form"),
    [("main.py", EntryForm.SCRIPT), ("model.onnx", EntryForm.ONNX), ("MLmodel", EntryForm.MLFLOW)],
)
def test_forms(entry: str, form: EntryForm):
    text = GOOD.replace("algorithm:Mean", entry)
    assert read_manifest(text.replace("scikit-learn", "onnx").encode()).form is form
    if form is not EntryForm.SCRIPT:
        with pytest.raises(TrialsError, match=r"trials\.manifest"):
            read_manifest(text.encode())


def test_schema():
    text = GOOD + '[schema]\ntarget = "y"\n[schema.features]\n"a b" = "number"\n'
    assert read_manifest(text.encode()).schema == Schema("y", {"a b": ColumnType.NUMBER})
    for old, new in (
        ('"y"', "1"),
        ('"number"', '"float"'),
        ('"a b"', '"y"'),
        ('"a b"', f'"{"x" * 201}"'),
    ):
        with pytest.raises(TrialsError, match=r"trials\.manifest"):
            read_manifest(text.replace(old, new).encode())


@pytest.mark.parametrize("name", ["baseline", "gradient_boosting", "hostile"])
def test_the_demo_s_own(name):
    assert read_manifest((DEMO / name / "algorithm.toml").read_bytes()).runtime == "scikit-learn"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('name = "mean"', 'name = "Mean!"', "algorithm.name"),
        ('name = "mean"', "name = 3", "algorithm.name"),
        ('name = "mean"', "", "algorithm.name"),
        ('version = "1.0"', 'version = "one two"', "algorithm.version"),
        ("tabular-regression", "guessing", "algorithm.task"),
        ("algorithm:Mean", "algorithm", "algorithm.entry_point"),
        ("algorithm:Mean", "../x:Mean", "algorithm.entry_point"),
        ("algorithm:Mean", "/bin/sh.py", "algorithm.entry_point"),
        ('"scikit-learn"', '"bash"', "algorithm.runtime"),
        ('origin = "written here"', 'origin = "a\\nb"', "algorithm.origin"),
        ('origin = "written here"', f'origin = "{"x" * 501}"', "algorithm.origin"),
        ("wall_s = 5", "wall_s = 0", "limits.wall_s"),
        ("wall_s = 5", "wall_s = 601", "limits.wall_s"),
        ("wall_s = 5", "wall_s = true", "limits.wall_s"),
        ("wall_s = 5", "wall_s = 1.5", "limits.wall_s"),
        ("wall_s = 5", "cores = 64", "[limits]"),
        ("depth = 3", "depth = [1]", "parameters.depth"),
        ("depth = 3", "Depth = 3", "[parameters]"),
        ("depth = 3", f'depth = "{"x" * 501}"', "parameters.depth"),
        ("depth = 3", "\n".join(f"p{n} = 1" for n in range(65)), "[parameters]"),
        ("[limits]", "[other]", "algorithm.toml"),
        ("[algorithm]", "[algorithm]\nextra = 1", "[algorithm]"),
        ("[limits]\nwall_s = 5", "", ""),
    ],
)
def test_refusals(old, new, where):
    assert old in GOOD
    text = GOOD.replace(old, new).encode()
    if not where:
        assert read_manifest(text).wall_s == 60
        return
    with pytest.raises(TrialsError) as caught:
        read_manifest(text)
    assert caught.value.code == "trials.manifest"
    assert caught.value.facts["where"] == where


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b"not toml [",
        b"algorithm = 3",
        b"x = " + b"[" * 30_000,
        b"#" * (MANIFEST_BYTES + 1),
        b"",
    ],
)
def test_not_even_toml(data):
    with pytest.raises(TrialsError, match=r"trials\.manifest"):
        read_manifest(data)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_ends_in_the_one_error(data):
    with pytest.raises(TrialsError):
        read_manifest(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
