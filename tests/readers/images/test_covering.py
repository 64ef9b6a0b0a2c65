"""Images covered: of a region nothing is left, of other pixels everything, of what rides along nothing."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps, PngImagePlugin

from dure.readers.images.covering import covered, without_segments
from dure.readers.images.decoding import measure
from dure.readers.images.endings import BrokenError
from tests.readers.images.pictures import FORMATS, encoded, scene

REGION = (10.4, 5.0, 20.0, 12.2)
INSIDE = (slice(5, 18), slice(10, 31))
SECRET = b"A-77 serial"


def carrying(format_: str, mode: str = "RGB") -> bytes:
    """Return a picture with everything riding along that its format takes."""
    exif = Image.Exif()
    exif.update({0x013B: SECRET.decode(), 0x010E: SECRET.decode()})
    exif.get_ifd(0x8825).update({1: "N", 2: (37.0, 30.0, 0.0)})
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    more = {
        "PNG": {"pnginfo": info, "exif": exif, "icc_profile": SECRET},
        "JPEG": {"exif": exif, "comment": SECRET, "icc_profile": SECRET, "progressive": True},
        "WEBP": {"exif": exif, "xmp": SECRET, "icc_profile": SECRET, "lossless": True},
        "TIFF": {"exif": exif},
        "BMP": {},
    }[format_]
    return encoded(scene(3, 60, 48).convert(mode), format_, **more) + (
        SECRET if format_ in ("PNG", "JPEG") else b""
    )


def pixels(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image)


@pytest.mark.parametrize("format_", FORMATS)
def test_what_rides_along_is_gone_and_the_pixels_stay(format_: str) -> None:
    content = carrying(format_)
    if format_ != "BMP":
        assert SECRET in content
        assert measure(content).carries
    made, exact = covered(content, [])
    assert exact
    assert np.array_equal(pixels(made), pixels(content))
    assert SECRET not in made
    assert not measure(made).carries


@pytest.mark.parametrize("format_", FORMATS)
def test_of_a_covered_region_nothing_is_left(format_: str) -> None:
    content = carrying(format_)
    one, other = scene(3, 60, 48), scene(3, 60, 48)
    other.paste(scene(9, 60, 48).crop((0, 0, 21, 13)), (10, 5))
    made, exact = covered(content, [REGION])
    before, after = pixels(content), pixels(made)
    assert exact == (format_ != "JPEG")
    if exact:
        assert not after[INSIDE].any()
        kept = np.ones(before.shape[:2], bool)
        kept[INSIDE] = False
        assert np.array_equal(before[kept], after[kept])
        # Two pictures that differ in the region alone become the same file.
        files = {covered(encoded(each, format_, **_whole(format_)), [REGION])[0]
                 for each in (one, other)}  # fmt: skip
        assert len(files) == 1
    else:
        assert after[6:17, 11:30].max() <= 12  # a JPEG rings a little at the edge


def _whole(format_: str) -> dict[str, object]:
    return {"lossless": True, "exact": True} if format_ == "WEBP" else {}


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "I;16", "LA"])
def test_every_kind_of_pixel_is_covered(mode: str) -> None:
    picture = scene(4, 60, 48).convert("RGB" if mode == "I;16" else mode)
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(scene(4, 60, 48).convert("L")).astype(np.uint16) * 257)
    content = encoded(picture)
    made, exact = covered(content, [REGION, (-5, -5, 2, 2), (1000, 0, 5, 5), (0, 0, 3, 3)])
    assert exact
    flat = pixels(made)[INSIDE].reshape(-1, *pixels(made).shape[2:])
    assert (flat == flat[0]).all()
    assert (pixels(made)[:3, :3].reshape(9, -1) == pixels(made)[0, 0]).all()
    assert np.array_equal(pixels(made)[20:], pixels(content)[20:])


def test_a_jpeg_that_is_cut_off_has_no_form() -> None:
    content = carrying("JPEG")
    assert without_segments(content).endswith(b"\xff\xd9")
    for cut in (content[:40], content[:2], b"\xff\xd8" + bytes(9), content[: len(content) // 2]):
        with pytest.raises(BrokenError):
            without_segments(cut)


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_a_picture_that_is_shown_turned_is_covered_where_people_saw_it(
    format_: str, turn: int
) -> None:
    """Its supplier chose how it is shown; a box is drawn around what is seen."""
    face = Image.new("RGB", (60, 48), (200, 200, 200))
    face.paste((255, 0, 0), (40, 8, 56, 16))
    exif = Image.Exif()
    exif[0x0112] = turn
    lossless = {"WEBP": {"lossless": True}, "JPEG": {"quality": 100}}.get(format_, {})
    content = encoded(face, format_, exif=exif, **lossless)

    def red(image: Image.Image) -> np.ndarray:
        seen = np.asarray(image.convert("RGB")).astype(int)
        return np.argwhere(seen[..., 0] - seen[..., 1] > 60)

    with Image.open(io.BytesIO(content)) as image:
        seen = red(ImageOps.exif_transpose(image))
    (top, left), (bottom, right) = seen.min(axis=0), seen.max(axis=0) + 1
    box = (float(left), float(top), float(right - left), float(bottom - top))
    with Image.open(io.BytesIO(covered(content, [])[0])) as image:
        assert len(red(image)) >= 128
    with Image.open(io.BytesIO(covered(content, [box])[0])) as image:
        assert not len(red(image))
