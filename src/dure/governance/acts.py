"""Acts: the functions that perform critical actions, and what the executor hands them.

An act is a room's own, loaded by the executor process alone. It gets everything it needs through
its `ActContext`, and what it may do there is bounded by the permit: it reads only the assets that the
request names, seals nothing below the request's target label, signs only types of its own, and lets
leave only what it declares with `ActContext.release` (recorded together with its outcome).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dure.core.assets import Asset
from dure.core.suites import Suite
from dure.governance.charter import Charter
from dure.governance.decisions import Request
from dure.governance.permits import Permit


class KeeperPort(Protocol):
    """The keeper, as the executor sees it. It checks permit and request itself."""

    def read(self, asset_id: str, permit: Permit, request: Request) -> Iterator[bytes]:
        """Stream the content of an asset that the permit's request names."""

    def shred(self, asset_id: str, permit: Permit, request: Request) -> bool:
        """Destroy the content of an asset that the permit's request names; say whether it is gone."""

    def seal_again(self, asset_id: str, permit: Permit, request: Request, **about: Any) -> Asset:
        """Seal the content of an asset that the permit's request names under another label.

        ``about`` is ``label`` (a `Label`), ``parents`` and ``producer``.
        """

    def seal(self, pages: Iterable[bytes], permit: Permit, request: Request, **about: Any) -> Asset:
        """Seal content into the vault under a permit.

        ``about`` is that of `dure.governance.house.House.seal`: ``kind``, ``media_type``,
        ``schema_id``, ``label`` (a `Label`), ``parents``, ``producer``, ``name``, ``facts``.
        """


@dataclass(frozen=True, slots=True)
class ActContext:
    """What an act may use.

    Parameters
    ----------
    agency
        Agency whose executor acts.
    charter
        The pinned charter.
    suite
        Its crypto suite.
    directory
        The executor's own folder for what is released; only the executor's uid writes there.
    sign
        ``sign(type, value)`` gives the hex signature of the executor's key (the member's
        ``executor`` key in the charter) over canonical bytes. Types that are the
        executor's own word (permits, votes, charters, tickets, envelopes) are refused.
    read
        ``read(asset_id)`` streams the content of an asset that the request names.
    seal
        ``seal(pages, kind=…, media_type=…, schema_id=…, label=…, parents=…, producer=…, name=…)``
        mints an asset whose label dominates the request's target label.
    seal_again
        ``seal_again(asset_id, label=…, parents=…, producer=…)`` mints an asset of the very content of
        one that the request names, under a label as for ``seal``; the vault keeps the content once.
    shred
        ``shred(asset_id)`` destroys the content of an asset that the request names; what is gone
        already stays gone. It says whether it is gone: what is a part of something else too is kept.
    release
        ``release(kind, digest)`` declares that content with this digest may leave, in an envelope
        whose payload kind is ``kind``.
    proof
        ``proof()`` gives the proof that the ``begun`` entry of this very act is in the ledger, as
        plain values: ``entry`` (text), ``position``, ``path`` (hex), ``checkpoint`` (signed note),
        ``salt`` (hex).
    now
        ``now()`` gives seconds since 1970.
    """

    agency: str
    charter: Charter
    suite: Suite
    directory: Path
    sign: Callable[[str, object], str]
    read: Callable[[str], Iterator[bytes]]
    seal: Callable[..., Asset]
    seal_again: Callable[..., Asset]
    shred: Callable[[str], bool]
    release: Callable[[str, str], None]
    proof: Callable[[], Mapping[str, object]]
    now: Callable[[], int]


class Act(Protocol):
    """How one critical action is performed."""

    def perform(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object]:
        """Do it, once, and return the outcome as canonical values (at most 48 KiB)."""

    def happened(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object] | None:
        """Ask the target whether it happened; return the outcome (releases declared again), or None.

        Asked when the executor can't know, after a crash or an error in the middle. What
        is left half-done is to be removed before None is returned.
        """

    def evidence(self, request: Request, context: ActContext) -> str:
        """Compute the request's evidence digest again, from what is there now."""
