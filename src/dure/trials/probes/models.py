"""Models that do more than predict: pickles, ONNX files that point elsewhere, libraries of their own."""

# These attempts are made as crudely as an attacker would make them.
# ruff: noqa: S301
from __future__ import annotations

import ctypes
import io
import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from dure.trials.errors import TrialsError
from dure.trials.kinds.lines import PredictionsRefused
from dure.trials.packing import pack, unpack
from dure.trials.predictions import read_predictions
from dure.trials.probes.attempt import ATTEMPTS, NAIVE, Act, Clues, Contained, attempt
from dure.trials.tasks import TaskType
from dure.trials.weights import find_pickle


class _Runs:
    """A pickle that makes a folder when it is read."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (self.path,)


def _mark(clues: Clues, name: str) -> Path:
    return Path(clues["scratch"], f"ran-{name}")


def _pickled(clues: Clues, name: str) -> bytes:
    return pickle.dumps(_Runs(str(_mark(clues, name))))


def _zipped(clues: Clues, name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("model/data.pkl", _pickled(clues, name))
    return buffer.getvalue()


def _array(clues: Clues, name: str) -> bytes:
    """Return a NumPy array of one object (NEP 1)."""
    head = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    head = head.ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + _pickled(clues, name)


def _object(data: bytes) -> bytes:
    return data[10 + int.from_bytes(data[8:10], "little") :]


def _weights(file: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> None:
        if find_pickle({file: data}):
            raise TrialsError("trials.pickle", path=file)

    return read


def _unzipped(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("model/data.pkl")


def _package(data: bytes) -> object:
    return unpack(data)


def _predictions(data: bytes) -> object:
    return read_predictions(data, task=TaskType.REGRESSION, rows=1)


PICKLES: dict[
    str, tuple[Callable[[Clues, str], bytes], Callable[[bytes], bytes], Callable[[bytes], object]]
] = {
    "pickled-predictions": (_pickled, bytes, _predictions),
    "zipped-predictions": (_zipped, _unzipped, _predictions),
    "pickled-package": (_pickled, bytes, _package),
    "zipped-package": (_zipped, _unzipped, _package),
    "pickled-weights": (_pickled, bytes, _weights("weights.pkl")),
    "renamed-weights": (_pickled, bytes, _weights("weights.bin")),
    "zipped-weights": (_zipped, _unzipped, _weights("weights.bin")),
    "array-of-objects": (_array, _object, _weights("weights.npy")),
}
"""What is made, how a careless reader comes to the pickle in it, and our strict reader."""


def _refuses(name: str) -> Act:
    def go(clues: Clues) -> str:
        make, _, read = PICKLES[name]
        unpack(pack({"algorithm.toml": b"honest"}))
        reason = ""
        try:
            read(make(clues, name))
        except PredictionsRefused as refused:
            reason = refused.reason.value
        except TrialsError as error:
            reason = str(error.facts.get("reason", error.code))
        if _mark(clues, name).exists():
            return "its code ran"
        if not reason:
            return "it was taken"
        raise Contained(reason)

    return go


def _unpickles(name: str) -> Act:
    def go(clues: Clues) -> str:
        make, open_, _ = PICKLES[name]
        pickle.loads(open_(make(clues, name)))
        return "its code ran" if _mark(clues, name).exists() else "it was taken"

    return go


for _entry in PICKLES:
    ATTEMPTS[f"models.{_entry}"] = _refuses(_entry)
    NAIVE[f"models.{_entry}"] = _unpickles(_entry)


# ── ONNX ───────────────────────────────────────────────────────────────────────────────────────
def onnx_with_external_data(location: str) -> bytes:
    """Return an ONNX model whose one tensor lies in another file.

    Parameters
    ----------
    location
        Where the model says that its weights are; ONNX means it relative to the model.

    Source
    ------
    onnx/onnx.proto3: ModelProto.graph (7), GraphProto.initializer (5), TensorProto.external_data
    (13) and data_location (14).
    """
    entry = _field(1, b"location") + _field(2, location.encode())
    tensor = _field(8, b"weights") + _field(13, entry) + bytes([14 << 3, 1])
    return bytes([1 << 3, 8]) + _field(7, _field(5, tensor))


def external_location(model: bytes) -> str:
    """Return where a model's first external tensor is said to lie."""
    entry = model
    for number in (7, 5, 13, 2):
        entry = _fields(entry)[number]
    return entry.decode()


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _fields(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        size, at = _read_varint(data, at)
        if key & 7 == 2:
            found[key >> 3] = data[at : at + size]
            at += size
    return found


def _loads_weights(clues: Clues, location: str) -> str:
    """Do what a loader does that follows the location, wherever it leads."""
    folder = Path(clues["scratch"])
    model = onnx_with_external_data(location)
    data = (folder / external_location(model)).read_bytes()
    return f"{len(data)} bytes of the host for weights"


@attempt
def _onnx_absolute_weights(clues: Clues) -> str:
    return _loads_weights(clues, clues["file"])


@attempt
def _onnx_climbing_weights(clues: Clues) -> str:
    return _loads_weights(clues, "../" * 40 + clues["file"].lstrip("/"))


@attempt
def _onnx_weights_of_a_process(clues: Clues) -> str:
    return _loads_weights(clues, f"/proc/{clues['process']}/root{clues['file']}")


@attempt
def _custom_library(clues: Clues) -> str:
    """Load a library that came with the submission, as ONNX's custom operators are."""
    mapped = Path("/proc/self/maps").read_text(encoding="utf-8").split()
    known = ("_ctypes", "libffi", "libm.", "libz.")
    source = next(word for word in mapped if ".so" in word and any(name in word for name in known))
    path = Path(clues["scratch"], "operators.so")
    shutil.copyfile(source, path)
    ctypes.CDLL(str(path))
    return "a library of its own was loaded"
