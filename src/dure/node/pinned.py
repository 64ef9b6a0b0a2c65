"""The charters that a door has pinned: the newest, and every one before it, as files of the door's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dure.governance.charter import Charter, SignedCharter, check_genesis, check_successor
from dure.governance.errors import GovernanceError
from dure.node.files import write_file


@dataclass(frozen=True, slots=True)
class PinnedCharters:
    """The charters of one door.

    Parameters
    ----------
    door
        Its folder.
    """

    door: Path

    @property
    def _file(self) -> Path:
        return self.door / "charter.json"

    @property
    def _history(self) -> Path:
        return self.door / "charters"

    def signed(self) -> SignedCharter:
        """Return the pinned charter.

        Raises
        ------
        GovernanceError
            ``governance.charter-pin`` when none is pinned.
        """
        try:
            data = self._file.read_bytes()
        except OSError as error:
            raise GovernanceError("governance.charter-pin", reason="no-charter") from error
        return SignedCharter.from_bytes(data)

    def every(self) -> tuple[Charter, ...]:
        """Return every charter that was pinned, the newest last."""
        found = [
            SignedCharter.from_bytes(path.read_bytes()).charter
            for path in self._history.glob("*.json")
        ]
        return tuple(sorted(found, key=lambda charter: charter.version))

    def check(self, signed: SignedCharter) -> None:
        """Check that a charter may be pinned: as the first, or after the pinned one.

        Raises
        ------
        GovernanceError
            As `check_genesis` and `check_successor`.
        """
        if not self._file.exists():
            check_genesis(signed)
            return
        pinned = self.signed()
        if signed.to_bytes() != pinned.to_bytes():
            check_successor(pinned.charter, signed)

    def keep(self, signed: SignedCharter) -> None:
        """Write a charter down, in the history before it is the pinned one.

        Raises
        ------
        StorageError
            ``storage.file``, ``storage.no-space``.
        """
        self._history.mkdir(mode=0o700, exist_ok=True)
        for left in (*self.door.glob(".*.partial"), *self._history.glob(".*.partial")):
            left.unlink(missing_ok=True)  # from a crash
        write_file(self._history / f"{signed.charter.version}.json", signed.to_bytes())
        write_file(self._file, signed.to_bytes())
