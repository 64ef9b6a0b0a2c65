"""One image: what is measured, and what hostile bytes come to. The decoder itself, outside the sandbox."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from dure.datasets.images.near import RADIUS
from dure.datasets.images.statistics import BLURRED
from dure.readers.images import decoding
from dure.readers.images.decoding import measure, thumbnail
from dure.readers.images.endings import end_of
from dure.readers.images.facts import MAX_PIXELS, MAX_SCANS, THUMBNAIL
from tests.readers.images.pictures import FORMATS, encoded, png_of, scene

SCENE = scene(1)
SCAN = re.compile(rb"\xff\xda")


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_is_measured(format_: str) -> None:
    facts = measure(encoded(SCENE, format_))
    assert (facts.fault, facts.format, facts.width, facts.height) == ("", format_, 160, 120)
    assert facts.mode == "RGB"
    assert facts.is_honest()
    assert facts.trailing_bytes == (-1 if format_ == "TIFF" else 0)
    assert not facts.blank
    assert facts.sharpness > BLURRED
    assert facts.mean == pytest.approx(np.asarray(SCENE.convert("L")).mean() / 255, abs=0.02)


@pytest.mark.parametrize(
    ("format_", "mode"),
    [("PNG", "1"), ("PNG", "L"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "RGBA"), ("PNG", "I;16"),
     ("TIFF", "F"), ("TIFF", "I"), ("TIFF", "CMYK"), ("JPEG", "CMYK"), ("JPEG", "L")],
)  # fmt: skip
def test_every_kind_of_pixels_is_measured(format_: str, mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(SCENE.convert("L")).astype(np.uint16) * 257)
    else:
        picture = SCENE.convert("L").convert(mode) if mode in "FI" else SCENE.convert(mode)
    facts = measure(encoded(picture, format_))
    assert (facts.fault, facts.mode) == ("", mode)
    assert facts.is_honest()
    assert 0.2 < facts.mean < 0.8
    assert len(set(thumbnail(encoded(picture, format_)))) > 8


def test_a_palette_with_transparency_is_measured() -> None:
    content = encoded(SCENE.convert("P"), transparency=3)
    assert measure(content).mode == "P"
    assert not measure(content).fault


@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_that_was_cut_off_is_damaged(format_: str) -> None:
    whole = encoded(SCENE, format_)
    assert not measure(whole).fault
    for kept in (len(whole) // 3, len(whole) * 9 // 10):
        assert measure(whole[:kept]).fault == "damaged"


def test_a_wrong_checksum_is_damage() -> None:
    whole = bytearray(encoded(SCENE))
    assert not measure(bytes(whole)).fault
    whole[whole.index(b"IDAT") + 40] ^= 1
    assert measure(bytes(whole)).fault == "damaged"


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [12_000, 60_000])
def test_a_bomb_is_not_decoded(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it was decoded")

    small = png_of(8, 8, zlib.compress(bytes(8 * 9)))
    assert not measure(small).fault
    assert side * side > MAX_PIXELS
    jpeg = bytearray(encoded(SCENE, "JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = side.to_bytes(2, "big") * 2
    monkeypatch.setattr(decoding, "_grey", never)
    for bomb in (png_of(side, side), bytes(jpeg)):
        assert measure(bomb).fault == "pixels"
    with pytest.raises(AssertionError):
        measure(small)


def test_a_jpeg_of_a_hundred_scans_is_not_decoded() -> None:
    whole = encoded(SCENE, "JPEG", progressive=True)
    assert not measure(whole).fault
    last = [found.start() for found in SCAN.finditer(whole)][-1]
    scan, end = whole[last:-2], whole[-2:]
    assert measure(whole[:last] + scan * (MAX_SCANS + 1) + end).fault == "scans"


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "BMP"])
def test_what_rides_along_is_counted(format_: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    whole = encoded(SCENE, format_)
    polyglot = whole + out.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(polyglot))
    assert measure(whole).trailing_bytes == 0
    assert measure(polyglot).trailing_bytes == len(out.getvalue())


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\3\4", encoded(SCENE, "GIF"),
     encoded(SCENE, "PPM")],
)  # fmt: skip
def test_other_formats_are_not_decoded(content: bytes) -> None:
    assert measure(content).fault == "not-image"
    assert len(set(thumbnail(content))) == 3  # paper of one colour


def test_odd_but_right_markers_of_jpeg_are_passed_over() -> None:
    whole = encoded(SCENE, "JPEG", restart_marker_blocks=2)
    assert measure(whole).trailing_bytes == 0
    at = whole.index(b"\xff\xdb")
    filled = whole[:at] + b"\xff\xff" + whole[at:]
    assert measure(filled).trailing_bytes == 0
    assert end_of(whole[:at] + b"\xff\x01" + whole[at:], "JPEG") == (len(whole) + 2, 1)
    for broken in (whole[:2] + b"\0" + whole[2:], whole[:-2], whole[:2]):
        assert measure(broken).fault in ("damaged", "not-image")


def test_several_pictures_in_one_file_are_told() -> None:
    more = {"save_all": True, "append_images": [scene(2)]}
    for format_ in ("PNG", "TIFF", "WEBP"):
        assert not measure(encoded(SCENE, format_)).frames
        assert measure(encoded(SCENE, format_, **more)).frames


def test_a_position_is_told() -> None:
    exif = Image.Exif()
    assert not measure(encoded(SCENE, "JPEG", exif=exif)).located
    exif.get_ifd(0x8825).update({1: "N", 2: (37.0, 30.0, 0.0)})
    assert measure(encoded(SCENE, "JPEG", exif=exif)).located


def test_an_even_surface_is_blank_and_has_no_hash() -> None:
    facts = measure(encoded(Image.new("RGB", (90, 60), (10, 10, 10))))
    assert (facts.blank, facts.phash, facts.sharpness, facts.dark) == (True, 0, 0.0, 1.0)
    assert not measure(encoded(Image.new("L", (1, 1)))).fault


@pytest.mark.parametrize("size", [(3, 3), (2, 40_000), (1, 1), (40_000, 1)])
def test_odd_sizes_are_measured(size: tuple[int, int]) -> None:
    random = np.random.default_rng(1)
    facts = measure(encoded(Image.fromarray(random.integers(0, 255, size[::-1], np.uint8))))
    assert (facts.fault, (facts.width, facts.height)) == ("", size)
    assert facts.is_honest()


def _bits(one: int, other: int) -> int:
    return (one ^ other).bit_count()


@pytest.mark.parametrize("seed", range(4))
def test_hashes_of_the_same_picture_are_near_and_of_others_far(seed: int) -> None:
    picture = scene(seed, 320, 240)
    own = measure(encoded(picture)).phash
    same = (
        encoded(picture, "JPEG", quality=40),
        encoded(picture.resize((200, 150)), "WEBP", quality=60),
        encoded(ImageEnhance.Brightness(picture).enhance(0.8)),
        encoded(picture.convert("L")),
    )
    assert all(_bits(own, measure(content).phash) <= RADIUS for content in same)
    others = (scene(seed + 100, 320, 240), picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert all(_bits(own, measure(encoded(one)).phash) > 2 * RADIUS for one in others)


def test_a_blurred_picture_is_told_from_a_sharp_one_at_any_size() -> None:
    for width in (200, 1600):
        sharp = scene(5, width, width * 3 // 4)
        soft = sharp.filter(ImageFilter.GaussianBlur(width / 60))
        assert measure(encoded(sharp, "JPEG")).sharpness > 2 * BLURRED
        assert measure(encoded(soft, "JPEG")).sharpness < BLURRED


def test_a_thumbnail_keeps_the_proportions() -> None:
    pixels = np.frombuffer(thumbnail(encoded(scene(3, 400, 100))), np.uint8)
    grid = pixels.reshape(THUMBNAIL, THUMBNAIL, 3)
    shown = (grid != grid[0, 0]).any(axis=(1, 2))
    assert 22 <= shown.sum() <= 26


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_whatever_the_bytes_are_there_is_an_answer(format_: str, data: st.DataObject) -> None:
    """The fuzz target of the decoder."""
    whole = bytearray(encoded(scene(7, 40, 30), format_))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    facts = measure(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    assert facts.is_honest()
