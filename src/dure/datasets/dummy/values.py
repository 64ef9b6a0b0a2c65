"""Made-up values of one column, by its type."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal

import numpy as np
import polars as pl
import pyarrow as pa

from dure.datasets.dummy.dice import Dice, Words
from dure.datasets.dummy.released import TICKS, Released, typed
from dure.datasets.dummy.texts import free, shaped

_UNKNOWN_NUMBERS = (0, 100)
_UNKNOWN_PLACES = 2
_UNKNOWN_DAYS = (10_957, 21_914)
"""From 2000-01-01 to 2029-12-31, in days since 1970."""

_UNKNOWN_LETTERS = "a"
_UNKNOWN_LENGTH = (1, 12)
_MOST_UNIQUE_CHARACTERS = 40
_DAY_S = 86_400
_WORD = 2**64
_EXACT = 2**53
_WIDE = Context(prec=80)


def made(kind: pa.DataType, known: Released, numbers: Words, rows: int, dice: Dice) -> pa.Array:
    """Return one column's values for some rows, without a gap.

    Parameters
    ----------
    kind
        Type of the column.
    known
        What is released of it.
    numbers
        Numbers of the rows.
    rows
        How many rows the whole table has.
    dice
        Where chance comes from.
    """
    count = len(numbers)
    these = _Rows(numbers, rows, known.unique, dice)
    if known.codes:
        codes = typed(known.codes, kind)
        places = numbers % np.uint64(len(codes)) if known.unique else dice.below(count, len(codes))
        return codes.take(pa.array(places.astype(np.int64)))
    if known.format:
        return _written(kind, known, these)
    if pa.types.is_string(kind):
        return _text(known, these)
    if pa.types.is_boolean(kind):
        return pa.array(dice.below(count, 2).astype(bool))
    if pa.types.is_floating(kind):
        return _floats(known, these).cast(kind)
    if pa.types.is_decimal(kind):
        return _decimals(kind, known, these)
    if pa.types.is_integer(kind):
        least, greatest = known.range or _UNKNOWN_NUMBERS
        return _narrowed(kind, these.spread(least, greatest, most=int(np.iinfo(str(kind)).max)))
    return _narrowed(kind, _times(kind, known, these))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one column that are made now.

    Parameters
    ----------
    numbers
        Their numbers.
    rows
        How many rows the whole table has.
    unique
        Whether no value stands twice.
    dice
        Where chance comes from.
    """

    numbers: Words
    rows: int
    unique: bool
    dice: Dice

    def spread(self, least: int, greatest: int, *, step: int = 1, most: int) -> Words:
        """Return whole numbers of a range, as 64-bit words (negative ones in two's complement).

        Where no value may stand twice and the range is too short for that, values go beyond its end,
        up to ``most``.
        """
        span = (greatest - least) // step + 1
        if self.unique and span < self.rows and least + self.rows * step <= most:
            span = self.rows
        if self.unique and span >= self.rows:
            offsets = self.numbers * np.uint64(span // self.rows)
        else:
            offsets = self.dice.below(len(self.numbers), span)
        return offsets * np.uint64(step) + np.uint64(least % _WORD)


def _times(kind: pa.DataType, known: Released, these: _Rows) -> Words:
    """Return dates or times in their unit."""
    most = 2 ** (kind.bit_width - 1) - 1
    if kind == pa.date32():
        return these.spread(*(known.range or _UNKNOWN_DAYS), most=most)
    ticks = TICKS[kind.unit]
    if pa.types.is_time(kind):
        day = (0, _DAY_S * ticks - 1)
        return these.spread(*(known.range or day), step=ticks, most=day[1])
    first, last = (day * _DAY_S * ticks for day in _UNKNOWN_DAYS)
    step = ticks * (known.step_s or 1)
    return these.spread(*(known.range or (first, last)), step=step, most=most)


def _narrowed(kind: pa.DataType, words: Words) -> pa.Array:
    """Return words as values of a type of 8 to 64 bits."""
    if kind == pa.uint64():
        return pa.array(words)
    numbers = words.view(np.int64)
    if pa.types.is_integer(kind):
        return pa.array(numbers).cast(kind)
    return pa.array(numbers.astype(np.int32 if kind.bit_width == 32 else np.int64)).cast(kind)


def _floats(known: Released, these: _Rows) -> pa.Array:
    least, greatest = known.range or _UNKNOWN_NUMBERS
    places = _UNKNOWN_PLACES if known.range is None else known.places
    if places is not None and max(abs(least), abs(greatest)) * 10**places < _EXACT:
        grain = 10**places
        words = these.spread(round(least * grain), round(greatest * grain), most=_EXACT)
        return pa.array(words.view(np.int64) / grain)
    count = len(these.numbers)
    shares = these.numbers / these.rows if these.unique else these.dice.shares(count)
    between = least * (1 - shares) + greatest * shares
    return pa.array(np.clip(between, least, greatest))


def _decimals(kind: pa.DataType, known: Released, these: _Rows) -> pa.Array:
    most = 10**kind.precision - 1
    first, last = 0, min(_UNKNOWN_NUMBERS[1] * 10**kind.scale, most)
    if known.range is not None:
        first, last = (int(end.scaleb(kind.scale, _WIDE)) for end in known.range)
    step = (last - first) // _WORD + 1
    offsets = these.spread(0, (last - first) // step, most=(most - first) // step)
    scaled = (first + offset * step for offset in offsets.tolist())
    return pa.array([Decimal(one).scaleb(-kind.scale, _WIDE) for one in scaled], kind)


def _written(kind: pa.DataType, known: Released, these: _Rows) -> pa.Array:
    """Return dates or times written in a format, as texts or as whole numbers."""
    first, last = known.range or _UNKNOWN_DAYS
    days = these.spread(first, last, most=last).view(np.int64)
    seconds = days * _DAY_S + these.dice.below(len(days), _DAY_S).astype(np.int64)
    moments = pl.Series(seconds * 1_000_000).cast(pl.Datetime("us"))
    return moments.dt.strftime(known.format).to_arrow().cast(pa.string()).cast(kind)


def _text(known: Released, these: _Rows) -> pa.Array:
    length = known.length or _UNKNOWN_LENGTH
    if known.shapes:
        return shaped(known.shapes, these.numbers, these.dice, unique=known.unique)
    if known.unique:
        shape = "a" * min(max(length[1], 1), _MOST_UNIQUE_CHARACTERS)
        return shaped((shape,), these.numbers, these.dice, unique=True)
    return free(known.letters or _UNKNOWN_LETTERS, length, len(these.numbers), these.dice)
