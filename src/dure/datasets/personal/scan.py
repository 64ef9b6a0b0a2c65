"""The scan of a table, batch by batch, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dure.datasets.personal.context import Hint, hint_of
from dure.datasets.personal.engines import Candidates, engine
from dure.datasets.personal.kinds import Hit, Kind, Span
from dure.datasets.personal.numeric import number_hits
from dure.datasets.personal.rules import Rule, rules
from dure.datasets.personal.search import apart, spans
from dure.datasets.personal.shapes import DEFAULT_SHAPES, Shape
from dure.datasets.privacy.errors import PrivacyError

SLICE_BYTES = 4 << 20
"""Text that is looked at in one go."""

Found = Iterator[tuple[int, Span]]
"""Rows of an array, in order, and a span in each."""


class NameRecogniser(Protocol):
    """Finds people's names in texts. None ships with dure: a model that does is the agency's choice."""

    def names(self, texts: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Return for each text the spans of names in it, each of kind `Kind.NAME`."""
        ...


class Scanner:
    """Looks for personal data; its patterns are compiled once. It serves one thread at a time.

    Parameters
    ----------
    shapes
        Shapes of service numbers, as the charter configures them.
    names
        What finds people's names; without it none are found.
    engine_name
        "hyperscan", "re", or "" for the best there is. Both find the same.

    Raises
    ------
    ImportError
        When hyperscan is asked for and isn't there for this machine.
    """

    def __init__(
        self,
        *,
        shapes: Sequence[Shape] = DEFAULT_SHAPES,
        names: NameRecogniser | None = None,
        engine_name: str = "",
    ) -> None:
        self._rules = rules(shapes)
        self._engine = engine(self._rules, engine_name)
        self._names = names
        self._chosen: dict[int, tuple[Rule, ...]] = {}

    @property
    def engine_name(self) -> str:
        """Which engine finds the candidates."""
        return self._engine.name

    def scan(self, data: Any, columns: Sequence[str] | None = None) -> Iterator[Hit]:
        """Yield what is personal in a table: by batch, in it by column, in it by row and offset.

        No more than one batch is held, and beside it the hits of 4 MiB of text.

        Parameters
        ----------
        data
            A `pyarrow.Table`, `RecordBatch` or `RecordBatchReader`, a polars frame, anything else that
            exports an Arrow stream, or an iterable of record batches.
        columns
            Which columns to look at; all when None. Columns of a type that holds no text or numbers
            (`unscanned`) yield nothing.

        Raises
        ------
        PrivacyError
            ``privacy.scan`` when a batch lacks a column that was named.
        """
        first = 0
        for batch in _batches(data):
            for name in batch.schema.names if columns is None else columns:
                if name not in batch.schema.names:
                    raise PrivacyError("privacy.scan", name=name, reason="no-column")
                array, hint = batch.column(name), hint_of(name)
                for row, span in self._array(array, hint):
                    at, end = span.start, span.end
                    yield Hit(name, first + row, at, end, span.kind, span.confidence)
            first += batch.num_rows

    def text(self, text: str) -> list[Span]:
        """Return what is personal in one text."""
        return [span for _, span in self._strings(pa.array([text], pa.large_string()), Hint())]

    def _array(self, array: pa.Array, hint: Hint) -> Found:
        if isinstance(array.type, pa.ExtensionType):
            array = array.storage
        if pa.types.is_dictionary(array.type):
            yield from self._dictionary(array, hint)
        elif _is_text(array.type):
            yield from self._strings(array, hint)
        elif _is_number(array.type):
            for hit in number_hits(array, hint):
                yield hit.row, Span(0, hit.digits, hit.kind, hit.confidence)

    def _dictionary(self, array: pa.DictionaryArray, hint: Hint) -> Found:
        """Look at each value of the dictionary once, then at the rows that have one of these."""
        if not _is_text(array.type.value_type):
            yield from self._array(array.dictionary_decode(), hint)
            return
        by_value: dict[int, list[Span]] = {}
        for value, span in self._strings(array.dictionary, hint):
            by_value.setdefault(value, []).append(span)
        personal = np.zeros(len(array.dictionary) + 1, dtype=np.bool_)
        personal[list(by_value)] = True
        indices = array.indices.cast(pa.int64()).fill_null(len(array.dictionary)).to_numpy()
        for row in np.flatnonzero(personal[indices]).tolist():
            for span in by_value[int(indices[row])]:
                yield row, span

    def _strings(self, array: pa.Array, hint: Hint) -> Found:
        data, offsets = _buffers(array)
        valid = array.is_valid().to_numpy(zero_copy_only=False) if array.null_count else None
        hinted = self._hinted(hint)
        first = 0
        while first < len(array):
            within = int(np.searchsorted(offsets, offsets[first] + SLICE_BYTES, side="right"))
            last = min(len(array), max(first + 1, within - 1))
            part = offsets[first : last + 1]
            candidates = self._engine.candidates(data, part)
            if hinted:
                candidates = _all_rows(candidates, len(part) - 1, hinted)
            known = self._confirmed(data, part, candidates, hint)
            if self._names is not None:
                known = _with_names(known, self._names.names(_texts(data, part)))
            for row, span in known:
                if valid is None or valid[first + row]:
                    yield first + row, span
            first = last

    def _confirmed(
        self, data: memoryview, offsets: npt.NDArray[np.int64], rows: Candidates, hint: Hint
    ) -> Found:
        for row, bits in rows:
            chosen = self._chosen.get(bits)
            if chosen is None:
                chosen = tuple(rule for at, rule in enumerate(self._rules) if bits >> at & 1)
                self._chosen[bits] = chosen
            text = str(data[offsets[row] : offsets[row + 1]], "utf-8", "replace")
            for span in spans(text, chosen, hint):
                yield row, span

    def _hinted(self, hint: Hint) -> int:
        """Return the bits of the rules for which the column's name makes every cell a candidate."""
        return sum(
            1 << at
            for at, rule in enumerate(self._rules)
            if rule.hinted and rule.kind in hint.kinds
        )


def unscanned(schema: pa.Schema) -> tuple[str, ...]:
    """Return the columns that a scan doesn't look into: lists, structures, bytes.

    Days, times and truth values say nothing about a person by themselves, and aren't among them.
    """
    return tuple(field.name for field in schema if not _is_looked_into(field.type))


def _is_looked_into(kind: pa.DataType) -> bool:
    if isinstance(kind, pa.ExtensionType):
        return _is_looked_into(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return _is_looked_into(kind.value_type)
    nothing = pa.types.is_temporal(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind)
    return nothing or _is_text(kind) or _is_number(kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _batches(data: Any) -> Iterator[pa.RecordBatch]:
    if isinstance(data, pa.RecordBatch):
        yield data
    elif isinstance(data, pa.Table):
        yield from data.to_batches()
    elif hasattr(data, "__arrow_c_stream__"):
        yield from pa.RecordBatchReader.from_stream(data)
    else:
        yield from data


def _buffers(array: pa.Array) -> tuple[memoryview, npt.NDArray[np.int64]]:
    """Return the bytes of an array of strings, and where in them its rows begin and end."""
    if pa.types.is_string_view(array.type):
        array = array.cast(pa.large_string())
    wide = pa.types.is_large_string(array.type)
    _, ends, data = array.buffers()
    if ends is None or not len(array):
        return memoryview(b""), np.zeros(len(array) + 1, dtype=np.int64)
    offsets = np.frombuffer(ends, np.int64 if wide else np.int32)
    rows = offsets[array.offset : array.offset + len(array) + 1].astype(np.int64)
    return memoryview(b"" if data is None else data), rows


def _all_rows(found: Candidates, rows: int, bits: int) -> Candidates:
    """Add bits to every row."""
    known = dict(found)
    return ((row, known.get(row, 0) | bits) for row in range(rows))


def _texts(data: memoryview, offsets: npt.NDArray[np.int64]) -> list[str]:
    ends = offsets.tolist()
    return [str(data[begin:end], "utf-8", "replace") for begin, end in pairwise(ends)]


def _with_names(known: Found, names: Sequence[Sequence[Span]]) -> Found:
    """Add the names that lie in nothing else that was found."""
    by_row: dict[int, list[Span]] = {}
    for row, span in known:
        by_row.setdefault(row, []).append(span)
    for row, spans_of_names in enumerate(names):
        named = (Span(n.start, n.end, Kind.NAME, n.confidence) for n in spans_of_names)
        for span in apart([*by_row.get(row, []), *named]):
            yield row, span
