"""What is a model after MAITE's protocols, and how one is made of a submission's entry point."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

BATCH = 16
"""Images that a model is given at once."""

T = TypeVar("T")


def is_model(named: object) -> bool:
    """Say whether an entry point is a model of MAITE's, or a class of such.

    A model is called with a batch; an algorithm of ours has ``fit`` and ``predict``.

    Examples
    --------
    >>> class Model:
    ...     def __call__(self, batch): ...
    >>> class Algorithm:
    ...     def fit(self, train): ...
    ...     def predict(self, features): ...
    >>> is_model(Model), is_model(Model()), is_model(Algorithm), is_model(len)
    (True, True, False, False)
    """
    kind = named if isinstance(named, type) else type(named)
    called = any("__call__" in vars(one) for one in kind.__mro__ if one is not type)
    predicts = hasattr(named, "predict") or hasattr(named, "predict_scores")
    return called and not (predicts and hasattr(named, "fit")) and not inspect.isroutine(named)


def model_of(named: Any, task: Mapping[str, Any]) -> Any:
    """Return the model of an entry point: itself, or made of its class, with the task if it wants it."""
    if not isinstance(named, type):
        return named
    try:
        inspect.signature(named).bind()
    except TypeError:
        return named(task)
    return named()


def names_of(model: Any, classes: Sequence[str]) -> dict[int, str]:
    """Return what the numbers in a model's answers mean.

    Parameters
    ----------
    model
        Its ``metadata`` may have ``index2label``.
    classes
        The benchmark's classes in order of name; they are meant when the model names none itself.
    """
    metadata = getattr(model, "metadata", {})
    told = metadata.get("index2label") if isinstance(metadata, Mapping) else None
    if not told:
        return dict(enumerate(classes))
    return {int(number): str(name) for number, name in told.items()}


def answers(
    model: Callable[[Sequence[Any]], Sequence[Any]], count: int, get: Callable[[int], Any]
) -> Iterator[Any]:
    """Yield a model's answer for each of so many inputs, asked for in batches."""
    for first in range(0, count, BATCH):
        batch = [get(number) for number in range(first, min(first + BATCH, count))]
        yield from model(batch)
