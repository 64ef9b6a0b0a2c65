"""What the houses of the rooms' tests have in common: a real executor, in the tests' own process.

They differ in what keeps their content: a real keeper and vault, or a dictionary in memory.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from dure.core.labels import Label
from dure.core.principals import Principal
from dure.governance.decisions import Request
from dure.governance.events import Event, read_entry
from dure.governance.executor import Executor
from dure.governance.house import Doing, Stream


class ExecutorHouse:
    """The part of a `dure.governance.house.House` that its executor does."""

    executor: Executor
    principal: Principal

    def random(self, n: int) -> bytes:
        return secrets.token_bytes(n)

    def open(self, asset_id: str, *, purpose: str, run: str) -> Stream:
        raise NotImplementedError

    def read(self, asset_id: str, *, purpose: str, limit: int) -> bytes:
        with os.fdopen(self.open(asset_id, purpose=purpose, run="").fd, "rb") as pipe:
            return pipe.read(limit)

    @contextmanager
    def doing(
        self, action: str, *, asset: str = "", detail: Mapping[str, object] | None = None
    ) -> Iterator[Doing]:
        self._log(f"{action}.begun", asset, detail or {})
        doing = Doing(asset, {})
        try:
            yield doing
        except BaseException:
            self._log(f"{action}.failed", doing.asset, {})
            raise
        self._log(f"{action}.done", doing.asset, doing.detail)

    def _log(self, type_: str, asset: str, detail: Mapping[str, object]) -> None:
        self.executor.append([Event(type_, self.principal.id, asset, "", detail)])

    def propose(
        self,
        action: str,
        *,
        arguments: Mapping[str, object],
        assets: Sequence[str],
        source: Label,
        target: Label,
        evidence: str,
    ) -> Request:
        return self.executor.open_request(
            action,
            arguments=arguments,
            assets=assets,
            source=str(source),
            target=str(target),
            evidence=evidence,
            requester=self.principal.id,
        )

    def execute(self, request_id: str) -> Mapping[str, object]:
        return self.executor.execute(request_id)

    def event_types(self) -> list[str]:
        """Return the types of all that the ledger tells of."""
        size = self.executor.checkpoint().size
        return [read_entry(data).type for data in self.executor.ledger.entries(0, size)]


def piped(chunks: Iterable[bytes], size: int) -> Stream:
    """Return content as a door gets it: through a pipe, with the size that it should have."""
    ours, theirs = os.pipe()

    def pour() -> None:
        with suppress(BrokenPipeError), os.fdopen(theirs, "wb") as pipe:
            for chunk in chunks:
                pipe.write(chunk)

    threading.Thread(target=pour, daemon=True).start()
    return Stream(ours, size)
