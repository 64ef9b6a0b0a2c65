"""Assets: immutable labelled things."""

from __future__ import annotations

from dataclasses import dataclass

from dure.core.labels import Label


@dataclass(frozen=True, slots=True)
class Asset:
    """An immutable labelled thing of one agency: a data set version, an algorithm, a report.

    Parameters
    ----------
    id
        Keyed handle given by the vault that holds the content, 64 hex digits. It says nothing about
        the content to anyone without that vault's key.
    kind
        ``dataset``, ``algorithm``, ``benchmark``, ``report``, ``bundle``, or a part such as
        ``dataset.features``.
    media_type
        IANA media type of the content.
    schema_id
        Name and version of the content's form, such as ``dure/table/v1``.
    label
        Its label; never changes.
    owner
        Agency whose node holds it.
    parents
        Ids of the assets it was made from.
    producer
        What made it: room and verb, such as ``datasets.import``.
    created
        UTC time, as `dure.core.times` writes it.
    """

    id: str
    kind: str
    media_type: str
    schema_id: str
    label: Label
    owner: str
    parents: tuple[str, ...]
    producer: str
    created: str

    def to_dict(self) -> dict[str, object]:
        """Return the asset as plain values; its canonical form."""
        return {
            "id": self.id,
            "kind": self.kind,
            "media_type": self.media_type,
            "schema_id": self.schema_id,
            "label": str(self.label),
            "policy": self.label.policy.id,
            "owner": self.owner,
            "parents": list(self.parents),
            "producer": self.producer,
            "created": self.created,
        }
