"""Sealed files: whole or not at all."""

from __future__ import annotations

import hashlib
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.storage.errors import StorageError
from dure.storage.seal import HEADER_BYTES, seal, unseal
from dure.storage.sealed_files import seal_file, unseal_file
from tests.storage.conftest import run_child

KEY = os.urandom(32)
SIZES = st.integers(0, 64 * 12)


@given(SIZES, st.booleans())
def test_a_file_comes_back_and_the_two_forms_are_one(tmp_path_factory, size, digest):
    folder = tmp_path_factory.mktemp("files")
    content = os.urandom(size)
    (folder / "in").write_bytes(content)
    made = seal_file(KEY, folder / "in", folder / "sealed", digest=digest, chunk_bytes=64)
    back = unseal_file(KEY, folder / "sealed", folder / "out", digest=digest)
    assert (folder / "out").read_bytes() == content
    assert made == back
    assert made.size == size
    assert made.digest == ("sha256:" + hashlib.sha256(content).hexdigest() if digest else "")
    assert b"".join(unseal(KEY, [(folder / "sealed").read_bytes()])) == content
    (folder / "streamed").write_bytes(b"".join(seal(KEY, [content], chunk_bytes=64)))
    unseal_file(KEY, folder / "streamed", folder / "out2")
    assert (folder / "out2").read_bytes() == content
    assert stat.S_IMODE((folder / "sealed").stat().st_mode) == 0o600


def test_large_files_keep_the_order_of_their_digest(tmp_path):
    content = os.urandom(3_000_001)
    (tmp_path / "in").write_bytes(content)
    made = seal_file(KEY, tmp_path / "in", tmp_path / "sealed", chunk_bytes=4096)
    assert made.digest == "sha256:" + hashlib.sha256(content).hexdigest()
    assert unseal_file(KEY, tmp_path / "sealed", tmp_path / "out").digest == made.digest


@pytest.fixture
def files(tmp_path):
    (tmp_path / "in").write_bytes(os.urandom(1000))
    seal_file(KEY, tmp_path / "in", tmp_path / "sealed", chunk_bytes=64)
    (tmp_path / "out").write_bytes(b"what was there before")
    return tmp_path


def mutate(path, how):
    data = bytearray(path.read_bytes())
    how(data)
    path.write_bytes(data)


BLOCK = 32 + 64 + 16


def swap_blocks(data):
    first, second = HEADER_BYTES, HEADER_BYTES + BLOCK
    data[first : first + BLOCK], data[second : second + BLOCK] = (
        data[second : second + BLOCK],
        data[first : first + BLOCK],
    )


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (lambda data: data.__delitem__(slice(-1, None)), "truncated"),
        (lambda data: data.__delitem__(slice(HEADER_BYTES + 5 * BLOCK, None)), "truncated"),
        (lambda data: data.__delitem__(slice(HEADER_BYTES + 5 * BLOCK + 7, None)), "truncated"),
        (lambda data: data.__delitem__(slice(20, None)), "truncated"),
        (swap_blocks, "reordered"),
        (lambda data: data.__setitem__(200, data[200] ^ 1), "altered"),
        (lambda data: data.__setitem__(13, data[13] ^ 1), "header"),
        (lambda data: data.extend(b"more"), "altered"),
    ],
)
def test_a_mutation_is_refused_and_the_target_is_as_it_was(files, how, code):
    mutate(files / "sealed", how)
    before = sorted(files.iterdir())
    with pytest.raises(StorageError) as caught:
        unseal_file(KEY, files / "sealed", files / "out")
    assert caught.value.code == f"storage.seal-{code}"
    assert (files / "out").read_bytes() == b"what was there before"
    assert sorted(files.iterdir()) == before


def test_a_block_of_another_file_is_refused(files):
    seal_file(KEY, files / "in", files / "other", chunk_bytes=64)
    other = (files / "other").read_bytes()
    start = HEADER_BYTES + BLOCK
    mutate(
        files / "sealed",
        lambda data: data.__setitem__(slice(start, start + BLOCK), other[start : start + BLOCK]),
    )
    with pytest.raises(StorageError) as caught:
        unseal_file(KEY, files / "sealed", files / "out")
    assert caught.value.code == "storage.seal-swapped"


def test_a_missing_source_leaves_nothing(tmp_path):
    for work in (seal_file, unseal_file):
        with pytest.raises(StorageError) as caught:
            work(KEY, tmp_path / "nowhere", tmp_path / "out")
        assert caught.value.code == "storage.file"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_as_source_leaves_nothing(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError) as caught:
        seal_file(KEY, tmp_path / "folder", tmp_path / "out")
    assert caught.value.code == "storage.file"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.root
def test_a_full_disk_leaves_nothing(tmp_path, small_disk):
    (tmp_path / "in").write_bytes(os.urandom(4_000_000))
    (small_disk / "out").write_bytes(b"before")
    with pytest.raises(StorageError) as caught:
        seal_file(KEY, tmp_path / "in", small_disk / "out")
    assert caught.value.code == "storage.no-space"
    assert [path.name for path in small_disk.iterdir()] == ["out"]
    assert (small_disk / "out").read_bytes() == b"before"
    (tmp_path / "short").write_bytes(os.urandom(1000))  # the positive control
    seal_file(KEY, tmp_path / "short", small_disk / "out")


@pytest.mark.parametrize(
    ("fault", "there"),
    [("seal.block.written:2", False), ("file.written", False), ("file.renamed", True)],
)
def test_kill_leaves_the_old_or_the_new(files, fault, there):
    (files / "target").write_bytes(b"old")
    killed = run_child(
        "tests.storage.sealing_child", files / "in", files / "target", KEY.hex(), fault=fault
    )
    assert killed.returncode == -9
    if there:
        assert (
            b"".join(unseal(KEY, [(files / "target").read_bytes()])) == (files / "in").read_bytes()
        )
    else:
        assert (files / "target").read_bytes() == b"old"
    assert (
        run_child(
            "tests.storage.sealing_child", files / "in", files / "target", KEY.hex()
        ).returncode
        == 0
    )
    assert b"".join(unseal(KEY, [(files / "target").read_bytes()])) == (files / "in").read_bytes()
