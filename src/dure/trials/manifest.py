"""`algorithm.toml`: what a submission says about itself, read strictly.

::

    [algorithm]
    name = "mean-by-carrier"
    version = "1.0"
    task = "tabular-regression"
    entry_point = "algorithm:Algorithm"     # or a script "main.py", a model "model.onnx", or "MLmodel"
    runtime = "scikit-learn"                # or "plain", "onnx", "images", "pytorch-cpu"
    licence = "Apache-2.0"
    origin = "written for this trial; no weights from elsewhere"

    [limits]                                # optional; the owner's own limits stand above these
    wall_s = 60
    memory_mib = 1536

    [parameters]                            # optional; given to the algorithm as they are
    depth = 6

    [schema]                                # optional; what it needs, so that a misfit shows early
    target = "delay"

    [schema.features]                       # name -> text, integer, number, boolean, date, time or image
    carrier = "text"
    distance = "number"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from dure.trials.errors import TrialsError
from dure.trials.runtimes import RUNTIMES
from dure.trials.tasks import TaskType

MANIFEST = "algorithm.toml"
MANIFEST_BYTES = 64 * 1024
MLFLOW = "MLmodel"

WALL_S = 60
MEMORY_MIB = 1536
MOST_WALL_S = 600
MOST_MEMORY_MIB = 8192

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,31}")
_ENTRY = re.compile(
    r"[A-Za-z_][A-Za-z0-9_]{0,62}(?:\.[A-Za-z_][A-Za-z0-9_]{0,62}){0,4}"
    r":[A-Za-z_][A-Za-z0-9_]{0,62}"
)
_SCRIPT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}\.py")
_ONNX = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}\.onnx")
_PARAMETER = re.compile(r"[a-z][a-z0-9_]{0,62}")
_TEXTS = ("name", "version", "task", "entry_point", "runtime", "licence", "origin")
_LONGEST = 500
_MOST_PARAMETERS = 64
_MOST_COLUMNS = 2000
_LONGEST_COLUMN = 200

Parameter = str | int | float | bool


class EntryForm(StrEnum):
    """What the entry point of a submission is."""

    CLASS = "class"
    SCRIPT = "script"
    ONNX = "onnx"
    MLFLOW = "mlflow"


class ColumnType(StrEnum):
    """The type that a submission says a column must have."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns that a submission needs.

    Parameters
    ----------
    target
        Column to be predicted; empty when any is good.
    features
        Name -> type; empty when any are good.
    """

    target: str = ""
    features: Mapping[str, ColumnType] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a submission says about itself.

    Parameters
    ----------
    name, version
        What it is called.
    task
        What it can do.
    entry_point
        ``module:attribute`` of its class, the name of a script or of an ONNX model, or ``MLmodel``.
    runtime
        Name of the runtime it wants.
    licence
        SPDX expression.
    origin
        Where it and any weights in it come from, in words.
    wall_s, memory_mib
        Seconds on the clock and memory that it asks for.
    parameters
        Given to the algorithm as they are.
    schema
        The columns that it needs.
    """

    name: str
    version: str
    task: TaskType
    entry_point: str
    runtime: str
    licence: str
    origin: str
    wall_s: int
    memory_mib: int
    parameters: Mapping[str, Parameter]
    schema: Schema = Schema()

    @property
    def form(self) -> EntryForm:
        """What the entry point is."""
        if ":" in self.entry_point:
            return EntryForm.CLASS
        if self.entry_point == MLFLOW:
            return EntryForm.MLFLOW
        return EntryForm.ONNX if _ONNX.fullmatch(self.entry_point) else EntryForm.SCRIPT


def read_manifest(data: bytes) -> Manifest:
    """Return the manifest that the bytes of an ``algorithm.toml`` write.

    Parameters
    ----------
    data
        UTF-8 TOML, at most 64 KiB.

    Raises
    ------
    TrialsError
        ``trials.manifest``.

    Source
    ------
    TOML 1.0; SPDX for the licence.
    """
    whole = _parse(data)
    _only(whole, "algorithm.toml", {"algorithm", "limits", "parameters", "schema"})
    about = _section(whole, "algorithm")
    _only(about, "[algorithm]", set(_TEXTS))
    texts = {name: _text(about, name) for name in _TEXTS}
    _match(_NAME, texts, "name", "name-form")
    _match(_VERSION, texts, "version", "version-form")
    if texts["task"] not in tuple(TaskType):
        raise _refuse("algorithm.task", "one-of", known=", ".join(TaskType))
    entry = texts["entry_point"]
    if entry != MLFLOW and not any(form.fullmatch(entry) for form in (_ENTRY, _SCRIPT, _ONNX)):
        raise _refuse("algorithm.entry_point", "entry-point")
    if texts["runtime"] not in RUNTIMES:
        raise _refuse("algorithm.runtime", "one-of", known=", ".join(RUNTIMES))
    if texts["runtime"] != "onnx" and (entry == MLFLOW or _ONNX.fullmatch(entry)):
        raise _refuse("algorithm.runtime", "needs-onnx")
    limits = _section(whole, "limits")
    _only(limits, "[limits]", {"wall_s", "memory_mib"})
    return Manifest(
        name=texts["name"],
        version=texts["version"],
        task=TaskType(texts["task"]),
        entry_point=texts["entry_point"],
        runtime=texts["runtime"],
        licence=texts["licence"],
        origin=texts["origin"],
        wall_s=_bound(limits, "wall_s", WALL_S, MOST_WALL_S),
        memory_mib=_bound(limits, "memory_mib", MEMORY_MIB, MOST_MEMORY_MIB),
        parameters=_parameters(_section(whole, "parameters")),
        schema=_schema(_section(whole, "schema")),
    )


def _parse(data: bytes) -> Mapping[str, object]:
    if len(data) > MANIFEST_BYTES:
        raise _refuse(MANIFEST, "too-long", limit_kib=MANIFEST_BYTES // 1024)
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise _refuse(MANIFEST, "not-utf-8") from None
    except (ValueError, RecursionError):
        raise _refuse(MANIFEST, "not-toml") from None


def _refuse(where: str, reason: str, **facts: object) -> TrialsError:
    return TrialsError("trials.manifest", where=where, reason=reason, **facts)


def _section(whole: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = whole.get(name, {})
    if not isinstance(section, dict):
        raise _refuse(f"[{name}]", "section")
    return section


def _only(section: Mapping[str, object], where: str, known: set[str]) -> None:
    strange = len(set(section) - known)
    if strange:
        raise _refuse(where, "unknown-entries", count=strange, known=", ".join(sorted(known)))


def _text(section: Mapping[str, object], name: str) -> str:
    value = section.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise _refuse(f"algorithm.{name}", "line", most=_LONGEST)
    return value


def _match(form: re.Pattern[str], texts: Mapping[str, str], name: str, reason: str) -> None:
    if not form.fullmatch(texts[name]):
        raise _refuse(f"algorithm.{name}", reason)


def _bound(section: Mapping[str, object], name: str, default: int, most: int) -> int:
    value = section.get(name, default)
    if type(value) is not int or not 0 < value <= most:
        raise _refuse(f"limits.{name}", "whole-number", most=most)
    return value


def _parameters(section: Mapping[str, object]) -> Mapping[str, Parameter]:
    if len(section) > _MOST_PARAMETERS:
        raise _refuse("[parameters]", "too-many-entries", most=_MOST_PARAMETERS)
    kept: dict[str, Parameter] = {}
    for name, value in section.items():
        if not _PARAMETER.fullmatch(name):
            raise _refuse("[parameters]", "parameter-name")
        if not isinstance(value, str | int | float | bool):
            raise _refuse(f"parameters.{name}", "parameter-type")
        if isinstance(value, str) and len(value) > _LONGEST:
            raise _refuse(f"parameters.{name}", "too-many-characters", most=_LONGEST)
        kept[name] = value
    return MappingProxyType(kept)


def _schema(section: Mapping[str, object]) -> Schema:
    _only(section, "[schema]", {"target", "features"})
    target, features = section.get("target", ""), section.get("features", {})
    if not isinstance(target, str) or len(target) > _LONGEST_COLUMN:
        raise _refuse("schema.target", "line", most=_LONGEST_COLUMN)
    if not isinstance(features, dict):
        raise _refuse("[schema.features]", "section")
    if len(features) > _MOST_COLUMNS:
        raise _refuse("[schema.features]", "too-many-entries", most=_MOST_COLUMNS)
    if any(len(name) > _LONGEST_COLUMN for name in features):
        raise _refuse("[schema.features]", "too-many-characters", most=_LONGEST_COLUMN)
    if not all(kind in tuple(ColumnType) for kind in features.values()):
        raise _refuse("[schema.features]", "one-of", known=", ".join(ColumnType))
    if target in features:
        raise _refuse("[schema.features]", "target-among")
    return Schema(
        target, MappingProxyType({name: ColumnType(kind) for name, kind in features.items()})
    )
