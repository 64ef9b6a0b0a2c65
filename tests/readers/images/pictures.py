"""Pictures made of seeded noise, as files; each looks like nothing else."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

FORMATS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp", "TIFF": ".tif", "BMP": ".bmp"}


def scene(seed: int, width: int = 160, height: int = 120) -> Image.Image:
    """Return a colour picture with shapes of several sizes and some grain."""
    random = np.random.default_rng(seed)
    whole = np.zeros((height, width, 3))
    for size in (4, 9, 17, 33):
        small = random.normal(0, 1, (size, size, 3))
        for colour in range(3):
            layer = Image.fromarray(small[..., colour].astype(np.float32))
            whole[..., colour] += np.asarray(layer.resize((width, height), 3)) / size**0.5
    whole = 255 * (whole - whole.min()) / (whole.max() - whole.min())
    return Image.fromarray((whole + random.normal(0, 8, whole.shape)).clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
    """Return a picture as the bytes of a file."""
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def save(path: Path, content: bytes | Image.Image) -> Path:
    """Write a file and the folders above it; a picture in the format of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, bytes):
        format_ = next(name for name, suffix in FORMATS.items() if suffix == path.suffix)
        content = encoded(content, format_)
    path.write_bytes(content)
    return path


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """Return a PNG that says it has these sides, whatever it holds."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )  # fmt: skip

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    content = data or zlib.compress(bytes(64))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), chunk(b"IDAT", content), chunk(b"IEND", b""))
    )
