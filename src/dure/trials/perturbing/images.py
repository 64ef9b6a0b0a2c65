"""Images made worse: noise in every pixel, blur, and a rectangle that hides a part. Runs inside the sandbox.

An image keeps its size, its mode and its format. Where its colours are few (a palette, black and white),
each pixel that changes takes the nearest of them. What is transparent stays so, save under a rectangle.
Boxes stay as they are, those under the rectangle too: what is hidden is still to be found, or to be missed.

Source
------
Hendrycks, Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations",
ICLR 2019 (noise and blur); Zhong et al., "Random Erasing Data Augmentation", AAAI 2020 (rectangles).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from dure.readers.images.covering import redrawn
from dure.trials.perturbing.numbers import Rng

Change = Callable[[Image.Image, float, Rng], Image.Image]

_BLOCK = 1 << 20
_SEEN_THROUGH = ("RGBA", "LA")


def worse(content: bytes, asked: str) -> bytes:
    """Return an image as bytes, perturbed.

    Parameters
    ----------
    content
        The image.
    asked
        Kind, level and lot with spaces between, as `dure.trials.perturbing.applying` writes them.
    """
    kind, level, lot = asked.split()
    rng = np.random.default_rng(int(lot))
    return redrawn(content, lambda image: _changed(image, kind, float(level), rng))


def pixel_noise(image: Image.Image, level: float, rng: Rng) -> Image.Image:
    """Add normal noise to every value of every pixel; its deviation is ``level`` of the full range."""
    low, high = _range(image)
    rows = max(1, _BLOCK // image.width)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        values = np.asarray(strip)
        noisy = values + rng.normal(0.0, level * (high - low), values.shape)
        image.paste(_image(np.clip(noisy, low, high), strip), (0, top))
    return image


def blur(image: Image.Image, level: float, _: Rng) -> Image.Image:
    """Blur by a Gaussian whose deviation is ``level`` of the shorter side."""
    radius = level * min(image.size)
    if np.asarray(image.crop((0, 0, 1, 1))).dtype == np.uint8:
        soft = ImageFilter.GaussianBlur(radius)
        return Image.merge(image.mode, [band.filter(soft) for band in image.split()])
    values = np.nan_to_num(np.asarray(image, np.float64), posinf=0, neginf=0)
    return _image(_smooth(_smooth(values, radius).T, radius).T, image)


def occlusion(image: Image.Image, level: float, rng: Rng) -> Image.Image:
    """Hide ``level`` of the area under one rectangle of the mean colour, somewhere."""
    share = math.sqrt(level) * 2 ** rng.uniform(-0.5, 0.5)
    width = max(1, round(image.width * share))
    height = max(1, min(image.height, round(image.width * image.height * level / width)))
    left = int(rng.integers(image.width - width + 1))
    top = int(rng.integers(image.height - height + 1))
    values = np.asarray(image)
    pixels = np.nan_to_num(values, posinf=0, neginf=0).reshape(image.width * image.height, -1)
    hidden = image.crop((left, top, left + width, top + height))
    solid = np.broadcast_to(pixels.mean(axis=0), (height, width, pixels.shape[1]))
    image.paste(_image(solid, hidden), (left, top))
    if image.mode in _SEEN_THROUGH:
        seen = image.getchannel("A")
        seen.paste(255, (left, top, left + width, top + height))
        image.putalpha(seen)
    return image


CHANGES: dict[str, Change] = {"pixel-noise": pixel_noise, "blur": blur, "occlusion": occlusion}
"""What each kind does to a picture that is its own to change."""


def _changed(image: Image.Image, kind: str, level: float, rng: Rng) -> Image.Image:
    wide = image.convert({"P": "RGB", "PA": "RGBA", "1": "L"}.get(image.mode, image.mode))
    made = CHANGES[kind](wide.copy(), level, rng)
    if image.mode in _SEEN_THROUGH and kind != "occlusion":
        made.putalpha(image.getchannel("A"))
    if image.mode == "P":
        few = made.quantize(palette=image, dither=Image.Dither.NONE)
        same = (np.asarray(made) == np.asarray(wide)).all(axis=2)
        few.paste(image, mask=Image.fromarray(np.where(same, np.uint8(255), np.uint8(0))))
        return few
    return made.convert("1", dither=Image.Dither.NONE) if image.mode == "1" else made


def _range(image: Image.Image) -> tuple[float, float]:
    """Return the ends of what a pixel's values can be; of 32 bits of what they are."""
    if image.mode in ("I", "F"):
        values = np.nan_to_num(np.asarray(image), posinf=0, neginf=0)
        return float(values.min()), float(values.max())
    return 0.0, 65535.0 if image.mode.startswith("I;16") else 255.0


def _image(values: Any, like: Image.Image) -> Image.Image:
    """Return values as a picture of another's size and mode."""
    kind = np.asarray(like.crop((0, 0, 1, 1))).dtype
    own = np.rint(values).astype(kind) if kind.kind in "iu" else values.astype(kind)
    return Image.frombytes(like.mode, like.size, own.tobytes())


def _smooth(values: Any, radius: float) -> Any:
    """Return rows under a Gaussian, mirrored at their ends, by way of their frequencies."""
    length = values.shape[1]
    passed = np.exp(-2 * (np.pi * radius * np.fft.rfftfreq(2 * length)) ** 2)
    rows = max(1, _BLOCK // length)
    return np.concatenate(
        [
            np.fft.irfft(np.fft.rfft(np.hstack([one, one[:, ::-1]])) * passed, 2 * length)[
                :, :length
            ]
            for one in (values[at : at + rows] for at in range(0, len(values), rows))
        ]
    )
