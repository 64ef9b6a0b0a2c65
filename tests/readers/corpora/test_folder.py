"""Which files make a corpus, what is left out, and hostile folders at the real sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dure.readers.corpora import reading
from dure.readers.corpora.errors import CorpusError
from dure.readers.corpora.facts import Asked, CorpusFacts
from dure.readers.corpora.folder import CorpusFolder, is_corpus, kind_of_file, listed
from dure.readers.corpora.reading import Corpus, facts_of, read_corpus
from dure.readers.errors import ReaderError
from dure.readers.folder import Entry
from dure.readers.splits import split_of_file


def made(place: Path, *paths: str) -> Path:
    for path in paths:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(b"a B-X\n")
    return place


def kinds(place: Path, wanted: str = "") -> tuple[str, list[str]]:
    with CorpusFolder(place) as folder:
        found = listed(folder, wanted)
    return found.kind, [f"{one.path}:{given.role[0]}:{given.split}" for one, given in found.files]


def test_the_endings_tell_the_kind(tmp_path: Path) -> None:
    brat = made(tmp_path / "b", "train/a.txt", "train/a.ann", "c.txt", "d.ann", "x.conf")
    assert kinds(brat) == ("brat", ["c.txt:t:", "train/a.txt:t:train", "train/a.ann:a:train"])
    with CorpusFolder(brat) as folder:
        found = listed(folder, "")
    assert (found.unplaced, found.left.others) == (1, 1)
    assert kinds(brat, "none")[1] == ["c.txt:t:", "train/a.txt:t:train"]
    columns = made(tmp_path / "c", "ner_dev.tsv", "test/x.bio", "a.txt")
    assert kinds(columns) == ("conll", ["ner_dev.tsv:t:validation", "test/x.bio:t:test"])
    assert kinds(made(tmp_path / "j", "train.jsonl"))[0] == "jsonl"
    assert kinds(made(tmp_path / "t", "test.txt")) == ("none", ["test.txt:t:"])
    for wanted in ("jsonl", "brat"):
        with pytest.raises(CorpusError) as caught:
            kinds(made(tmp_path / "n", "a.csv"), wanted)
        assert caught.value.facts["reason"] == "no-texts"


def test_a_folder_is_a_corpus_only_where_nothing_else_lies(tmp_path: Path) -> None:
    assert is_corpus(made(tmp_path / "a", "a.txt", "b.md"))
    assert is_corpus(made(tmp_path / "b", "a.txt", "a.ann", "list.json"))
    assert is_corpus(tmp_path / "x.conll")
    assert not is_corpus(tmp_path / "x.jsonl")
    assert not is_corpus(made(tmp_path / "c", "readme.txt", "a.csv"))
    assert not is_corpus(made(tmp_path / "d", "labels/a.txt", "images/a.png"))
    assert not is_corpus(made(tmp_path / "e", ".hidden.txt"))


def test_a_corpus_of_many_folders_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was told to be a folder without images, once it had more than ten thousand."""
    place = made(tmp_path / "many", "0/a.txt")
    for number in range(1, 10_020):
        (place / str(number)).mkdir()
    assert is_corpus(place)
    monkeypatch.setattr("dure.readers.corpora.folder.MAX_FILES", 100)
    assert is_corpus(made(tmp_path / "more", "a.txt", *(f"b/{n}.txt" for n in range(101))))
    assert not is_corpus(made(tmp_path / "pictures", *(f"b/{n}.png" for n in range(101))))


def test_one_file_is_a_corpus_of_its_kind() -> None:
    assert (kind_of_file("a.tsv", ""), kind_of_file("a.csv", "jsonl")) == ("conll", "jsonl")
    for name, wanted, reason in (("a.csv", "", "no-kind"), ("a.jsonl", "brat", "one-file")):
        with pytest.raises(CorpusError) as caught:
            kind_of_file(name, wanted)
        assert caught.value.facts["reason"] == reason
    assert [split_of_file(name) for name in ("eval.txt", "latest.txt", "a.train.b.test.x")] == [
        "test",
        None,
        "test",
    ]


def refused(place: Path, kind: str = "none", reason: str = "") -> str:
    with Corpus(place, kind) as corpus, pytest.raises(CorpusError) as caught:
        read_corpus(corpus, Asked(kind), lambda *_: None)
    if reason:
        assert caught.value.facts["reason"] == reason
    return f"{caught.value.facts['name']}: {caught.value.facts['reason']}"


def test_hostile_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links are left out; what became a link, was binary, or changes meanwhile ends the reading."""
    (tmp_path / "secret.txt").write_text("secret")
    place = made(tmp_path / "in", "a.txt", "b.txt")
    (place / "link.txt").symlink_to("../secret.txt")
    os.mkfifo(place / "pipe.txt")
    taken: list[str] = []

    def keep(name: str, blocks: Iterator[bytes]) -> None:
        taken.append(name)
        assert b"secret" not in b"".join(blocks)

    with Corpus(place, "none") as corpus:
        assert (corpus.listed.left.links, corpus.listed.left.others) == (1, 1)
        assert read_corpus(corpus, Asked("none"), keep).facts.documents == 2
        assert (corpus.document_name(2), corpus.document_name(3)) == ("b.txt", "")
    assert taken == ["documents.parquet"]
    (place / "b.txt").write_bytes(b"a\0b")
    assert refused(place) == "b.txt: not-text"
    with Corpus(place, "none") as corpus:
        (place / "b.txt").unlink()
        (place / "b.txt").symlink_to("../secret.txt")
        with pytest.raises(CorpusError) as caught:
            read_corpus(corpus, Asked("none"), keep)
    assert caught.value.facts["reason"] == "ELOOP"
    (place / "b.txt").unlink()
    blocks = CorpusFolder.blocks

    def growing(folder: CorpusFolder, entry: Entry, limit: int) -> Iterator[bytes]:
        for block in blocks(folder, entry, limit):
            with (place / "a.txt").open("ab") as file:
                file.write(b"x")
            yield block

    with monkeypatch.context() as patch:
        patch.setattr(CorpusFolder, "blocks", growing)
        assert refused(place) == "a.txt: changed"
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 3)
    assert refused(place) == "a.txt: file-size"


def test_a_worker_that_was_taken_over_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = made(tmp_path / "in", "a.txt")

    def inside(corpus: Corpus, worker: str, asked: Asked, take: object, **_: object) -> None:
        for name, content in answers:
            take(name, iter([content]))  # type: ignore[operator]

    monkeypatch.setattr(reading, "run_inside", inside)
    answers: list[tuple[str, bytes]] = [("answer.json", b'{"documents": -1}')]
    with Corpus(place, "none") as corpus:
        for lie in (b'{"documents": -1}', b"{", b'{"secret": 1}', b'{"fault": "secret"}'):
            answers[:] = [("answer.json", lie), ("documents.parquet", b"x")]
            assert facts_of(lie, corpus) is None
            with pytest.raises(ReaderError):
                read_corpus(corpus, Asked("none"), lambda *_: None)
        for lie in (b"", b"PAR1", (9).to_bytes(4, "big") + b"x", b"\xff" * 4):
            answers[:] = [("answer.json", b"{}"), ("documents.parquet", lie)]
            with pytest.raises(ReaderError):
                read_corpus(corpus, Asked("none"), lambda _, blocks: list(blocks))
        assert facts_of(b'{"documents": 1}', corpus) == CorpusFacts(documents=1)
        with pytest.raises(CorpusError):
            facts_of(b'{"fault": "nul", "file": 7}', corpus)


def test_a_corpus_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CorpusError) as caught:
        Corpus(tmp_path / "none", "")
    assert caught.value.facts["reason"] == "no-kind"
    assert refused(tmp_path / "none.jsonl", "jsonl").endswith("ENOENT")
