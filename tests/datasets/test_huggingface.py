"""The layout of the Hugging Face Hub: what stands where, and that the same table opens from it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.croissant import Field, Table, write_document
from dure.datasets.errors import DatasetError
from dure.datasets.huggingface import card, quoted, relocated, size_category
from dure.datasets.use.opening import open_folder
from dure.node.node import Node
from tests.datasets.reading import ABOUT, opened, records, told
from tests.datasets.world import LABEL

DIGEST = "0123456789abcdef" * 4
TABLE = Table((Field("n", "int64"), Field('이름: "a"\\', "string")), 3, 512, DIGEST, DIGEST)


def unquoted(scalar: str) -> str:
    """Read a YAML scalar in double quotation marks (YAML 1.2, 7.3.1), the escapes that we write."""
    assert scalar[0] == scalar[-1] == '"'
    inside = scalar[1:-1]
    assert not re.sub(r'\\(u[0-9a-f]{4}|U[0-9a-f]{8}|["\\])', "", inside).count("\\")
    return re.sub(
        r'\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(["\\]))',
        lambda found: found[3] or chr(int(found[1] or found[2], 16)),
        inside,
    )


def header(text: str) -> list[str]:
    """Return the lines between the two marks."""
    lines = text.split("\n")
    assert lines[0] == "---"
    return lines[1 : lines.index("---", 1)]


def features(text: str) -> list[tuple[str, str]]:
    lines = header(text)
    names = [unquoted(one.partition("name: ")[2]) for one in lines if one.startswith('  - name: "')]
    types = [unquoted(one.partition("dtype: ")[2]) for one in lines if "dtype: " in one]
    return list(zip(names, types, strict=True))


@given(st.text(max_size=80))
def test_any_text_stands_in_one_line_of_yaml(text: str) -> None:
    scalar = quoted(text)
    assert unquoted(scalar) == text
    assert scalar.isprintable()


@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20),
        unique=True,
        min_size=1,
        max_size=8,
    ),
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=50),
)
def test_no_name_breaks_out_of_the_header(names: list[str], name: str) -> None:
    table = replace(TABLE, fields=tuple(Field(one, "double") for one in names))
    text = card(write_document(replace(ABOUT, name=name, licence=name), table))
    assert features(text) == [(one, "float64") for one in names]
    assert unquoted(header(text)[0].removeprefix("pretty_name: ")) == name
    keys = [line.partition(":")[0] for line in header(text) if line[0] not in " -"]
    assert keys[-3:] == ["size_categories", "configs", "dataset_info"]


@pytest.mark.parametrize(
    ("stated", "lines"),
    [
        ("CC0-1.0", ['license: "cc0-1.0"']),
        ("https://example.org/x", ['license: "other"', 'license_link: "https://example.org/x"']),
        ("공공누리 제1유형", ['license: "other"', 'license_name: "공공누리 제1유형"']),
        ("", ['license: "other"', 'license_name: "not stated"']),
    ],
)
def test_licences(stated: str, lines: list[str]) -> None:
    said = header(card(write_document(replace(ABOUT, licence=stated), TABLE)))
    assert [line for line in said if line.startswith("license")] == lines


def test_types_have_the_names_of_the_hub() -> None:
    kinds = {
        "int64": "int64", "double": "float64", "float": "float32", "bool": "bool",
        "string": "string", "date32[day]": "date32", "timestamp[us]": "timestamp[us]",
        "timestamp[us, tz=UTC]": "timestamp[us,tz=UTC]", "time64[us]": "time64[us]",
        "decimal128(9, 2)": "decimal128(9,2)",
    }  # fmt: skip
    fields = tuple(Field(f"c{i}", kind) for i, kind in enumerate(kinds))
    said = features(card(write_document(ABOUT, replace(TABLE, fields=fields))))
    assert [kind for _, kind in said] == list(kinds.values())


@pytest.mark.parametrize(
    ("rows", "name"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**12 - 1, "100B<n<1T"), (10**12, "n>1T")],
)
def test_sizes(rows: int, name: str) -> None:
    assert size_category(rows) == name


def test_the_card_says_the_label_and_shows_words_as_they_are() -> None:
    text = card(write_document(replace(ABOUT, description="# <b>*x*</b>\n[a](b)"), TABLE))
    assert f"`{ABOUT.label}`" in text
    assert "\\# \\<b\\>\\*x\\*\\</b\\>" in text
    document = write_document(ABOUT, TABLE)
    assert relocated(document)["distribution"][0]["contentUrl"].startswith("data/")
    assert document["distribution"][0]["contentUrl"] == "data.parquet"


def test_an_export_in_that_layout(steward: Node, csv: Path, tmp_path: Path) -> None:
    asset = steward.datasets.import_(csv, label=LABEL, licence="CC0-1.0")
    folder = tmp_path / "hub"
    steward.datasets.export(asset.id, folder, layout="huggingface")
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    file = "data/train-00000-of-00001.parquet"
    assert found == {"README.md", "croissant.json", file}
    assert {path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]} == {0}
    assert f'    path: "{file}"' in header((folder / "README.md").read_text("utf-8"))
    steward.datasets.export(asset.id, tmp_path / "plain", layout="croissant")
    frames = [open_folder(tmp_path / one, trusted=True).to_polars() for one in ("hub", "plain")]
    assert frames[0].equals(frames[1])
    assert frames[0].equals(pl.read_parquet(folder / file))
    opened(folder)
    assert list(records(folder)) == told(pa.table(frames[0]))


def test_an_unknown_layout_writes_nothing(steward: Node, csv: Path, tmp_path: Path) -> None:
    asset = steward.datasets.import_(csv, label=LABEL)
    size = steward.ledger.head()["size"]
    with pytest.raises(ValueError, match="layout"):
        steward.datasets.export(asset.id, tmp_path / "out", layout="zip")
    assert not (tmp_path / "out").exists()
    assert steward.ledger.head()["size"] == size


def test_a_table_that_changed_leaves_no_folder(
    steward: Node, csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dure.datasets import export

    asset = steward.datasets.import_(csv, label=LABEL)
    real = export._pour
    monkeypatch.setattr(export, "_pour", lambda *given: (real(*given), given[-1].write(b"more")))
    for layout in export.LAYOUTS:
        with pytest.raises(DatasetError) as refused:
            steward.datasets.export(asset.id, tmp_path / "out", layout=layout)
        assert refused.value.code == "datasets.changed"
        assert not list(tmp_path.glob("*out*")) + list(tmp_path.glob(".dure*"))
    monkeypatch.setattr(export, "_pour", real)
    steward.datasets.export(asset.id, tmp_path / "out", layout="huggingface")
    assert json.loads((tmp_path / "out" / "croissant.json").read_text("utf-8"))["name"]
