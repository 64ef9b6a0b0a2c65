"""Chunks of images through the real sandbox, and what becomes of a run that was taken over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image as Picture

from dure.readers.errors import ReaderError
from dure.readers.images import measuring
from dure.readers.images.errors import ImageError
from dure.readers.images.facts import ANSWER, BOX, BOXES, ImageFacts, TargetFacts, image_limits
from dure.readers.images.folder import Folder
from dure.readers.images.measuring import Image, measured, read_targets, thumbnails
from dure.sandbox.tasks import MIB
from tests.readers.images.pictures import encoded, png_of, save, scene

GOOD = ImageFacts(format="PNG", width=4, height=4, mode="L")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for number in range(3):
        save(tmp_path / f"{number}.png", scene(number, 60, 40))
    return tmp_path


def images(place: Path) -> list[Image]:
    with Folder(place) as folder:
        return [one for chunk in measured(folder, folder.listing().images) for one in chunk.images]


def test_chunks_keep_order_digests_and_bytes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(place / "4.png", png_of(60_000, 60_000))
    monkeypatch.setattr(measuring, "CHUNK_IMAGES", 3)
    with Folder(place) as folder:
        entries = folder.listing().images
        seen = []
        for chunk in measured(folder, entries):
            for number, one in enumerate(chunk.images):
                content = b"".join(chunk.content(number))
                assert content == (place / one.entry.path).read_bytes()
                assert one.sha256 == hashlib.sha256(content).hexdigest()
                assert one.size_bytes == len(content)
                seen.append((one.entry.path, one.facts.fault))
        assert seen == [("0.png", ""), ("1.png", ""), ("2.png", ""), ("4.png", "pixels")]
        # A changed file has no thumbnail: it is not what was looked at.
        known = [
            replace(one, sha256="0" * 64) if at else one for at, one in enumerate(images(place))
        ]
        small = thumbnails(folder, known)
        assert list(small) == ["0.png"]
        assert len(set(small["0.png"])) > 16


def test_an_image_that_ends_its_worker_is_found_and_named(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decoding this one goes beyond the memory that a run has here; its neighbours are measured."""
    save(place / "1-large.png", encoded(Picture.new("RGB", (7000, 7000)), compress_level=1))
    limits = replace(image_limits(), memory_bytes=180 * MIB)
    monkeypatch.setattr(measuring, "image_limits", lambda: limits)
    found = images(place)
    assert [one.facts.fault for one in found] == ["", "stopped", "", ""]


def test_a_folder_whose_images_keep_ending_their_worker_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[object] = []

    def run(*given: object) -> Mapping[str, bytes]:
        runs.append(given)
        raise ReaderError("readers.stopped", cause="memory", size_bytes=1)

    monkeypatch.setattr(measuring, "run_worker", run)
    assert {one.facts.fault for one in images(place)} == {"stopped"}
    monkeypatch.setattr(measuring, "MOST_STOPPED", 0)
    runs.clear()
    with pytest.raises(ReaderError) as caught:
        images(place)
    assert caught.value.code == "readers.stopped"
    assert len(runs) < 4  # the rest is not tried


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"[]", b"null", b"\xff", msgspec.json.encode([GOOD] * 2), msgspec.json.encode([GOOD] * 4),
        *(
            msgspec.json.encode([GOOD, GOOD, msgspec.structs.replace(GOOD, **wrong)])
            for wrong in (
                {"fault": "a secret"}, {"format": "GIF"}, {"width": 0}, {"height": 1 << 20},
                {"mode": "a secret"}, {"phash": 1 << 64}, {"sharpness": -1.0}, {"mean": 1.5},
                {"trailing_bytes": -2},
            )
        ),
    ],
)  # fmt: skip
def test_facts_of_another_form_are_not_believed(
    place: Path, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"answer": msgspec.json.encode([GOOD] * 3)}

    def run(
        arguments: list[str], descriptor: int, limits: object, worker: str
    ) -> Mapping[str, bytes]:
        return {ANSWER: given["answer"]}

    monkeypatch.setattr(measuring, "run_worker", run)
    assert [one.facts for one in images(place)] == [GOOD] * 3
    given["answer"] = answer
    assert "stopped" in {one.facts.fault for one in images(place)}


def told(place: Path, facts: Any, boxes: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the code with which targets of a run are refused; "" when they are taken."""
    left = {ANSWER: facts if isinstance(facts, bytes) else msgspec.json.encode(facts), BOXES: boxes}
    monkeypatch.setattr(measuring, "run_worker", lambda *_: left)
    with Folder(place) as folder:
        listing = folder.listing()
        try:
            read_targets(folder, listing.targets, listing.images, "")
        except (ReaderError, ImageError) as error:
            return error.code
    return ""


def test_targets_of_another_form_are_not_believed(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "a.json").write_text("{}")
    facts = TargetFacts(kind="coco", classes=("a",), boxes=2)
    boxes = np.array([(0, 0, 1, 1, 2, 2), (1, 0xFFFF, 1, 1, 2, 2)], BOX)
    assert told(place, facts, boxes.tobytes(), monkeypatch) == ""
    for name, value in (("image", 9), ("class", 1), ("x", np.nan), ("w", np.inf)):
        wrong = boxes.copy()
        wrong[name][1] = value
        assert told(place, facts, wrong.tobytes(), monkeypatch) == "readers.stopped"
    assert told(place, facts, boxes[::-1].tobytes(), monkeypatch) == "readers.stopped"
    assert told(place, facts, boxes[:1].tobytes(), monkeypatch) == "readers.stopped"
    changes: tuple[dict[str, Any], ...] = (
        {"kind": "other"}, {"classes": ("\x1b[2J",)}, {"classes": ("",)}, {"unplaced": -1},
        {"fault": "a secret"}, {"fault": "boxes", "file": 7},
    )  # fmt: skip
    for change in changes:
        other = msgspec.structs.replace(facts, **change)
        assert told(place, other, boxes.tobytes(), monkeypatch) == "readers.stopped"
    assert told(place, b"\xff", b"", monkeypatch) == "readers.stopped"
    wrong_line = TargetFacts(fault="yolo-line", line=3)
    assert told(place, wrong_line, b"", monkeypatch) == "images.targets"


def test_files_of_targets_are_bounded(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "a.json").write_text('{"images": []}' + " " * 2000)
    facts = TargetFacts()
    assert told(place, facts, b"", monkeypatch) == ""
    monkeypatch.setattr(measuring, "MAX_TARGET_BYTES", 1000)
    assert told(place, facts, b"", monkeypatch) == "images.file"
    monkeypatch.setattr(measuring, "MAX_TARGET_BYTES", 2050)
    assert told(place, facts, b"", monkeypatch) == "images.targets"


def test_targets_come_out_of_the_real_sandbox(place: Path) -> None:
    (place / "0.txt").write_text("0 .5 .5 .2 .4\n")
    with Folder(place) as folder:
        listing = folder.listing()
        facts, boxes = read_targets(folder, listing.targets, listing.images, "")
        assert (facts.kind, len(boxes), boxes["image"][0]) == ("yolo", 1, 0)
        with pytest.raises(ImageError) as caught:
            read_targets(folder, listing.targets, listing.images, "coco")
    assert caught.value.facts["reason"] == "no-targets"
