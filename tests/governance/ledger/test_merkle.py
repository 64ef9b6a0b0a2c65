"""The tree against RFC 6962 word for word, an independent implementation, and known answers."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from dure.governance.ledger import merkle
from tests.governance.ledger.ledgers import entries, naive_path, naive_proof, naive_root

# Leaves, roots and proofs of the reference implementation of certificate transparency.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_FIRST_OF_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
CT_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]

DATA = entries(70)
LEAVES = [merkle.leaf_hash(entry) for entry in DATA]
ROOTS = [merkle.root_of(LEAVES[:size]) for size in range(71)]


def range_hashes(ranges: list[tuple[int, int]]) -> list[bytes]:
    return [naive_root(DATA[start:end]) for start, end in ranges]


def inclusion(position: int, size: int) -> list[bytes]:
    return range_hashes(merkle.inclusion_ranges(position, size))


def consistency(first: int, second: int) -> list[bytes]:
    return range_hashes(merkle.consistency_ranges(first, second))


def test_roots_of_certificate_transparency() -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in CT_LEAVES]
    assert [merkle.root_of(hashes[:n]).hex() for n in range(1, 9)] == CT_ROOTS
    assert merkle.root_of([]) == merkle.EMPTY_ROOT == naive_root([])


def test_proofs_of_certificate_transparency() -> None:
    roots = [bytes.fromhex(root) for root in CT_ROOTS]
    first = [bytes.fromhex(value) for value in CT_FIRST_OF_8]
    assert first == naive_path(0, CT_LEAVES)
    assert merkle.verify_inclusion(0, 8, merkle.leaf_hash(b""), first, roots[7])
    assert merkle.verify_consistency(1, 8, roots[0], roots[7], first)
    later = [bytes.fromhex(value) for value in CT_6_TO_8]
    assert later == naive_proof(6, CT_LEAVES)
    assert merkle.verify_consistency(6, 8, roots[5], roots[7], later)


def test_every_small_tree_is_that_of_the_rfc_and_of_another_implementation() -> None:
    other = InmemoryTree(algorithm="sha256")
    for size in range(1, 71):
        other.append_entry(DATA[size - 1])
        assert ROOTS[size] == naive_root(DATA[:size]) == other.get_root()


def test_every_small_inclusion_proof() -> None:
    for size in range(1, 41):
        for position in range(size):
            proof = inclusion(position, size)
            assert proof == naive_path(position, DATA[:size])
            assert merkle.verify_inclusion(position, size, LEAVES[position], proof, ROOTS[size])


def test_every_small_consistency_proof() -> None:
    for second in range(1, 41):
        for first in range(1, second + 1):
            proof = consistency(first, second)
            assert proof == naive_proof(first, DATA[:second])
            roots = ROOTS[first], ROOTS[second]
            assert merkle.verify_consistency(first, second, *roots, proof)


def test_the_empty_tree_begins_every_tree() -> None:
    assert merkle.consistency_ranges(0, 7) == merkle.consistency_ranges(7, 7) == []
    assert merkle.verify_consistency(0, 7, merkle.EMPTY_ROOT, ROOTS[7], [])
    assert merkle.verify_consistency(0, 0, merkle.EMPTY_ROOT, merkle.EMPTY_ROOT, [])
    assert not merkle.verify_consistency(0, 7, ROOTS[1], ROOTS[7], [])
    assert not merkle.verify_consistency(0, 7, merkle.EMPTY_ROOT, ROOTS[7], [ROOTS[1]])
    assert not merkle.verify_consistency(7, 7, ROOTS[6], ROOTS[7], [])


sizes = st.integers(1, 70)


@st.composite
def mutations(draw: st.DrawFn, proof: list[bytes]) -> list[bytes]:
    """Return a proof that differs from this one."""
    changed = list(proof)
    kind = draw(st.sampled_from(["flip", "drop", "add", "swap", "short"]))
    if not changed or kind == "add":
        changed.insert(
            draw(st.integers(0, len(changed))), draw(st.binary(min_size=32, max_size=32))
        )
        return changed
    at = draw(st.integers(0, len(changed) - 1))
    if kind == "drop":
        del changed[at]
    elif kind == "short":
        changed[at] = changed[at][:31]
    elif kind == "swap" and len(changed) > 1:
        changed[at], changed[at - 1] = changed[at - 1], changed[at]
    else:
        bit = draw(st.integers(0, 255))
        changed[at] = (int.from_bytes(changed[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    return changed


@given(st.data())
def test_a_mutated_inclusion_proof_is_refused(data: st.DataObject) -> None:
    size = data.draw(sizes)
    position = data.draw(st.integers(0, size - 1))
    proof = inclusion(position, size)
    assert merkle.verify_inclusion(position, size, LEAVES[position], proof, ROOTS[size])
    changed = data.draw(mutations(proof))
    assert not merkle.verify_inclusion(position, size, LEAVES[position], changed, ROOTS[size])


@given(st.data())
def test_an_inclusion_proof_proves_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 70))
    position = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-2, size + 2).filter(lambda value: value != position))
    proof = inclusion(position, size)
    assert not merkle.verify_inclusion(other, size, LEAVES[position], proof, ROOTS[size])
    wrong = LEAVES[(position + 1) % size]
    assert not merkle.verify_inclusion(position, size, wrong, proof, ROOTS[size])
    assert not merkle.verify_inclusion(position, size, LEAVES[position], proof, ROOTS[size - 1])


@given(st.data())
def test_a_mutated_consistency_proof_is_refused(data: st.DataObject) -> None:
    second = data.draw(st.integers(2, 70))
    first = data.draw(st.integers(1, second - 1))
    proof = consistency(first, second)
    assert merkle.verify_consistency(first, second, ROOTS[first], ROOTS[second], proof)
    changed = data.draw(mutations(proof))
    assert not merkle.verify_consistency(first, second, ROOTS[first], ROOTS[second], changed)
    assert not merkle.verify_consistency(first, second, ROOTS[second], ROOTS[second], proof)
    assert not merkle.verify_consistency(first, second, ROOTS[first], ROOTS[first], proof)


def test_impossible_sizes_and_hashes_are_refused() -> None:
    proof = consistency(3, 7)
    assert not merkle.verify_consistency(7, 3, ROOTS[7], ROOTS[3], proof)
    assert not merkle.verify_consistency(-1, 3, ROOTS[1], ROOTS[3], proof)
    assert not merkle.verify_consistency(3, 7, ROOTS[3], ROOTS[7], [])
    assert not merkle.verify_consistency(3, 7, ROOTS[3][:31], ROOTS[7], proof)
    assert not merkle.verify_consistency(4, 7, ROOTS[4], ROOTS[7], [])
    assert not merkle.verify_inclusion(0, 0, LEAVES[0], [], merkle.EMPTY_ROOT)
    assert not merkle.verify_inclusion(0, 1, LEAVES[0][:31], [], ROOTS[1])
    # longer than the tree is high
    assert not merkle.verify_inclusion(0, 1, LEAVES[0], [ROOTS[1]], ROOTS[1])


@given(st.integers(0, 2**40), st.data())
def test_ranges_of_large_trees_cover_them_exactly(size: int, data: st.DataObject) -> None:
    if not size:
        return
    position = data.draw(st.integers(0, size - 1))
    covered = sorted([*merkle.inclusion_ranges(position, size), (position, position + 1)])
    assert covered[0][0] == 0
    assert covered[-1][1] == size
    assert all(left[1] == right[0] for left, right in itertools.pairwise(covered))
    for start, end in covered:
        pieces = [(at << height, (at + 1) << height) for height, at in merkle.subtrees(start, end)]
        assert pieces[0][0] == start
        assert pieces[-1][1] == end
        assert all(left[1] == right[0] for left, right in itertools.pairwise(pieces))
