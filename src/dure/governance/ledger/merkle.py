"""The Merkle tree of RFC 6962 as pure functions: hashes, roots, proof paths, verification.

A proof is a list of hashes of ranges of entries. Which ranges is arithmetic on positions alone
(`inclusion_ranges`, `consistency_ranges`), so whoever holds the hashes looks them up, and whoever
verifies needs none of them. Every range splits into complete subtrees (`subtrees`), and those are
what tiles store.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry.

    Source
    ------
    RFC 6962 §2.1.

    Examples
    --------
    >>> leaf_hash(b"").hex()[:8]
    '6e340b9c'
    """
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash over leaf hashes; of none, the hash of the empty tree.

    Source
    ------
    RFC 6962 §2.1, level by level: a lone node at the right end rises unchanged.
    """
    level = list(hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


def fold(subtrees: Sequence[bytes]) -> bytes:
    """Return the hash of a range from its complete subtrees, left to right, at least one."""
    folded = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        folded = node_hash(left, folded)
    return folded


def subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the complete subtrees that make up a proof's range, left to right.

    Parameters
    ----------
    start, end
        A range as `inclusion_ranges` and `consistency_ranges` give them: ``start`` is a multiple
        of the smallest power of two that is not below ``end - start``.

    Yields
    ------
    tuple of int
        Height above the leaves, and position among the subtrees of that height.
    """
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def inclusion_ranges(position: int, size: int) -> list[tuple[int, int]]:
    """Return the ranges whose hashes prove one entry in a tree, nearest the leaf first.

    Parameters
    ----------
    position
        Of the entry, from 0, below ``size``.
    size
        Entries of the tree.

    Source
    ------
    RFC 6962 §2.1.1.
    """
    start, end = 0, size
    ranges = []
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    ranges.reverse()
    return ranges


def consistency_ranges(first: int, second: int) -> list[tuple[int, int]]:
    """Return the ranges whose hashes prove that one tree is the beginning of another.

    Parameters
    ----------
    first, second
        Entries of the smaller and of the larger tree. With ``first`` 0 or equal to ``second``
        the proof is empty.

    Source
    ------
    RFC 6962 §2.1.2.
    """
    if first in (0, second):
        return []
    start, end, known = 0, second, True
    ranges = []
    while end != first:
        middle = start + _split(end - start)
        if first <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, known = middle, False
    if not known:
        ranges.append((start, end))
    ranges.reverse()
    return ranges


def _split(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


def verify_inclusion(
    position: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Say whether a proof shows the leaf at this position of the tree with this root.

    Parameters
    ----------
    position
        Of the entry, from 0.
    size
        Entries of the tree.
    leaf
        Hash of the entry, 32 bytes.
    proof
        Hashes of 32 bytes, nearest the leaf first.
    root
        Root hash, 32 bytes, from a checkpoint that was verified.

    Source
    ------
    RFC 9162 §2.1.3.2.
    """
    if not 0 <= position < size or not _all_hashes([leaf, root, *proof]):
        return False
    node, last, computed = position, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == root


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether a proof shows that the first tree is the beginning of the second.

    Parameters
    ----------
    first, second
        Entries of the two trees, ``first`` not above ``second``.
    first_root, second_root
        Root hashes, 32 bytes each, from checkpoints that were verified.
    proof
        Hashes of 32 bytes, in the order of RFC 6962.

    Source
    ------
    RFC 9162 §2.1.4.2. The empty tree is the beginning of every tree.
    """
    if not 0 <= first <= second or not _all_hashes([first_root, second_root, *proof]):
        return False
    if first in (0, second):
        return not proof and first_root == (second_root if first == second else EMPTY_ROOT)
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    early = late = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            early, late = node_hash(sibling, early), node_hash(sibling, late)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            late = node_hash(late, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and early == first_root and late == second_root


def _all_hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
