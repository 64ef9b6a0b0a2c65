"""The reports of this host's probes that a node signed: the last one of each tier, in its door's folder.

Whoever can write there could take one away or bring an older one back, and make none: each is read anew
with the key that the charter knows.
"""

from __future__ import annotations

from dure.node.files import read_file, write_file
from dure.node.home import Home


class KeptReports:
    """What a node has kept of its host's probes.

    Parameters
    ----------
    home
        The node's folder.
    """

    def __init__(self, home: Home) -> None:
        self._folder = home.door / "probes"
        self.days = home.settings.probe_days
        """How old the last one may be for data above Open; 0 asks for none."""

    def last(self, tier: str) -> bytes:
        """Return the last one of a tier, which nobody has verified yet; empty when there is none."""
        file = self._folder / f"{tier}.json"
        return read_file(file) if file.is_file() else b""

    def keep(self, tier: str, content: bytes) -> None:
        """Keep a report, in place of the one before."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        write_file(self._folder / f"{tier}.json", content, mode=0o600)
