"""The runtimes that an algorithm can ask for: a name, the packages inside, and a digest of them.

A runtime holds the packages that it names with what they require, and none of their neighbours. What
is installed decides the versions; the digest is over the installed files' own records, so that two
runs with the same digest ran on the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

from dure.core.canonical import canonical_json
from dure.core.text import Text
from dure.sandbox.runtime import installed


@dataclass(frozen=True, slots=True)
class Runtime:
    """What is installed where an algorithm runs.

    Parameters
    ----------
    name
        As `algorithm.toml` writes it.
    title
        What it is for.
    packages
        Names of distributions; they come with what they require.
    optional
        True when a node may lack it.
    counts_processors
        True when it wants to be told how many there are.
    """

    name: str
    title: Text
    packages: tuple[str, ...]
    optional: bool = False
    counts_processors: bool = False

    def is_installed(self) -> bool:
        """Return whether each of its packages is installed here."""
        return all(_version(name) for name in self.packages)

    def facts(self) -> dict[str, str]:
        """Return its name, its digest, and the versions of the interpreter and of its packages."""
        versions = {name: _version(name) for name in self.packages}
        return {
            "name": self.name,
            "digest": digest_of_runtime(self.packages),
            "python": python_version(),
            **versions,
        }


_BASE = ("numpy", "pyarrow", "safetensors")

RUNTIMES: Mapping[str, Runtime] = {
    one.name: one
    for one in (
        Runtime("plain", Text("arrays and tables alone", "배열과 표"), _BASE),
        Runtime(
            "scikit-learn",
            Text("scikit-learn, SciPy and polars", "scikit-learn, SciPy, polars 사용"),
            (*_BASE, "scikit-learn", "polars"),
        ),
        Runtime(
            "onnx",
            Text(
                "ONNX models and MLflow folders that hold one", "ONNX 모델, ONNX를 담은 MLflow 폴더"
            ),
            (*_BASE, "onnxruntime", "pyyaml", "pillow"),
            counts_processors=True,
        ),
        Runtime(
            "images",
            Text(
                "Pillow, scikit-learn and the protocols of MAITE",
                "Pillow, scikit-learn, MAITE 프로토콜",
            ),
            (*_BASE, "scikit-learn", "pillow", "maite"),
        ),
        Runtime(
            "pytorch-cpu",
            Text("PyTorch without a GPU, where it is installed", "GPU 없는 PyTorch(설치된 곳만)"),
            (*_BASE, "torch", "pillow", "maite"),
            optional=True,
        ),
    )
}


@cache
def digest_of_runtime(packages: tuple[str, ...]) -> str:
    """Return a digest of the interpreter's version and of every file that the packages installed.

    Parameters
    ----------
    packages
        Names of distributions; what they require counts too.

    Source
    ------
    Python packaging, "Recording installed projects", §RECORD: a digest of each installed file.
    """
    records = {
        one.metadata["Name"].lower(): hashlib.sha256(
            (one.read_text("RECORD") or f"{one.metadata['Name']}=={one.version}").encode()
        ).hexdigest()
        for one in installed(packages)
    }
    told = canonical_json({"python": python_version(), "packages": records})
    return hashlib.sha256(told).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
