"""Images made worse, in their own format. Runs inside the sandbox.

Source
------
Hendrycks, Dietterich, Benchmarking neural network robustness to common corruptions and perturbations (ICLR
2019), for noise and blur; Zhong et al., Random erasing data augmentation (AAAI 2020), for occlusion.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from dure.readers.images.facts import FORMATS
from dure.trials.perturbing.numbers import Rng

_HIGHEST = 255.0
_GREY = 128
_QUALITY = 95


def worsened(content: bytes, kind: str, level: float, rng: Rng) -> bytes:
    """Return an image, perturbed, in grey or colour as it was, without transparency.

    Parameters
    ----------
    content
        The image.
    kind, level
        One of `CHANGES`, and how strong.
    rng
        Seeded generator.
    """
    with Image.open(io.BytesIO(content), formats=tuple(FORMATS)) as image:
        format_ = str(image.format) if image.format in ("JPEG", "PNG", "BMP") else "PNG"
        plain = image.convert("L" if image.mode in ("1", "L") else "RGB")
    made = CHANGES[kind](plain, level, rng)
    out = io.BytesIO()
    made.save(out, format_, **({"quality": _QUALITY} if format_ == "JPEG" else {}))
    return out.getvalue()


def _noise(image: Image.Image, level: float, rng: Rng) -> Image.Image:
    pixels = np.asarray(image, dtype=np.float64)
    noisy = pixels + rng.normal(0.0, level * _HIGHEST, pixels.shape)
    return Image.fromarray(np.clip(np.rint(noisy), 0.0, _HIGHEST).astype(np.uint8))


def _blur(image: Image.Image, level: float, _: Rng) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(max(0.5, level * min(image.size))))


def _occlusion(image: Image.Image, level: float, rng: Rng) -> Image.Image:
    width, height = (max(1, round(side * math.sqrt(level))) for side in image.size)
    left = int(rng.integers(image.size[0] - width + 1))
    top = int(rng.integers(image.size[1] - height + 1))
    grey = _GREY if image.mode == "L" else (_GREY, _GREY, _GREY)
    image.paste(grey, (left, top, left + width, top + height))
    return image


CHANGES: dict[str, Callable[[Image.Image, float, Rng], Image.Image]] = {
    "pixel-noise": _noise,
    "blur": _blur,
    "occlusion": _occlusion,
}
