"""The plan file: what is done to which column, for which purpose, and what risk may be left.

::

    deidentify = 1
    purpose = "trial"
    quasi = ["age", "sex"]
    sensitive = ["diagnosis"]
    k = 5

    [[column]]
    method = "pseudonym"
    name = "patient_no"
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from dure.core.text import is_unseen
from dure.datasets import plain_toml
from dure.datasets.deidentify.methods import AnyMethod, DateShift, Name
from dure.datasets.personal.shapes import DEFAULT_SHAPES, Shape

MAX_COLUMNS = 5_000
MOST_GENERATION = 10_000
UNTOLD_PURPOSE = "untold"
"""Purpose of a plan that names none; only for looking at a file without a node."""

_Names = Annotated[tuple[Name, ...], msgspec.Meta(max_length=16)]
_Term = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,62}$")]


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a table is de-identified.

    Parameters
    ----------
    deidentify
        Version of the form.
    purpose
        What the result is for; pseudonyms of two purposes can't be linked.
    generation
        Generation of the purpose's keys: another one gives other pseudonyms.
    quasi
        Quasi-identifiers: columns that together may tell who somebody is.
    sensitive
        Columns that nobody should learn of somebody; l-diversity looks at them.
    k
        Rows that must at least share their quasi-identifiers afterwards; 1 asks nothing.
    suppress
        Share of the rows (0 to 0.5) that may be left out so that `k` is reached.
    population
        How many people the rows were drawn from, when that is known; 0 means these alone.
    service_numbers
        Shapes of service numbers, as the charter writes them; none means the usual one.
    column
        What is done to each column; one that isn't named stays as it is.
    """

    deidentify: Literal[1] = 1
    purpose: _Term = UNTOLD_PURPOSE
    generation: Annotated[int, msgspec.Meta(ge=1, le=MOST_GENERATION)] = 1
    quasi: _Names = ()
    sensitive: _Names = ()
    k: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    suppress: Annotated[float, msgspec.Meta(ge=0, le=0.5)] = 0.0
    population: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] = 0
    service_numbers: Annotated[
        tuple[Annotated[str, msgspec.Meta(max_length=40)], ...], msgspec.Meta(max_length=64)
    ] = ()
    column: Annotated[tuple[AnyMethod, ...], msgspec.Meta(max_length=MAX_COLUMNS)] = ()

    def __post_init__(self) -> None:
        named = [method.name for method in self.column]
        for names in (named, self.quasi, self.sensitive):
            if len(set(names)) != len(names):
                raise ValueError("repeated")
        if set(self.quasi) & set(self.sensitive):
            raise ValueError("columns")
        if any(map(is_unseen, "".join((*self.quasi, *self.sensitive)))):
            raise ValueError("unseen")
        if (self.suppress or self.k > 1) and not self.quasi:
            raise ValueError("options")
        try:
            list(map(Shape, self.service_numbers))
        except ValueError:
            raise ValueError("shape") from None

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Shapes of service numbers to look for."""
        return tuple(map(Shape, self.service_numbers)) or DEFAULT_SHAPES

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements whose keys it takes, each once, in order of the file."""
        return tuple(dict.fromkeys(filter(None, (method.element for method in self.column))))

    def names(self) -> Iterator[str]:
        """Yield every column that it speaks of."""
        for method in self.column:
            yield method.name
            if isinstance(method, DateShift):
                yield method.subject
        yield from self.quasi
        yield from self.sensitive


class _File(Plan, frozen=True, kw_only=True, forbid_unknown_fields=True):
    deidentify: Literal[1]


def parse(content: bytes, name: str = "plan") -> Plan:
    r"""Return the plan that a file holds.

    Parameters
    ----------
    content
        The file's bytes: UTF-8, at most 1 MiB.
    name
        The file's name, for messages.

    Raises
    ------
    DatasetError
        ``datasets.document``, with the reason and the place.

    Examples
    --------
    >>> parse(b'deidentify = 1\n[[column]]\nmethod = "drop"\nname = "n"').column[0].method
    'drop'
    """
    found = plain_toml.read(content, _File, name, headers=("[[column]]",))
    return Plan(**{part: getattr(found, part) for part in Plan.__struct_fields__})


def read_plan(file: Path) -> Plan:
    """Return the plan that a file holds.

    Raises
    ------
    DatasetError
        ``datasets.document``.
    ReaderError
        ``readers.source`` when it can't be read.
    """
    return parse(plain_toml.content_of(file), file.name)


def write(plan: Plan) -> str:
    """Return the text of a plan, which `parse` reads back as the same.

    Examples
    --------
    >>> print(write(Plan(purpose="trial")))
    deidentify = 1
    purpose = "trial"
    <BLANKLINE>
    """
    head = msgspec.structs.replace(plan, column=())
    lines = [*plain_toml.told(head, first={"deidentify": 1}, last=()), ""]
    for method in plan.column:
        first = {"method": method.method, "name": method.name}
        lines += ["[[column]]", *plain_toml.told(method, first=first, last=("why_en", "why_ko"))]
        lines.append("")
    return "\n".join(lines)
