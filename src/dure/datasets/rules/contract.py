"""The contract file: TOML of one plain form, read strictly and written so that people can edit it.

::

    contract = 1

    [[rule]]
    kind = "range"
    column = "latitude"
    min = 30
    max = 40

`dure.datasets.plain_toml` holds the text to that form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from dure.datasets import plain_toml
from dure.datasets.rules.forms import AnyRule

MAX_RULES = 5_000


@dataclass(frozen=True, slots=True)
class Contract:
    """Rules in the order of the file, each with a name of its own.

    Parameters
    ----------
    rules
        At most `MAX_RULES`.
    """

    rules: tuple[AnyRule, ...]

    def named(self) -> Iterator[tuple[str, AnyRule]]:
        """Yield each rule with its name: its id, or its kind and columns."""
        taken: Counter[str] = Counter()
        for rule in self.rules:
            columns = f"({', '.join(rule.names)})" if rule.names else ""
            name = rule.id or f"{rule.kind}{columns}"
            taken[name] += 1
            yield (name if taken[name] == 1 else f"{name}#{taken[name]}"), rule


class _File(msgspec.Struct, forbid_unknown_fields=True):
    contract: Literal[1]
    rule: Annotated[tuple[AnyRule, ...], msgspec.Meta(min_length=1, max_length=MAX_RULES)]


def parse(content: bytes, name: str = "contract") -> Contract:
    r"""Return the contract that a file holds.

    Parameters
    ----------
    content
        The file's bytes: UTF-8, at most `dure.datasets.plain_toml.MAX_BYTES`.
    name
        The file's name, for messages.

    Raises
    ------
    DatasetError
        ``datasets.document``, with the reason and the place.

    Examples
    --------
    >>> parse(b'contract = 1\n[[rule]]\nkind = "not-null"\ncolumn = "n"').rules[0].kind
    'not-null'
    """
    known = plain_toml.read(content, _File, name, ("[[rule]]",))
    ids = Counter(rule.id for rule in known.rule if rule.id)
    if repeated := [place for place, rule in enumerate(known.rule) if ids[rule.id] > 1]:
        raise plain_toml.refused(name, "repeated", f"rule[{repeated[1]}].id")
    return Contract(known.rule)


def write(contract: Contract) -> str:
    """Return the text of a contract, which `parse` reads back as the same.

    Examples
    --------
    >>> from dure.datasets.rules.forms import RowCount
    >>> print(write(Contract((RowCount(min=1),))))
    contract = 1
    <BLANKLINE>
    [[rule]]
    kind = "row-count"
    min = 1
    <BLANKLINE>
    """
    lines = ["contract = 1", ""]
    for rule in contract.rules:
        first = {"kind": rule.kind}
        lines += ["[[rule]]", *plain_toml.told(rule, first=first, last=("why_en", "why_ko")), ""]
    return "\n".join(lines)
