"""What the catalogue says of a probe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from dure.core.text import Text


class Control(StrEnum):
    """Where a positive control shows that an attempt can succeed.

    ``bare`` is this very user outside the sandbox, ``root`` root outside it, ``open`` bubblewrap with
    every capability in its own namespaces, writable folders and no filter, ``loose`` the sandbox with
    wide limits, ``naive`` a careless reader in place of ours. ``inert`` means that nothing harmless
    shows it, so that being contained is not counted.
    """

    BARE = "bare"
    ROOT = "root"
    OPEN = "open"
    LOOSE = "loose"
    NAIVE = "naive"
    INERT = "inert"


class Group(StrEnum):
    """Which start of the sandbox an attempt is made in.

    ``together`` and ``bounded`` make many, each in a child of its own, ``bounded`` under tight limits
    and after ``together``; ``alone`` one for each, for it ends the whole run; ``outputs`` leaves
    everything that hurts in one ``/out``.
    """

    TOGETHER = "together"
    BOUNDED = "bounded"
    ALONE = "alone"
    OUTPUTS = "outputs"


HARM = Text(
    "Where it succeeded it would change this host.", "성공하면 이 호스트의 상태가 바뀝니다."
)
RARE = Text("Few kernels have what it reaches for.", "이것이 있는 커널이 드뭅니다.")
NOBODY = Text("The kernel lets nobody do it.", "커널이 아무에게도 허용하지 않습니다.")
ELSEWHERE = Text("It would leave this machine.", "이 기기 밖으로 나가게 됩니다.")
TOLD = Text(
    "It is a fact to know, and nothing holds it back.", "알아 둘 사실이며 막는 것이 없습니다."
)


@dataclass(frozen=True, slots=True)
class Probe:
    """One attempt, and how it is shown to be one.

    Parameters
    ----------
    name
        ``family.attempt``.
    title
        What it tries.
    control
        Where it can succeed.
    group
        Which start of the sandbox it is made in.
    limits
        What is tighter than usual for one that is made alone.
    inert
        Why nothing harmless shows that it can succeed; None when something does.
    """

    name: str
    title: Text
    control: Control
    group: Group = Group.TOGETHER
    limits: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    inert: Text | None = None

    @property
    def family(self) -> str:
        """The part of its name before the dot."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Row:
    """A probe as its family writes it down; the control may be the reason why there is none."""

    name: str
    control: Control | Text
    en: str
    ko: str
    group: Group = Group.TOGETHER
    limits: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def family(name: str, rows: Sequence[Row]) -> tuple[Probe, ...]:
    """Return the probes of a family."""
    return tuple(
        Probe(
            f"{name}.{row.name}",
            Text(row.en, row.ko),
            row.control if isinstance(row.control, Control) else Control.INERT,
            row.group,
            row.limits,
            None if isinstance(row.control, Control) else row.control,
        )
        for row in rows
    )
