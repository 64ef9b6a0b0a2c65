"""Seals: the laws, and every single mutation refused under its own name."""

from __future__ import annotations

import os
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dure.storage.errors import StorageError
from dure.storage.seal import (
    FRAME_BYTES,
    HEADER_BYTES,
    MAX_CHUNK_BYTES,
    MIN_CHUNK_BYTES,
    TAG_BYTES,
    new_seal,
    seal,
    unseal,
)

KEY, OTHER_KEY = os.urandom(32), os.urandom(32)
CHUNK = 64
BLOCK = FRAME_BYTES + CHUNK + TAG_BYTES
CUTS = st.lists(st.integers(0, 200), max_size=8)
CONTENT = st.binary(max_size=500)


def cut(data: bytes, lengths: list[int]) -> list[bytes]:
    pieces, start = [], 0
    for length in lengths:
        pieces.append(data[start : start + length])
        start += length
    return [*pieces, data[start:]]


def sealed(content: bytes, key: bytes = KEY) -> bytes:
    return b"".join(seal(key, [content], chunk_bytes=CHUNK))


def blocks(data: bytes) -> list[bytes]:
    body = data[HEADER_BYTES:]
    return [body[start : start + BLOCK] for start in range(0, len(body), BLOCK)]


def opened(data: bytes, key: bytes = KEY, **more) -> bytes:
    return b"".join(unseal(key, [data], **more))


def refused(data: bytes, key: bytes = KEY, **more) -> str:
    with pytest.raises(StorageError) as caught:
        opened(data, key, **more)
    return caught.value.code.removeprefix("storage.seal-")


FIVE = os.urandom(CHUNK * 4 + 10)  # five blocks, the last one short


@given(CONTENT, CUTS, CUTS)
def test_any_cutting_of_content_and_seal_gives_the_content_back(content, before, after):
    data = b"".join(seal(KEY, cut(content, before), chunk_bytes=CHUNK))
    assert b"".join(unseal(KEY, cut(data, after))) == content
    views = [memoryview(bytearray(piece)) for piece in cut(data, after)]
    assert b"".join(unseal(KEY, views)) == content


@given(CONTENT)
def test_the_size_says_nothing_but_the_size(content):
    count = max(1, -(-len(content) // CHUNK))
    assert len(sealed(content)) == HEADER_BYTES + len(content) + count * (FRAME_BYTES + TAG_BYTES)


def test_two_seals_of_the_same_share_nothing():
    first, second = sealed(FIVE), sealed(FIVE)
    assert first != second
    for one, other in zip(blocks(first), blocks(second), strict=True):
        assert one[FRAME_BYTES:] != other[FRAME_BYTES:]


@settings(max_examples=200)
@given(st.integers(0, len(sealed(FIVE)) * 8 - 1))
def test_any_flipped_bit_is_refused_by_its_place(bit):
    data = bytearray(sealed(FIVE))
    data[bit // 8] ^= 1 << bit % 8
    assert refused(bytes(data)) == ("header" if bit // 8 < HEADER_BYTES else "altered")


@given(st.integers(0, len(sealed(FIVE)) - 1))
def test_any_truncation_is_refused_as_such(length):
    assert refused(sealed(FIVE)[:length]) == "truncated"


@given(st.permutations(range(5)))
def test_any_other_order_is_refused_as_such(order):
    data = sealed(FIVE)
    mixed = data[:HEADER_BYTES] + b"".join(blocks(data)[each] for each in order)
    if order == list(range(5)):
        assert opened(mixed) == FIVE
    else:
        # a final block that comes too early is itself out of order
        assert refused(mixed) == "reordered"


@given(st.integers(0, 4))
def test_a_block_that_is_left_out_or_doubled_is_refused(which):
    data = sealed(FIVE)
    parts = blocks(data)
    without = data[:HEADER_BYTES] + b"".join(parts[:which] + parts[which + 1 :])
    assert refused(without) == ("truncated" if which == 4 else "reordered")
    doubled = data[:HEADER_BYTES] + b"".join([*parts[: which + 1], *parts[which:]])
    assert refused(doubled) == "reordered"


@given(st.integers(0, 4), st.booleans())
def test_a_block_of_another_seal_is_refused_as_swapped(which, same_key):
    data, other = sealed(FIVE), sealed(FIVE, KEY if same_key else OTHER_KEY)
    parts = blocks(data)
    parts[which] = blocks(other)[which]
    assert refused(data[:HEADER_BYTES] + b"".join(parts)) == "swapped"


def test_a_block_of_another_seal_with_a_forged_frame_is_refused():
    data, other = sealed(FIVE), sealed(FIVE)
    parts = blocks(data)
    parts[2] = parts[2][:FRAME_BYTES] + blocks(other)[2][FRAME_BYTES:]
    assert refused(data[:HEADER_BYTES] + b"".join(parts)) == "altered"


def forged(block: bytes, index: int | None = None, word: int | None = None) -> bytes:
    """A block whose frame says something else, with a right crc."""
    seal_id, old, length = struct.unpack(">16sQI", block[:28])
    body = struct.pack(
        ">16sQI", seal_id, old if index is None else index, length if word is None else word
    )
    return body + zlib.crc32(body).to_bytes(4, "big") + block[FRAME_BYTES:]


def test_forged_frames_prove_nothing():
    data = sealed(FIVE)
    head, parts = data[:HEADER_BYTES], blocks(data)
    swapped = [parts[0], forged(parts[2], 1), forged(parts[1], 2), *parts[3:]]
    assert refused(head + b"".join(swapped)) == "altered"
    early_end = [*parts[:2], forged(parts[2], word=CHUNK | 1 << 31)]
    assert refused(head + b"".join(early_end)) == "altered"
    no_end = [*parts[:4], forged(parts[4], word=10)]
    assert refused(head + b"".join(no_end)) == "altered"
    too_long = [forged(parts[0], word=CHUNK + 1), *parts[1:]]
    assert refused(head + b"".join(too_long)) == "altered"
    huge = [*parts[:4], forged(parts[4], word=(1 << 32) - 1)]
    assert refused(head + b"".join(huge)) == "altered"


@pytest.mark.parametrize(
    ("tail", "code"),
    [(b"\0", "altered"), (b"\0" * 100, "altered"), ("own", "reordered"), ("other", "swapped")],
)
def test_nothing_may_follow_the_final_block(tail, code):
    data = sealed(FIVE)
    if tail == "own":
        tail = blocks(data)[0]
    elif tail == "other":
        tail = blocks(sealed(FIVE))[0]
    assert refused(data + tail) == code


def test_a_next_block_after_the_final_one_is_refused_too():
    data = sealed(FIVE)
    assert refused(data + forged(blocks(data)[0], index=5)) == "altered"


def test_another_key_and_other_files_have_no_right_header():
    assert refused(sealed(FIVE), OTHER_KEY) == "header"
    assert refused(b"%PDF-1.7 and so on" + bytes(200)) == "header"
    assert refused(b"PK\x03\x04") == "header"
    assert refused(b"") == "truncated"


def test_a_header_of_another_seal_is_named_when_the_caller_knows_which_it_wants():
    data = sealed(FIVE)
    assert opened(data, expected=data[16:32]) == FIVE
    assert refused(data, expected=bytes(16)) == "swapped"


@pytest.mark.parametrize("place", [8, 10, 12])
def test_a_header_with_a_right_crc_must_still_authenticate(place):
    data = bytearray(sealed(FIVE))
    data[place + 1] ^= 1
    data[32:36] = zlib.crc32(data[:32]).to_bytes(4, "big")
    assert refused(bytes(data)) == "header"


def test_an_empty_content_is_a_seal_too():
    assert opened(sealed(b"")) == b""
    assert list(unseal(KEY, seal(KEY, []))) == []


@pytest.mark.parametrize("size", [MIN_CHUNK_BYTES - 1, MAX_CHUNK_BYTES + 1])
def test_chunk_sizes_are_bounded(size):
    with pytest.raises(ValueError):
        new_seal(KEY, chunk_bytes=size)


def test_key_and_id_have_their_lengths():
    with pytest.raises(ValueError):
        new_seal(b"short")
    with pytest.raises(ValueError):
        new_seal(KEY, seal_id=b"short")


def test_nothing_unproven_is_given_out():
    data = bytearray(sealed(FIVE))
    data[HEADER_BYTES + BLOCK * 2 + FRAME_BYTES] ^= 1  # in the third block
    given_out = []
    with pytest.raises(StorageError):
        given_out.extend(unseal(KEY, [bytes(data)]))
    got = []
    with pytest.raises(StorageError):
        for chunk in unseal(KEY, [bytes(data)]):
            got.append(chunk)
    assert got == [FIVE[:CHUNK], FIVE[CHUNK : 2 * CHUNK]]
