"""Tiles: the fixed-width pieces in which the tree and its entries are stored and published.

A tile of level ``L`` holds up to 256 hashes of complete subtrees of ``256**L`` entries; a bundle
holds up to 256 entries. Full ones never change. `RightEdge` is the part of the tree that still
does: the hashes of the unfinished tile of every level, which is all that appending needs.

Source: C2SP tlog-tiles (https://c2sp.org/tlog-tiles), Merkle Tree and Log entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from dure.governance.ledger.merkle import EMPTY_ROOT, HASH_BYTES, fold, node_hash

TILE_WIDTH = 256
TILE_BITS = 8
MAX_ENTRY_BYTES = 2**16 - 1  # a bundle writes the length of an entry in two bytes


@dataclass(frozen=True, slots=True)
class Tile:
    """A full tile.

    Parameters
    ----------
    level, number
        Level above the leaves and position within the level, from 0.
    root
        Hash of the subtree that it spans: 32 bytes.
    hashes
        Its 256 hashes, 8192 bytes.
    """

    level: int
    number: int
    root: bytes
    hashes: bytes


def tile_path(level: int, number: int, width: int = TILE_WIDTH) -> str:
    """Return where a tile of hashes lies in an export.

    Parameters
    ----------
    level, number
        Level above the leaves and position within the level, from 0.
    width
        Hashes in it, 1 to 256; fewer than 256 make a partial tile.

    Examples
    --------
    >>> tile_path(0, 1234067)
    'tile/0/x001/x234/067'
    >>> tile_path(1, 0, 17)
    'tile/1/000.p/17'
    """
    return f"tile/{level}/{_numbered(number, width)}"


def bundle_path(number: int, width: int = TILE_WIDTH) -> str:
    """Return where a bundle of entries lies in an export.

    Examples
    --------
    >>> bundle_path(273, 112)
    'tile/entries/273.p/112'
    """
    return f"tile/entries/{_numbered(number, width)}"


def _numbered(number: int, width: int) -> str:
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


def widths(size: int, level: int) -> tuple[int, int]:
    """Return how many full tiles a level of a tree has, and how wide the partial one is (or 0).

    Examples
    --------
    >>> [widths(70_000, level) for level in range(3)]
    [(273, 112), (1, 17), (0, 1)]
    """
    hashes = size >> (TILE_BITS * level)
    return hashes >> TILE_BITS, hashes % TILE_WIDTH


def levels(size: int) -> int:
    """Return how many levels of tiles a tree has."""
    return max(0, -(-size.bit_length() // TILE_BITS))


def pack_bundle(entries: Iterable[bytes]) -> bytes:
    r"""Return the bytes of a bundle: every entry behind its length in two bytes.

    Examples
    --------
    >>> pack_bundle([b"a", b""])
    b'\x00\x01a\x00\x00'
    """
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack_bundle(data: bytes) -> tuple[list[bytes], bool]:
    r"""Return the complete entries of a bundle, and whether it ends exactly after the last one.

    Examples
    --------
    >>> unpack_bundle(b"\x00\x01a\x00")
    ([b'a'], False)
    """
    entries, at = [], 0
    while at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            break
        entries.append(data[at + 2 : end])
        at = end
    return entries, at == len(data)


class RightEdge:
    """The unfinished right edge of a growing tree.

    For every level it holds the hashes of the unfinished tile, and the complete subtrees within
    that tile (at most eight), so that an append costs one hash and the root about twenty.

    Parameters
    ----------
    unfinished
        For every level, from the leaves up, the hashes of its unfinished tile (0 to 255 each).

    Examples
    --------
    >>> edge = RightEdge()
    >>> edge.extend([bytes(32)] * 257)[0].number, edge.size
    (0, 257)
    """

    __slots__ = ("_complete", "_unfinished", "size")

    def __init__(self, unfinished: Sequence[Sequence[bytes]] = ()) -> None:
        self.size = 0
        self._unfinished: list[list[bytes]] = []
        self._complete: list[list[bytes]] = []
        for level, hashes in enumerate(unfinished):
            self._level(level)
            for value in hashes:
                self._put(level, value)
            self.size += len(hashes) << (TILE_BITS * level)

    def copy(self) -> RightEdge:
        """Return an edge of its own that grows apart from this one."""
        other = RightEdge()
        other.size = self.size
        other._unfinished = [list(hashes) for hashes in self._unfinished]
        other._complete = [list(hashes) for hashes in self._complete]
        return other

    def extend(self, leaves: Iterable[bytes]) -> list[Tile]:
        """Add leaf hashes and return the tiles that they fill, lower levels first."""
        full: list[Tile] = []
        for leaf in leaves:
            level, value = 0, leaf
            while True:
                hashes = self._level(level)
                self._put(level, value)
                if len(hashes) < TILE_WIDTH:
                    break
                value = self._complete[level][0]
                number = self.size >> (TILE_BITS * (level + 1))
                full.append(Tile(level, number, value, b"".join(hashes)))
                hashes.clear()
                self._complete[level].clear()
                level += 1
            self.size += 1
        return full

    def root(self) -> bytes:
        """Return the root hash of the tree."""
        path = [value for level in reversed(self._complete) for value in level]
        return fold(path) if path else EMPTY_ROOT

    def unfinished(self, level: int) -> list[bytes]:
        """Return the hashes of the unfinished tile of a level; none where it has no tile."""
        return list(self._unfinished[level]) if level < len(self._unfinished) else []

    def _level(self, level: int) -> list[bytes]:
        if level == len(self._unfinished):
            self._unfinished.append([])
            self._complete.append([])
        return self._unfinished[level]

    def _put(self, level: int, value: bytes) -> None:
        hashes, complete = self._unfinished[level], self._complete[level]
        count = len(hashes)
        hashes.append(value)
        while count & 1:
            value = node_hash(complete.pop(), value)
            count >>= 1
        complete.append(value)


def inner_levels(hashes: bytes) -> tuple[bytes, ...]:
    """Return the hashes of all complete subtrees within a tile, by height.

    Parameters
    ----------
    hashes
        The tile's hashes, concatenated; fewer than 256 for an unfinished one.

    Returns
    -------
    tuple of bytes
        At height ``h`` the hashes of its complete subtrees of ``2**h`` hashes, concatenated.
    """
    found = [hashes]
    pair = 2 * HASH_BYTES
    while len(found[-1]) >= pair:  # a node hashes the 64 bytes of its two children as they lie
        below = found[-1]
        starts = range(0, len(below) - pair + 1, pair)
        found.append(b"".join([sha256(b"\x01" + below[at : at + pair]).digest() for at in starts]))
    return tuple(found)
