"""Weights without code: pickles are found whatever they are called, and only arrays come out of them."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load

from dure.trials import weights
from dure.trials.developing import conversion
from dure.trials.developing.conversion import ConversionRefused, arrays_in
from dure.trials.developing.convert import convert
from dure.trials.errors import TrialsError
from dure.trials.weights import find_pickle


class Storage:
    """What `torch.save` writes in place of a tensor's numbers."""

    def __init__(self, key: str) -> None:
        self.key = key


def torch_like(values: np.ndarray, shape: tuple[int, ...], stride: tuple[int, ...]) -> bytes:
    """Return the zip that torch.save writes of {"layer.weight": tensor}, PyTorch not being here."""
    n = values.size
    program = (
        b"\x80\x02}(X\x0c\x00\x00\x00layer.weightctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00"
        b"storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK"
        + bytes([n])
        + b"tQK\x00("
        + b"".join(b"K" + bytes([k]) for k in shape)
        + b"t("
        + b"".join(b"K" + bytes([k]) for k in stride)
        + b"t\x89ccollections\nOrderedDict\n)RtRu."
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", program)
        archive.writestr("archive/data/0", values.astype(np.float32).tobytes())
    return file.getvalue()


class Evil:
    """Runs something when it is opened."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return (Path.touch, (self.canary,))


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def npz(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, array)
    return file.getvalue()


@pytest.mark.parametrize("protocol", range(2, 6))
@pytest.mark.parametrize("array", [np.arange(6.0).reshape(2, 3), np.array(3, dtype=np.int32)])
def test_arrays_survive(array: np.ndarray, protocol: int):
    found = arrays_in(pickle.dumps({"a": array, "more": [array, {"b": array.T}]}, protocol))
    assert sorted(found) == ["a", "more.0", "more.1.b"]
    np.testing.assert_array_equal(found["more.1.b"], array.T)


def test_what_torch_saves():
    values = np.arange(6.0)
    found = arrays_in(torch_like(values, (3, 2), (1, 3)))
    np.testing.assert_array_equal(found["layer.weight"], values.reshape(2, 3).T)


def test_a_tensor_does_not_reach_beyond_its_numbers():
    with pytest.raises(ConversionRefused, match="not-a-pickle"):
        arrays_in(torch_like(np.arange(6.0), (3, 3), (1, 3)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pickle.dumps(print), "code-inside"),
        (pickle.dumps(pickle.loads), "code-inside"),
        (pickle.dumps({"a": 1}), "no-arrays"),
        (pickle.dumps(np.array(["a"])), "type-unknown"),
        (b"\x80\x04 nonsense", "not-a-pickle"),
        (b"PK\x03\x04", "not-a-pickle"),
        (b"", "not-a-pickle"),
    ],
)
def test_what_is_refused(data: bytes, reason: str):
    with pytest.raises(ConversionRefused, match=reason):
        arrays_in(data)


def test_lists_in_lists_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(conversion, "_MOST_ARRAYS", 100)
    nested: list[Any] = [np.zeros(1)]
    for _ in range(17):
        nested = [nested, nested]
    walked = []
    flat = conversion._flat
    monkeypatch.setattr(
        conversion, "_flat", lambda *given: (walked.append(one) or one for one in flat(*given))
    )
    with pytest.raises(ConversionRefused, match="no-arrays"):
        arrays_in(pickle.dumps(nested))
    assert len(walked) < 10_000  # of 131,072, each seen at every depth
    assert len(arrays_in(pickle.dumps([np.zeros(1)] * 100))) == 100


def test_an_evil_pickle_runs_nothing_and_control_shows_that_it_would(tmp_path: Path):
    canary = tmp_path / "canary"
    evil = pickle.dumps({"weights": Evil(canary)})
    with pytest.raises(ConversionRefused, match="code-inside"):
        arrays_in(evil)
    assert not canary.exists()
    pickle.loads(evil)
    assert canary.exists()


def test_inside(tmp_path: Path):
    (tmp_path / conversion.WEIGHTS).write_bytes(pickle.dumps([np.ones(2)]))
    conversion.main(tmp_path, tmp_path)
    assert json.loads((tmp_path / conversion.SAID).read_bytes()) == {"arrays": 1}
    assert load((tmp_path / conversion.RESULT).read_bytes())["0"].tolist() == [1.0, 1.0]
    (tmp_path / conversion.WEIGHTS).write_bytes(b"x")
    conversion.main(tmp_path, tmp_path)
    assert json.loads((tmp_path / conversion.SAID).read_bytes()) == {"refused": "not-a-pickle"}


def test_in_the_sandbox(tmp_path: Path):
    file = tmp_path / "weights.pt"
    file.write_bytes(torch_like(np.arange(4.0), (2, 2), (2, 1)))
    content, arrays = convert(file)
    assert arrays == 1
    assert load(content)["layer.weight"].tolist() == [[0.0, 1.0], [2.0, 3.0]]
    with pytest.raises(TrialsError) as caught:
        convert(tmp_path / "missing")
    assert caught.value.code == "trials.convert"


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


LIST = pickle.dumps([1])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("model.pkl", b""),
        ("deep/model.JOBLIB", b""),
        ("weights.bin", pickle.dumps([1])),
        ("weights.bin", torch_like(np.arange(1.0), (1,), (1,))),
        ("weights.npy", npy(np.array([{}], dtype=object))),
        ("weights.npz", npz(np.array([{}], dtype=object))),
        ("weights.bin", LIST + b"and something behind it"),
        ("weights.bin", pickle.dumps(print, 0)),
        ("weights.bin", gzip.compress(LIST, mtime=0)),
        ("weights.bin", zlib.compress(pickle.dumps({"a": 1}, 2))),
        ("weights.bin", bz2.compress(LIST)),
        ("weights.bin", lzma.compress(LIST)),
        ("weights.bin", zipped(weights=LIST)),
        ("weights.bin", zipped(weights=pickle.dumps(print, 0))),
        ("weights.bin", b"in front of it" + zipped(weights=LIST)),
        ("weights.bin", zipped(inner=zipped(weights=gzip.compress(LIST, mtime=0)))),
        ("weights.bin", zipped(a=zipped(b=zipped(c=zipped(d=b""))))),  # who could look that deep
        ("weights.bin", gzip.compress(b"PK" + bytes(weights._MOST_BYTES), mtime=0)),
    ],
)
def test_pickles_are_found(name: str, data: bytes):
    assert find_pickle({"algorithm.py": b"", name: data}) == name


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        b"print()",
        npy(np.arange(3)),
        npz(np.arange(3)),
        b"PK not a zip",
        b"\x80\x04 cut off",
        b"PK\x03\x04 cut off",
        b"cat\ndog\nhorse\n",
        b"x^2 + y^2",
        gzip.compress(b"1,2\n" * 1000, mtime=0),
        gzip.compress(b"1,2\n" * 1000, mtime=0)[:-20],
        zipped(a=b"hello", b=zipped(c=bytes(weights._MOST_BYTES + 1))),
    ],
)
def test_other_files_are_no_pickles(data: bytes):
    assert find_pickle({"weights.bin": data}) == ""


@pytest.mark.parametrize(
    "tree",
    [
        {"a.b": np.ones(2), "a": {"b": np.zeros(2)}},
        {"1": np.ones(2), 1: np.zeros(2)},
        {"a": [np.ones(1)], "a.0": np.ones(1)},
    ],
)
def test_no_array_is_dropped_for_another_of_its_name(tree):
    with pytest.raises(ConversionRefused, match="names-collide"):
        arrays_in(pickle.dumps(tree))
    # The control: one name more, and both are there.
    told = {"other": tree[next(iter(tree))], "b": np.ones(2)}
    assert len(arrays_in(pickle.dumps(told))) == 2


def test_what_only_looks_like_a_pickle_is_read_so_far_and_no_further():
    """Reading opcodes is slow: a few kilobytes of zip held the receiving process up for half a minute."""
    text = b"cos\nsystem\n" + b"0" * weights._MOST_TEXT
    shares = weights._MOST_OPCODES // weights._MOST_TEXT
    few, many = ({f"m{n}": text for n in range(count)} for count in (shares, shares + 1))
    assert find_pickle({"weights.bin": zipped(**few)}) == ""  # the control: no STOP, no pickle
    assert find_pickle({"weights.bin": zipped(**many)}) == "weights.bin"
    apart = {f"file-{n}.bin": text for n in range(shares + 1)}  # one budget for all files
    assert find_pickle(apart) == f"file-{shares}.bin"
