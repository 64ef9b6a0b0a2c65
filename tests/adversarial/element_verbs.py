"""The verbs by which a node gets a set of data elements, and a data set conforms to it."""

from __future__ import annotations

from collections import Counter

from dure.datasets.elements.mapping import ColumnMapping, Mapping
from tests.adversarial.verb import DONE, Verb
from tests.node.alliance import ELEMENTS, LABEL, Alliance, services_inside

SPEED = ColumnMapping(column="speed_kn", element="SPD", unit="kn", confirmed=True)
MAPPING = Mapping(
    ELEMENTS.name,
    ELEMENTS.version,
    ELEMENTS.digest,
    (SPEED, ColumnMapping(column="heading_deg"), ColumnMapping(column="kind")),
)


def _load(made: Alliance) -> None:
    with made.open() as node:
        node.datasets.load_elements(made.elements, label=LABEL)


def _loaded(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        (row,) = node.datasets.list_elements()
        assert node.datasets.elements(row["id"]).digest == ELEMENTS.digest
    assert 1 <= seen["elements.load.done"] <= seen["elements.load.begun"]
    return DONE


def _conform(made: Alliance) -> None:
    with made.open() as node:
        node.datasets.conform("tracks", MAPPING, "tested")


def _conformed(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        names = sorted(row["name"] for row in node.datasets.list())
        assert names == ["tracks", "tracks (tested)"]
        frame = node.datasets.open("tracks (tested)").to_polars()
        assert frame.columns[0] == "SPD"
    assert 1 <= seen["dataset.conform.done"] <= seen["dataset.conform.begun"]
    return DONE


ELEMENT_VERBS = {
    "load-elements": Verb(
        "import",
        _load,
        ("elements.load.begun", "elements.load.done"),
        _loaded,
        lambda made: ("datasets", "elements", "load", made.elements, "--label", LABEL),
    ),
    "conform": Verb(
        "load-elements",
        _conform,
        (
            "dataset.conform.begun",
            "dataset.conform-sealed",
            "house.recorded:2",
            "dataset.conform.done",
        ),
        _conformed,
    ),
}
