"""Tiles: the layout of C2SP, and the growing edge against the whole tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.governance.ledger import merkle, tiles
from tests.governance.ledger.ledgers import entries

LEAVES = [merkle.leaf_hash(entry) for entry in entries(1400)]


@pytest.mark.parametrize(
    ("number", "path"),
    [
        (0, "000"),
        (999, "999"),
        (1000, "x001/000"),
        (1234067, "x001/x234/067"),
        (10**9, "x001/x000/x000/000"),
    ],
)
def test_paths_are_those_of_the_specification(number: int, path: str) -> None:
    assert tiles.tile_path(3, number) == f"tile/3/{path}"
    assert tiles.tile_path(0, number, 1) == f"tile/0/{path}.p/1"
    assert tiles.bundle_path(number, 255) == f"tile/entries/{path}.p/255"


def test_the_specification_s_own_example_of_widths() -> None:
    assert [tiles.widths(70_000, level) for level in range(3)] == [(273, 112), (1, 17), (0, 1)]
    assert tiles.levels(70_000) == 3
    assert [tiles.widths(256, level) for level in range(2)] == [(1, 0), (0, 1)]
    assert [tiles.levels(size) for size in (0, 1, 255, 256, 65_535, 65_536)] == [0, 1, 1, 2, 2, 3]


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_bundles_round_trip(given_entries: list[bytes]) -> None:
    packed = tiles.pack_bundle(given_entries)
    assert tiles.unpack_bundle(packed) == (given_entries, True)
    for cut in range(len(packed)):
        found, whole = tiles.unpack_bundle(packed[:cut])
        assert found == given_entries[: len(found)]
        assert len(found) < len(given_entries)
        assert whole == (tiles.pack_bundle(found) == packed[:cut])


def test_a_bundle_holds_the_largest_entry() -> None:
    largest = bytes(tiles.MAX_ENTRY_BYTES)
    assert tiles.unpack_bundle(tiles.pack_bundle([largest])) == ([largest], True)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_the_edge_grows_into_the_tree_whatever_the_batches(batches: list[int]) -> None:
    edge, full, at = tiles.RightEdge(), [], 0
    for count in batches:
        batch = LEAVES[at : at + count]
        full += edge.extend(batch)
        at += len(batch)
        assert edge.size == at
        assert edge.root() == merkle.root_of(LEAVES[:at])
    assert [(tile.level, tile.number) for tile in full] == [(0, n) for n in range(at // 256)]
    for tile in full:
        leaves = LEAVES[tile.number * 256 : (tile.number + 1) * 256]
        assert tile.hashes == b"".join(leaves)
        assert tile.root == merkle.root_of(leaves)
    restored = tiles.RightEdge([edge.unfinished(level) for level in range(tiles.levels(at))])
    assert (restored.size, restored.root()) == (edge.size, edge.root())
    assert edge.unfinished(9) == []


def test_the_edge_fills_tiles_of_higher_levels() -> None:
    edge = tiles.RightEdge([[], [bytes([n]) * 32 for n in range(255)]])
    assert edge.size == 255 * 256
    full = edge.extend(LEAVES[:256])
    assert [(tile.level, tile.number) for tile in full] == [(0, 255), (1, 0)]
    assert full[1].root == merkle.root_of(edge.unfinished(2)) == edge.root()
    assert full[1].hashes[-32:] == full[0].root


def test_a_copied_edge_grows_apart() -> None:
    edge = tiles.RightEdge()
    edge.extend(LEAVES[:300])
    other = edge.copy()
    other.extend(LEAVES[300:600])
    assert edge.root() == merkle.root_of(LEAVES[:300])
    assert other.root() == merkle.root_of(LEAVES[:600])


@given(st.integers(0, 256))
def test_the_subtrees_within_a_tile(width: int) -> None:
    found = tiles.inner_levels(b"".join(LEAVES[:width]))
    assert len(found) == max(1, width.bit_length())
    for height, hashes in enumerate(found):
        span = 1 << height
        starts = range(0, width - span + 1, span)
        assert hashes == b"".join(merkle.root_of(LEAVES[at : at + span]) for at in starts)
