"""What is said of content when it is sealed."""

from __future__ import annotations

from dataclasses import dataclass

from dure.core.canonical import canonical_bytes
from dure.core.labels import Label


@dataclass(frozen=True, slots=True)
class About:
    """What is said of content when it is sealed; the fields of `Asset` but for id and times."""

    kind: str
    media_type: str
    schema_id: str
    label: str
    parents: tuple[str, ...]
    producer: str

    def bound(self, label: Label, suite: str) -> bytes:
        """Return the bytes that the content's handle is bound to.

        Parameters
        ----------
        label
            The label that is meant.
        suite
            Name of the charter's crypto suite.
        """
        told = {
            "kind": self.kind,
            "media_type": self.media_type,
            "schema_id": self.schema_id,
            "label": str(label),
            "parents": list(self.parents),
        }
        return canonical_bytes("sealed", told, suite)
