"""The desks of de-identification and of privacy records, parts of the data sets room."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dure.core.assets import Asset
from dure.core.errors import DureError
from dure.core.labels import Label
from dure.governance.errors import GovernanceError
from dure.node.desks.assets import find, visible
from dure.node.desks.exchange import ExchangeDesk
from dure.node.house import NodeHouse

if TYPE_CHECKING:
    from dure.datasets.corpora.covered import Glimpse
    from dure.datasets.deidentify.answers import Previewed, Treated
    from dure.datasets.deidentify.applying import Deidentified
    from dure.datasets.deidentify.plan import Plan


class DeidentifyDesk:
    """Verbs on de-identification."""

    def __init__(self, house: NodeHouse) -> None:
        self.house = house

    def propose(self, dataset: str, shapes: Collection[str] = ()) -> Plan:
        """Propose a plan for a data set; a read in the ledger."""
        from dure.datasets.deidentify.looking import propose

        return propose(self.house, find(self.house, dataset, "dataset").id, shapes)

    def preview(
        self, dataset: str, plan: str | Path, *, rows: int = 10, shown: Collection[str] = ()
    ) -> Previewed:
        """Show what a plan does to a data set's first rows; a read in the ledger."""
        from dure.datasets.deidentify.looking import preview
        from dure.datasets.deidentify.plan import read_plan

        found, told = find(self.house, dataset, "dataset"), read_plan(Path(plan))
        return preview(self.house, found.id, told, rows, shown)

    def risk(self, dataset: str, plan: str | Path) -> Treated:
        """Count a data set's classes before and after a plan; a read in the ledger."""
        from dure.datasets.deidentify.looking import risk
        from dure.datasets.deidentify.plan import read_plan

        found = find(self.house, dataset, "dataset")
        return risk(self.house, found.id, read_plan(Path(plan)))

    def apply(
        self,
        dataset: str,
        plan: str | Path,
        *,
        name: str = "",
        progress: Callable[[str], None] = lambda _: None,
    ) -> Deidentified:
        """Make a de-identified data set; see `dure.datasets.deidentify.applying.deidentify`."""
        from dure.datasets.deidentify.applying import deidentify
        from dure.datasets.deidentify.plan import read_plan

        found = find(self.house, dataset, "dataset")
        return deidentify(self.house, found.id, read_plan(Path(plan)), name=name, progress=progress)

    def images(
        self,
        dataset: str,
        *,
        cover: Collection[str] = (),
        boxes: str | Path | None = None,
        name: str = "",
        progress: Callable[[str], None] = lambda _: None,
    ) -> Asset:
        """De-identify images; see `dure.datasets.deidentify.covering.cover_images`."""
        from dure.datasets.deidentify.covering import cover_images, read_boxes

        found = find(self.house, dataset, "dataset")
        given = None if boxes is None else read_boxes(Path(boxes))
        return cover_images(
            self.house,
            found.id,
            classes=frozenset(cover),
            boxes=given,
            name=name,
            progress=progress,
        )

    def texts(
        self,
        dataset: str,
        *,
        cover: Collection[str] = (),
        service_numbers: Collection[str] = (),
        pseudonyms: Collection[str] = (),
        purpose: str = "",
        generation: int = 1,
        name: str = "",
        progress: Callable[[str], None] = lambda _: None,
    ) -> Asset:
        """De-identify a corpus; see `dure.datasets.corpora.deidentifying.cover_texts`."""
        from dure.datasets.corpora.deidentifying import cover_texts

        found = find(self.house, dataset, "dataset")
        return cover_texts(
            self.house,
            found.id,
            tags=cover,
            shapes=service_numbers,
            pseudonyms=pseudonyms,
            purpose=purpose,
            generation=generation,
            name=name,
            progress=progress,
        )

    def glimpse_texts(
        self,
        dataset: str,
        *,
        cover: Collection[str] = (),
        service_numbers: Collection[str] = (),
        pseudonyms: Collection[str] = (),
        places: int = 10,
    ) -> Sequence[Glimpse]:
        """Show the first places that `texts` would cover, by their shapes alone."""
        from dure.datasets.corpora.deidentifying import glimpse_texts

        found = find(self.house, dataset, "dataset")
        return glimpse_texts(
            self.house,
            found.id,
            tags=cover,
            shapes=service_numbers,
            pseudonyms=pseudonyms,
            places=places,
        )

    def request_lower(self, dataset: str, label: str) -> dict[str, Any]:
        """Ask people to lower a data set's label."""
        from dure.datasets.deidentify.lowering import request_lower

        target = Label.parse(label, self.house.charter.labels)
        asked = request_lower(self.house, find(self.house, dataset, "dataset").id, target)
        return _view(self.house, asked.id, "label.lower")

    def lower(self, request: str) -> Mapping[str, object]:
        """Have the executor lower a label that people agreed to lower."""
        from dure.datasets.deidentify.lowering import lower, note_lowered

        view = _view(self.house, request, "label.lower")
        if view["state"] == "done":
            # Done already: a crash may have kept the catalogue from knowing. Nothing is done twice.
            outcome: Mapping[str, object] = view["outcome"]
            note_lowered(self.house, str(view["id"]), outcome)
            return outcome
        return lower(self.house, str(view["id"]))

    def keys(self, purpose: str, generation: int = 1) -> dict[str, Any]:
        """Return what is known of the root of a purpose's keys, never the root."""
        from dure.datasets.deidentify.unlinking import keys

        return dict(keys(self.house, purpose, generation))

    def request_shred_keys(self, purpose: str, generation: int = 1) -> dict[str, Any]:
        """Ask people to shred the root of a purpose's keys."""
        from dure.datasets.deidentify.unlinking import request_shredding

        asked = request_shredding(self.house, purpose, generation)
        return _view(self.house, asked.id, "pseudonym.shred")

    def shred_keys(self, request: str) -> Mapping[str, object]:
        """Have the executor shred keys that people agreed to shred."""
        view = _view(self.house, request, "pseudonym.shred")
        done: Mapping[str, object] = view["outcome"] if view["state"] == "done" else {}
        return done or self.house.execute(str(view["id"]))


class PrivacyDesk:
    """Verbs on privacy records."""

    def __init__(self, house: NodeHouse) -> None:
        self.house = house

    def record(self, dataset: str, **told: Any) -> dict[str, Any]:
        """Write a data set's privacy record; ``told`` as `dure.datasets.privacy.telling.told_record`."""
        from dure.datasets.privacy.keeping import write_record
        from dure.datasets.privacy.telling import told_record

        found = find(self.house, dataset, "dataset")
        asset = write_record(self.house, told_record(self.house, found.id, **told))
        return {"record": asset.id, **self.show(found.id)}

    def show(self, dataset: str) -> dict[str, Any]:
        """Return the record that counts for a data set; {} when there is none."""
        from dure.datasets.privacy.keeping import last_record

        known = last_record(self.house, find(self.house, dataset, "dataset").id)
        return known[1].to_dict() if known else {}

    def due(self) -> list[dict[str, Any]]:
        """Return the data sets whose retention date has passed, of those that may be seen."""
        from dure.datasets.privacy.shredding import due

        return due(self.house, visible(self.house))

    def request_due(self) -> list[dict[str, Any]]:
        """Have a request opened to shred each data set that is due; one that is open stays the one.

        One that can't be asked for keeps no other out: its row has the error as ``refused``.
        """
        listed = self.house.links.ask("executor", "request.list")["requests"]
        pending = [
            _view(self.house, row["id"], "asset.shred")
            for row in listed
            if row["action"] == "asset.shred" and row["state"] in ("open", "approved")
        ]
        standing = {view["request"]["arguments"]["dataset"]: view["id"] for view in pending}
        found = self.due()
        for row in found:
            row["request"] = standing.get(row["id"], "")
            if row["request"]:
                continue
            try:
                row["request"] = self.request_shred(row["id"])["id"]
            except DureError as error:
                row["refused"] = error
        return found

    def request_shred(self, dataset: str) -> dict[str, Any]:
        """Ask people to shred a data set whose retention date has passed."""
        from dure.datasets.privacy.shredding import request_shred

        asked = request_shred(self.house, find(self.house, dataset, "dataset").id)
        return _view(self.house, asked.id, "asset.shred")

    def shred(self, request: str) -> Mapping[str, object]:
        """Have the executor shred what people agreed to shred, and recall its pages."""
        from dure.datasets.privacy.shredding import note_shredded, shred

        view = _view(self.house, request, "asset.shred")
        if view["state"] == "done":
            outcome: Mapping[str, object] = view["outcome"]
            note_shredded(self.house, str(view["id"]), outcome)
        else:
            outcome = shred(self.house, str(view["id"]))
        ExchangeDesk(self.house).recall()
        return outcome


def _view(house: NodeHouse, request: str, action: str) -> dict[str, Any]:
    view = house.links.ask("executor", "request.show", id=request)["request"]
    if view["request"]["action"] != action:
        raise GovernanceError("governance.unknown", part="request", name=request[:64])
    found: dict[str, Any] = view
    return found
