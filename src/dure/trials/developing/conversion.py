"""Take the arrays out of a pickle and write them as safetensors. Runs inside the sandbox.

Nothing but arrays and the dictionaries and lists around them is rebuilt: names of any other function
or class end the reading. The few functions of NumPy and PyTorch that a pickle of arrays names are
replaced by our own, so PyTorch need not be installed.
"""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy._core import multiarray
from safetensors.numpy import save

WEIGHTS = "weights"
RESULT = "weights.safetensors"
SAID = "said.json"
REASONS = ("code-inside", "names-collide", "no-arrays", "not-a-pickle", "type-unknown")

_MOST_ARRAYS = 100_000
_STORAGES = {
    "DoubleStorage": np.float64,
    "FloatStorage": np.float32,
    "HalfStorage": np.float16,
    "LongStorage": np.int64,
    "IntStorage": np.int32,
    "ShortStorage": np.int16,
    "CharStorage": np.int8,
    "ByteStorage": np.uint8,
    "BoolStorage": np.bool_,
}
_ARRAYS = {"_reconstruct": multiarray._reconstruct, "scalar": multiarray.scalar}
_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")


class ConversionRefused(Exception):  # noqa: N818 (an outcome, not a defect)
    """The file can't be converted: one of `REASONS`."""


class _Arrays(pickle.Unpickler):
    """An unpickler that knows arrays, and nothing that could run anything."""

    def __init__(self, data: bytes, storage: Callable[[str, Any], Any]) -> None:
        super().__init__(io.BytesIO(data))
        self._storage = storage

    def find_class(self, module: str, name: str) -> Any:
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        if module in _MODULES and name in _ARRAYS:
            return _ARRAYS[name]
        if (module, name) in _REPLACED:
            return _REPLACED[module, name]
        if module == "torch" and name.endswith("Storage"):
            if name not in _STORAGES:
                raise ConversionRefused("type-unknown")
            return _STORAGES[name]
        raise ConversionRefused("code-inside")

    def persistent_load(self, pid: Any) -> Any:
        kind, of, key, *_ = pid
        if kind != "storage" or not isinstance(key, str):
            raise ConversionRefused("code-inside")
        return self._storage(key, of)


def _from_buffer(buffer: Any, dtype: Any, shape: Any, order: Any) -> Any:
    return np.frombuffer(buffer, dtype=dtype).reshape(shape, order=order)


def _tensor(
    storage: Any, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> Any:
    reached = offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True)) + 1
    if 0 in size:
        return np.empty(size, dtype=storage.dtype)
    if offset < 0 or min(stride, default=0) < 0 or reached > len(storage):
        raise ConversionRefused("not-a-pickle")
    steps = tuple(step * storage.itemsize for step in stride)
    return np.lib.stride_tricks.as_strided(storage[offset:], size, steps).copy()


def _parameter(data: Any, *_: Any) -> Any:
    return data


def _encoded(text: str, _: str) -> bytes:
    return text.encode("latin1")  # how protocols 0 to 2 write bytes


_REPLACED: Mapping[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("_codecs", "encode"): _encoded,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
}


def arrays_in(data: bytes) -> dict[str, Any]:
    """Return the arrays of a pickle, or of the zip that ``torch.save`` writes, by dotted name.

    Parameters
    ----------
    data
        The file.

    Raises
    ------
    ConversionRefused
        With one of `REASONS`.
    """
    try:
        # A few bytes can name a list in a list in a list, each twice.
        found = _named(islice(_flat("", _read(data)), _MOST_ARRAYS + 1))
    except ConversionRefused:
        raise
    except Exception:  # noqa: BLE001 (an unpickler fails in every way there is)
        raise ConversionRefused("not-a-pickle") from None
    if not 0 < len(found) <= _MOST_ARRAYS:
        raise ConversionRefused("no-arrays")
    return found


def _named(arrays: Iterator[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, array in arrays:
        if name in found:
            raise ConversionRefused("names-collide")
        found[name] = array
    return found


def _read(data: bytes) -> Any:
    if not data.startswith(b"PK"):
        return _Arrays(data, _no_storage).load()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        inside = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        folder = inside.removesuffix("data.pkl")

        def storage(key: str, kind: Any) -> Any:
            return np.frombuffer(archive.read(f"{folder}data/{key}"), dtype=kind)

        return _Arrays(archive.read(inside), storage).load()


def _no_storage(_: str, __: Any) -> Any:
    raise ConversionRefused("not-a-pickle")


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject or value.dtype.kind not in "biuf":
            raise ConversionRefused("type-unknown")
        yield prefix or "array", np.ascontiguousarray(value)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else str(name), part)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _flat(f"{prefix}.{number}" if prefix else str(number), part)


def main(source: Path = Path("/in"), target: Path = Path("/out")) -> None:
    """Convert ``weights``, and say in ``said.json`` how many arrays there were, or why not."""
    try:
        found = arrays_in((source / WEIGHTS).read_bytes())
        (target / RESULT).write_bytes(save(found))
        said: dict[str, Any] = {"arrays": len(found)}
    except ConversionRefused as refused:
        said = {"refused": str(refused)}
    (target / SAID).write_text(json.dumps(said), encoding="ascii")


if __name__ == "__main__":
    main()
