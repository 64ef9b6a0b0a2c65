"""What a target is: seeds written by our own writers, a parser, and the refusals that it may give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from dure.core.errors import DureError

Refusal = type[Exception]


@dataclass(frozen=True)
class Target:
    """A parser to be fuzzed.

    Parameters
    ----------
    name
        What it is called on the command line.
    seeds
        Returns valid input, from our own writers.
    parse
        Reads bytes. It may return anything; it may raise a `DureError` of `codes`, or one of `also`.
    codes
        Beginnings of the codes that it may refuse with.
    also
        Errors that the parser's contract names besides.
    traced
        Whether the lines that it runs guide the search; not where a worker runs in other languages.
    """

    name: str
    seeds: Callable[[], list[bytes]]
    parse: Callable[[bytes], object]
    codes: tuple[str, ...] = ()
    also: tuple[Refusal, ...] = ()
    traced: bool = True

    def __call__(self, data: bytes) -> None:
        """Parse, and let through whatever is no rightful refusal."""
        try:
            self.parse(data)
        except DureError as error:
            if not error.code.startswith(self.codes):
                raise
        except self.also:
            pass


def targets() -> dict[str, Target]:
    """Return every target by its name."""
    from fuzz import targets as package

    modules = [import_module(f"fuzz.targets.{one.name}") for one in iter_modules(package.__path__)]
    return {target.name: target for module in modules for target in module.TARGETS}
