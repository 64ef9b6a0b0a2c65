"""People in images: what rides along and what files are called is found; what is seen, somebody states."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from dure.core.findings import Finding, Severity
from dure.datasets.images.inspection import ImageInspection, inspect_images
from dure.datasets.privacy.errors import PrivacyError
from dure.node.node import Node
from dure.readers.images.decoding import measure_with_words
from tests.readers.images.pictures import encoded, save, scene

OTHERS = "bravo//O// REL * FOR trial"
NUMBER = "900101-1234567"
"""No person's: the number's check digit does not fit."""


def with_exif(tags: dict[int, object], exif: dict[int, object], seed: int = 1) -> bytes:
    told = Image.Exif()
    told.update(tags)
    told.get_ifd(0x8769).update(exif)
    return encoded(scene(seed, 60, 48), "JPEG", exif=told)


def with_text(seed: int, **words: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for key, text in words.items():
        info.add_itxt(key, text)
    return encoded(scene(seed, 60, 48), "PNG", pnginfo=info)


RIDERS = {
    "named.jpg": (with_exif({0x013B: "Port office"}, {}), {"named", "commented"}),
    "owned.jpg": (with_exif({}, {0xA430: "Port office"}), {"named", "commented"}),
    "numbered.jpg": (with_exif({}, {0xA431: "A-77"}), {"numbered", "commented"}),
    "author.jpg": (with_exif({0x9C9D: "관리실\0".encode("utf-16-le")}, {}), {"named", "commented"}),
    "comment.jpg": (
        encoded(scene(2, 60, 48), "JPEG", comment=b"seen from the pier"), {"commented"}
    ),
    "text.png": (with_text(3, Description="부두에서"), {"commented"}),
    "xmp.webp": (
        encoded(scene(4, 60, 48), "WEBP", xmp=b"<dc:creator>x</dc:creator><exif:GPSLatitude/>"),
        {"named", "commented", "located"},
    ),
    "plain.png": (encoded(scene(5, 60, 48)), set()),
}  # fmt: skip


@pytest.mark.parametrize("name", RIDERS)
def test_what_rides_along_is_found_whatever_carries_it(name: str) -> None:
    content, wanted = RIDERS[name]
    facts, words = measure_with_words(content)
    assert facts.fault == ""
    found = {one for one in ("located", "named", "numbered", "commented") if getattr(facts, one)}
    assert found == wanted
    assert bool(words) == ("commented" in wanted)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("people") / "shots"
    save(made / "1.jpg", RIDERS["named.jpg"][0])
    save(made / "2.png", with_text(6, Comment=f"연락처 010-1234-5678, 주민등록번호 {NUMBER}"))
    save(made / "3_010-9876-5432.png", scene(7, 60, 48))
    save(made / "4.png", encoded(scene(7, 60, 48)))
    return made


@pytest.fixture(scope="module")
def inspected(place: Path) -> ImageInspection:
    return inspect_images(place, now_s=1_800_000_000)


def of(found: ImageInspection, code: str) -> list[Finding]:
    return [one for one in found.findings if one.code == f"identifiability.{code}"]


def test_personal_data_in_metadata_and_names_are_findings_without_values(
    inspected: ImageInspection,
) -> None:
    kinds = {one.locator: one for code in ("unique", "personal") for one in of(inspected, code)}
    assert set(kinds) == {"resident-number", "phone"}
    assert kinds["resident-number"].severity is Severity.ERROR
    (named,) = of(inspected, "personal-names")
    assert (named.locator, named.severity) == ("phone", Severity.WARNING)
    assert "#3" in named.words.en
    assert len(of(inspected, "named")) == len(of(inspected, "pixels")) == 1
    told = f"{inspected.to_dict()} {inspected.to_html()}"
    for value in ("010-9876-5432", "010-1234-5678", NUMBER, "Port office"):
        assert value not in told
    assert "#3" in told  # the copy of a file whose name nobody should read


def test_images_that_name_people_do_not_leave_without_a_record(
    steward: Node, place: Path, tmp_path: Path
) -> None:
    about = tmp_path / "about.toml"
    about.write_text("about = 1\n[use]\nshows_people = true\n", encoding="utf-8")
    plain = tmp_path / "plain"
    save(plain / "1.png", scene(8, 60, 48))

    def asked(source: Path, **more: object) -> str:
        made = steward.datasets.import_(source, label=OTHERS, **more)  # type: ignore[arg-type]
        try:
            steward.catalogue.request_publish(made.id, ["alpha"])
        except PrivacyError as refused:
            return str(refused.facts["reason"])
        return "asked"

    named = tmp_path / "named"
    save(named / "1.jpg", RIDERS["named.jpg"][0])
    assert asked(plain, name="unseen") == "asked"
    assert asked(named, name="named") == "shows-people"
    assert asked(plain, name="seen", about=about) == "shows-people"
    made = next(row["id"] for row in steward.datasets.list() if row["name"] == "seen")
    assert steward.datasets.show(made)["croissant"]["dure:showsPeople"] is True
    steward.datasets.privacy.record(
        made, basis="law", purpose="rescue", retain_until="2099-12-31", handling="none",
        review="adequate", reviewer="bravo.clerk", reviewed_on="2026-01-31",
    )  # fmt: skip
    assert steward.catalogue.request_publish(made, ["alpha"])["id"]
