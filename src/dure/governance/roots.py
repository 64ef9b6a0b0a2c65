"""The roots of pseudonyms' keys, as the keeper keeps them: which there are, and what each was used on.

A root is an asset of the keeper's own kind (`dure.governance.pseudonyms`). Before a key is given, what
it will be used on is noted, so that a legal hold on a data set holds the root too by which its
pseudonyms can be made again. A root that was shredded leaves its name: that generation of the purpose
is over, and no other root ever takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, insert, select

from dure.core import faults
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.governance.keeper_tables import ASSETS, ROOT_USES
from dure.governance.pseudonyms import KIND, SHREDDING, root_name
from dure.governance.retention import Retention
from dure.storage.database import Database
from dure.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Roots:
    """The roots of one keeper.

    Parameters
    ----------
    vault
        The unlocked vault.
    database
        The keeper's own store.
    retention
        Its legal holds.
    """

    vault: Vault
    database: Database
    retention: Retention

    def find(self, purpose: str, generation: int) -> str | None:
        """Return the id of a root, shredded or not; None when none was ever made."""
        query = select(ASSETS.c.id).where(
            ASSETS.c.kind == KIND, ASSETS.c.schema_id == root_name(purpose, generation)
        )
        with self.database.read() as connection:
            found: str | None = connection.execute(query).scalar()
        return found

    def read(self, root_id: str) -> bytes:
        """Return a root.

        Raises
        ------
        GovernanceError
            ``governance.keeper`` when it was shredded.
        """
        if not self.vault.exists(root_id):
            raise GovernanceError("governance.keeper", reason="root-shredded")
        return b"".join(self.vault.read(root_id))

    def note_use(self, root_id: str, asset_id: str) -> None:
        """Note that a root's keys are given for use on an asset."""
        row = {"root_id": root_id, "asset_id": asset_id}
        used = select(ROOT_USES).filter_by(**row)
        with self.database.write() as connection:
            if connection.execute(used).first() is None:
                connection.execute(insert(ROOT_USES).values(row))
        faults.point("keeper.root-used")

    def held(self, root_id: str) -> bool:
        """Say whether a legal hold lies on anything that a root was used on, or on what came of it."""
        query = select(ROOT_USES.c.asset_id).where(ROOT_USES.c.root_id == root_id)
        with self.database.read() as connection:
            used = list(connection.execute(query).scalars())
        return any(map(self.retention.held, used))

    def describe(self, purpose: str, generation: int) -> Mapping[str, object]:
        """Return what people decide on: ``root`` and its ``label``, ``uses``, ``held``, ``shredded``.

        Raises
        ------
        GovernanceError
            ``governance.keeper`` when none was ever made.
        """
        root_id = self.find(purpose, generation)
        if root_id is None:
            raise GovernanceError("governance.keeper", reason="no-root")
        uses = select(func.count()).select_from(ROOT_USES).where(ROOT_USES.c.root_id == root_id)
        with self.database.read() as connection:
            count = int(connection.execute(uses).scalar_one())
            label = connection.execute(
                select(ASSETS.c.label).where(ASSETS.c.id == root_id)
            ).scalar()
        return {
            "root": root_id,
            "label": label,
            "uses": count,
            "held": self.held(root_id),
            "shredded": not self.vault.exists(root_id),
        }

    def check_shredding(self, request: Request, asset_id: str, kind: str) -> None:
        """Check that a request to destroy names this root by its purpose, or no root at all.

        Raises
        ------
        GovernanceError
            ``governance.permit`` when people agreed to something else, or a legal hold lies on it.
        """
        told = request.arguments
        if (kind == KIND) != (request.action in SHREDDING):
            raise GovernanceError("governance.permit", request=request.id, reason="other-asset")
        if kind != KIND:
            return
        purpose, generation = told.get("purpose"), told.get("generation")
        named = isinstance(purpose, str) and isinstance(generation, int)
        if not named or self.find(str(purpose), int(str(generation))) != asset_id:
            raise GovernanceError("governance.permit", request=request.id, reason="other-asset")
        if self.vault.exists(asset_id) and self.held(asset_id):
            raise GovernanceError("governance.permit", request=request.id, reason="held")
