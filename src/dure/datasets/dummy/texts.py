"""Made-up texts: of a shape, of kinds of letters, or numbered so that none stands twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from dure.datasets.dummy.dice import Dice, Words

KIND_LETTERS = {
    "9": "0123456789",
    "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "a": "abcdefghijklmnopqrstuvwxyz",
    "가": "가나다라마바사아자차고노도로모보소오조초구누두루무부수우주추",
    "漢": "東西南北山川水火木金土日月年人大小中上下",
}
"""Which letters stand for a kind; those of one shape alone would do, and say nothing of the data."""

MOST_WRITTEN = 1_000
"""Characters of a made-up text at most, whatever the document says."""


def shaped(shapes: Sequence[str], numbers: Words, dice: Dice, *, unique: bool) -> pa.Array:
    """Return one text a row, each of one of the shapes.

    Parameters
    ----------
    shapes
        At least one.
    numbers
        Numbers of the rows.
    dice
        Where chance comes from.
    unique
        Whether each row's number is to be written into its text, so that none stands twice.
    """
    chosen = dice.below(len(numbers), len(shapes))
    if unique:
        chosen = np.full(len(numbers), max(range(len(shapes)), key=lambda i: room(shapes[i])))
    found = np.empty(len(numbers), dtype=object)
    for index, shape in enumerate(shapes):
        rows = np.flatnonzero(chosen == index)
        if len(rows):
            found[rows] = _filled(shape, numbers[rows], dice, unique=unique)
    return pa.array(found, pa.string())


def free(letters: str, length: tuple[int, int], count: int, dice: Dice) -> pa.Array:
    """Return texts of these kinds of letters, of at least and at most so many characters."""
    least, most = (min(end, MOST_WRITTEN) for end in length)
    if not most:
        return pa.array([""] * count)
    lengths = least + dice.below(count, most - least + 1).astype(np.int64)
    solid = letters.replace(" ", "") or "a"
    signs = np.array(list("".join(KIND_LETTERS[kind] for kind in solid)))
    written = signs[dice.below(count * most, len(signs)).astype(np.int64)].reshape(count, most)
    if " " in letters:
        gaps = dice.below(count * most, 5).reshape(count, most) == 0
        gaps[:, 0] = False
        np.put_along_axis(gaps, np.maximum(lengths - 1, 0)[:, None], values=False, axis=1)
        written[gaps] = " "
    written[np.arange(most) >= lengths[:, None]] = ""
    return pa.array(["".join(row) for row in written.tolist()], pa.string())


def room(shape: str) -> int:
    """Return how many texts a shape has."""
    found = 1
    for sign in shape:
        found *= len(KIND_LETTERS.get(sign, " "))
    return found


def _filled(shape: str, numbers: Words, dice: Dice, *, unique: bool) -> list[str]:
    left = numbers.copy()
    columns = []
    for sign in reversed(shape):
        signs = np.array(list(KIND_LETTERS.get(sign, sign)))
        if unique:
            places = left % np.uint64(len(signs))
            left //= np.uint64(len(signs))
        else:
            places = dice.below(len(numbers), len(signs))
        columns.append(signs[places.astype(np.int64)])
    found = ["".join(row) for row in zip(*reversed(columns), strict=True)]
    if unique and left.any():  # the shape has fewer texts than there are rows
        found = [f"{text}-{more}" if more else text for text, more in zip(found, left, strict=True)]
    return found
