"""A hostile folder: links, pipes, names, and files that change while they are read."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from dure.readers import folder as folders
from dure.readers.folder import Entry
from dure.readers.images.errors import ImageError
from dure.readers.images.folder import Folder

LIMIT = 1 << 20


def listed(place: Path) -> tuple[list[str], list[str], int, int]:
    with Folder(place) as folder:
        found = folder.listing()
    return (
        [one.path for one in found.images],
        [one.path for one in found.targets],
        found.links,
        found.others,
    )


def read(place: Path, path: str, limit: int = LIMIT) -> bytes:
    with Folder(place) as folder:
        return b"".join(folder.blocks(Entry(path, tuple(path.split("/"))), limit))


def refused(place: Path, path: str, limit: int = LIMIT) -> str:
    with pytest.raises(ImageError) as caught:
        read(place, path, limit)
    assert caught.value.code == "images.file"
    return str(caught.value.facts["reason"])


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.PNG").write_bytes(b"a")
    (tmp_path / "in" / "deep" / "b.jpg").write_bytes(b"bb")
    (tmp_path / "secret.png").write_bytes(b"secret")
    return tmp_path / "in"


def test_what_lies_there_is_listed_in_order(place: Path) -> None:
    for name in ("x.json", "notes.md", ".hidden.png", "deep/a.txt"):
        (place / name).write_bytes(b"")
    assert listed(place) == (["a.PNG", "deep/b.jpg"], ["deep/a.txt", "x.json"], 0, 1)
    assert read(place, "deep/b.jpg") == b"bb"


def test_links_and_pipes_are_left_out_and_never_opened(place: Path) -> None:
    (place / "link.png").symlink_to("../secret.png")
    (place / "round").symlink_to(place)
    os.mkfifo(place / "pipe.png")
    assert listed(place) == (["a.PNG", "deep/b.jpg"], [], 2, 1)
    assert refused(place, "link.png") == "ELOOP"
    assert refused(place, "pipe.png") == "not-regular"


def test_a_folder_that_became_a_link_is_not_followed(place: Path) -> None:
    assert read(place, "deep/b.jpg") == b"bb"
    (place / "deep").rename(place.parent / "elsewhere")
    (place / "deep").symlink_to("../elsewhere")
    assert refused(place, "deep/b.jpg") in ("ELOOP", "ENOTDIR")
    assert refused(place, "gone.png") == "ENOENT"


def test_several_folders_are_read_in_turn(place: Path) -> None:
    with Folder(place) as folder:
        for path, content in (("deep/b.jpg", b"bb"), ("a.PNG", b"a"), ("deep/b.jpg", b"bb")) * 200:
            assert b"".join(folder.blocks(Entry(path, tuple(path.split("/"))), LIMIT)) == content


@pytest.mark.parametrize("change", ["longer", "shorter", "same"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    place: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = place / "a.PNG"
    file.write_bytes(bytes(5000))
    monkeypatch.setattr(folders, "_BLOCK_BYTES", 1000)
    assert len(read(place, "a.PNG")) == 5000
    changes: dict[str, Callable[[], object]] = {
        "longer": lambda: file.open("ab").write(b"more"),
        "shorter": lambda: os.truncate(file, 2000),
        "same": lambda: (file.write_bytes(b"b" * 5000), os.utime(file, ns=(1, 1))),
    }
    with Folder(place) as folder:
        blocks = folder.blocks(Entry("a.PNG", ("a.PNG",)), LIMIT)
        next(blocks)
        changes[change]()
        with pytest.raises(ImageError) as caught:
            list(blocks)
    assert caught.value.facts["reason"] == "changed"


def test_a_file_that_is_too_large_is_refused(place: Path) -> None:
    assert read(place, "deep/b.jpg", limit=2) == b"bb"
    assert refused(place, "deep/b.jpg", limit=1) == "file-size"


@pytest.mark.parametrize(
    "name", ["a\nb.png", "a\x1b[2J.png", "up\\..\\x.png", "\u202egnp.png", "\udcff.png"]
)
def test_a_name_that_nobody_could_read_is_refused(place: Path, name: str) -> None:
    (place / "ünï 배.png").write_bytes(b"")
    assert "ünï 배.png" in listed(place)[0]
    (place / name).write_bytes(b"")
    with pytest.raises(ImageError) as caught:
        listed(place)
    assert caught.value.facts["reason"] == "name-form"
    assert str(caught.value).isprintable()


def test_one_name_in_two_spellings_is_refused(place: Path) -> None:
    (place / unicodedata.normalize("NFD", "배.png")).write_bytes(b"")
    assert "배.png" in listed(place)[0]
    (place / "배.png").write_bytes(b"")
    with pytest.raises(ImageError) as caught:
        listed(place)
    assert caught.value.facts["reason"] == "name-twice"


def test_a_folder_is_bounded(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reason() -> str:
        with pytest.raises(ImageError) as caught:
            listed(place)
        assert caught.value.code == "images.folder"
        return str(caught.value.facts["reason"])

    assert listed(place)[0]
    monkeypatch.setattr(folders, "MAX_FILES", 1)
    assert reason() == "too-many"
    monkeypatch.setattr(folders, "MAX_FILES", 9)
    deep = place.joinpath(*"d" * (folders.MAX_DEPTH + 1))
    deep.mkdir(parents=True)
    assert reason() == "too-deep"


def test_a_folder_without_images_and_no_folder_say_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(ImageError) as caught:
        listed(tmp_path)
    assert (caught.value.code, caught.value.facts["reason"]) == ("images.folder", "no-images")
    for wrong in (tmp_path / "a.csv", tmp_path / "none"):
        with pytest.raises(ImageError) as caught:
            listed(wrong)
        assert caught.value.code == "images.file"
