"""A folder with a fault of each kind, inspected through the real sandbox; and one without any."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from dure.core.findings import Severity
from dure.datasets.images.inspection import ImageInspection, inspect_images
from dure.datasets.images.page import TARGETS
from dure.datasets.images.words import SENTENCES
from dure.datasets.inspect.families import Family
from dure.readers.images.errors import ImageError
from tests.datasets.images.folders import with_classes, with_coco, with_yolo
from tests.readers.images.pictures import encoded, png_of, save, scene


def look(place: Path, *targets: str, show: bool = False) -> ImageInspection:
    return inspect_images(
        place, now_s=1_800_000_000, targets=targets or ("auto",), show_values=show
    )


def codes(found: ImageInspection) -> set[str]:
    return {one.code for one in found.findings}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = with_classes(tmp_path_factory.mktemp("faulty") / "<i>사진")
    whole, train = scene(100, 200, 150), place / "train" / "배"
    save(train / "whole.png", whole)
    save(train / "copy.png", encoded(whole))
    save(place / "test" / "buoy" / "again.jpg", encoded(whole, "JPEG", quality=60))
    save(train / "cut.jpg", encoded(whole, "JPEG")[:3000])
    save(train / "bomb.png", png_of(60_000, 60_000))
    save(train / "blurred.png", scene(101, 200, 150).filter(ImageFilter.GaussianBlur(5)))
    save(train / "dark.png", scene(102, 200, 150).point(lambda value: value // 8))
    save(train / "glaring.png", scene(103, 200, 150).point(lambda value: 224 + value // 9))
    save(train / "blank.png", Image.new("RGB", (50, 50), (90, 90, 90)))
    save(train / "grey.png", scene(104).convert("L"))
    save(train / "jpeg.png", encoded(scene(105), "JPEG"))
    save(train / "rider.png", encoded(scene(106)) + b"<script>alert(1)</script>")
    save(train / "frames.png", encoded(scene(107), save_all=True, append_images=[scene(108)]))
    save(train / "tiny.png", scene(109, 20, 20))
    save(train / "long.png", scene(110, 400, 60))
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (37.0, 30.0, 0.0)})
    save(train / "located.jpg", encoded(scene(111), "JPEG", exif=exif))
    save(train / "<script>.png", encoded(scene(106)) + b"more")
    (train / "link.png").symlink_to("/etc/passwd")
    return place


@pytest.fixture(scope="module")
def found(faulty: Path) -> ImageInspection:
    return look(faulty, show=True)


def test_each_fault_is_found_and_nothing_else(found: ImageInspection) -> None:
    assert codes(found) == {
        "completeness.undecodable", "completeness.left-out", "accuracy.blurred", "accuracy.dark",
        "accuracy.glaring", "accuracy.torn", "consistency.suffix", "consistency.trailing",
        "consistency.frames", "consistency.modes", "similarity.copies", "similarity.near",
        "similarity.split-leak", "diversity.blank", "diversity.long", "diversity.few-images",
        "relevance.tiny", "balance.rare-classes", "identifiability.located", "identifiability.pixels",
    }  # fmt: skip
    assert found.verdict.readiness == "not-ready"
    statistics = found.statistics
    assert statistics.faults == {"damaged": 1, "pixels": 1}
    assert statistics.counts["copies"] == 1
    for code, names in {
        "blurred": {"blurred"}, "dark": {"dark"}, "glaring": {"glaring"}, "blank": {"blank"},
        "suffix": {"jpeg"}, "trailing": {"rider", "<script>"}, "frames": {"frames"},
        "tiny": {"tiny"}, "long": {"long"}, "located": {"located"}, "leaked": {"again"},
        "fault.damaged": {"cut"}, "fault.pixels": {"bomb"},
    }.items():  # fmt: skip
        assert {Path(path).stem for path in statistics.examples[code]} == names, code
    assert {Path(path).stem for path in statistics.groups[0]} == {"whole", "copy", "again"}


def test_a_clean_folder_has_only_what_it_has(tmp_path: Path) -> None:
    clean = look(with_classes(tmp_path / "clean"))
    assert codes(clean) == {
        "diversity.few-images", "balance.rare-classes", "identifiability.pixels",
    }  # fmt: skip
    assert {one.value for one in clean.quality} == {1.0}
    assert clean.statistics.splits == {"train": 4, "test": 2}
    assert dict(clean.statistics.classes) == {"배": 3, "buoy": 3}
    assert not clean.statistics.groups
    assert clean.thumbnails == {}


def test_the_report_is_one_page_that_fetches_and_runs_nothing(found: ImageInspection) -> None:
    for language in ("en", "ko"):
        html = found.to_html(language)
        assert html.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
        assert not re.search(r"<script|<i>|onerror|javascript:|https?://(?!www\.w3\.org)", html)
        assert "&lt;script&gt;.png" in html
        sources = re.findall(r'src="([^"]{0,22})', html)
        assert len(sources) > 10
        assert set(sources) == {"data:image/png;base64,"}
        assert "img-src data:" in html
        for one in found.findings:
            assert one.severity == Severity.INFO or escape(one.words.say(language)) in html


def test_no_picture_is_shown_unless_it_is_asked_for(found: ImageInspection) -> None:
    bare = ImageInspection(**{**_fields(found), "thumbnails": {}}).to_html("en")
    assert "img-src" not in bare
    assert "<img" not in bare
    assert "again.jpg" in bare
    told = json.dumps(found.to_dict("ko"), ensure_ascii=False)
    assert "data:image" not in told
    assert json.loads(told)["readiness"] == "not-ready"


def _fields(found: ImageInspection) -> dict[str, object]:
    return {name: getattr(found, name) for name in type(found).__dataclass_fields__}


def test_words_belong_to_a_family_and_say_both_languages() -> None:
    for code, sentence in SENTENCES.items():
        assert Family(code.partition(".")[0])
        for text in (sentence.words, sentence.next_step):
            assert re.search("[가-힣]", text.ko)
            assert not re.search("[가-힣]", text.en)
    assert set(TARGETS) == {"coco", "yolo", "folders", ""}


def test_coco_boxes_are_counted_and_held_against_their_images(tmp_path: Path) -> None:
    place = with_coco(tmp_path / "coco")
    assert codes(look(place)) == {
        "diversity.few-images", "balance.rare-classes", "identifiability.pixels",
    }  # fmt: skip
    file = place / "annotations" / "instances_train.json"
    text = json.loads(file.read_text("utf-8"))
    text["annotations"] += [
        {"image_id": 1, "category_id": 1, "bbox": [50, 40, 20, 20]},
        {"image_id": 1, "category_id": 9, "bbox": [5, 4, 20, 20]},
        {"image_id": 1, "category_id": 1, "bbox": [5, 4, 0, 20]},
        {"image_id": 99, "category_id": 1, "bbox": [5, 4, 2, 20]},
        {"image_id": 1, "category_id": 1},
    ]
    text["images"].append({"id": 99, "file_name": "gone.png"})
    file.write_text(json.dumps(text))
    found = look(place)
    wrong = {"outside": 1, "unclassed": 1, "malformed": 1, "unplaced": 1, "empty": 1}
    assert wrong.items() <= found.statistics.counts.items()
    assert codes(found) >= {"accuracy.outside", "accuracy.unclassed", "accuracy.malformed",
                            "completeness.unplaced", "completeness.empty"}  # fmt: skip
    assert found.verdict.readiness == "not-ready"
    assert "completeness.no-targets" in codes(look(place, "none"))


def test_yolo_boxes_are_in_pixels_and_may_be_forgotten(tmp_path: Path) -> None:
    found = look(with_yolo(tmp_path / "yolo"))
    assert dict(found.statistics.classes) == {"ship": 0, "buoy": 3}
    assert found.statistics.counts["untargeted"] == 1
    assert "accuracy.outside" not in codes(found)
    (tmp_path / "yolo" / "labels" / "train" / "0.txt").write_text("1 0.9 0.5 0.5 0.25\n")
    assert look(tmp_path / "yolo").statistics.counts["outside"] == 1


def test_targets_are_those_that_were_named(tmp_path: Path) -> None:
    place = with_coco(tmp_path / "coco")
    with pytest.raises(ImageError) as caught:
        look(place, "annotations/other.json")
    assert (caught.value.code, caught.value.facts["reason"]) == ("images.targets", "ENOENT")
    assert look(place, "annotations/instances_train.json").statistics.targets == "coco"
    with pytest.raises(ImageError) as caught:
        look(place, "folders")
    assert caught.value.facts["reason"] == "no-targets"


def test_a_file_that_goes_away_under_way_ends_the_inspection(tmp_path: Path) -> None:
    place = with_classes(tmp_path / "moving")
    last = max(place.rglob("*.*"))
    with pytest.raises(ImageError) as caught:
        inspect_images(place, now_s=0, progress=lambda _: last.unlink(missing_ok=True))
    assert (caught.value.code, caught.value.facts["reason"]) == ("images.file", "ENOENT")
