"""Find pickles among the files of a submission, by what they are and not only by their names.

An algorithm could unpickle something it unpacks by itself; in the sandbox that harms nobody. What is
refused here is weights that whoever takes the algorithm over would have to open with their eyes shut.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

_SUFFIXES = (".pkl", ".pickle", ".joblib", ".p", ".pt", ".pth", ".ckpt", ".mar")
_NPY = b"\x93NUMPY"
_HEADER_BYTES = 4096


def find_pickle(files: Mapping[str, bytes]) -> str:
    r"""Return the name of the first file that is a pickle or holds one; empty when none does.

    Parameters
    ----------
    files
        Relative path -> content.

    Source
    ------
    Python ``pickletools``: protocols 2 to 5 begin with the opcode PROTO; PyTorch's ``torch.save``:
    a zip with ``data.pkl``; NumPy NEP 1: arrays of objects are pickled, in an ``.npz`` as well.

    Examples
    --------
    >>> find_pickle({"weights.bin": b"\x80\x04N."})
    'weights.bin'
    >>> find_pickle({"algorithm.py": b"print()"})
    ''
    """
    return next((name for name, data in sorted(files.items()) if _is_pickle(name, data)), "")


def _is_pickle(name: str, data: bytes) -> bool:
    if name.lower().endswith(_SUFFIXES):
        return True
    if data[:1] == b"\x80" and data[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return data.endswith(b".")
    if data.startswith(_NPY):
        return _holds_objects(data[:_HEADER_BYTES])
    return data.startswith(b"PK") and _holds_pickle(data)


def _holds_pickle(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(_is_member(archive, name) for name in archive.namelist())
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, EOFError, OSError):
        return False


def _is_member(archive: zipfile.ZipFile, name: str) -> bool:
    if name.lower().endswith(_SUFFIXES):
        return True
    if not name.lower().endswith(".npy"):
        return False
    with archive.open(name) as member:
        return _holds_objects(member.read(_HEADER_BYTES))


def _holds_objects(data: bytes) -> bool:
    return data.startswith(_NPY) and (b"|O" in data or b"'O'" in data)
