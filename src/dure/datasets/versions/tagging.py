"""Tags: names that people give to versions, such as ``released`` or ``2026-q1``."""

from __future__ import annotations

from dure.datasets.catalogue import table_of
from dure.datasets.import_ import any_purpose
from dure.datasets.spec import TAG
from dure.datasets.versions.series import tag_version
from dure.governance.house import House


def tag(house: House, dataset_id: str, name: str, *, move: bool = False) -> None:
    """Give a version a tag.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The version.
    name
        Begins with a letter; up to 64 small letters, digits, dots, dashes and underscores.
    move
        Whether to take the tag from another version that has it.

    Raises
    ------
    VersionError
        ``versions.tag``.
    DatasetError
        ``datasets.not-dataset``.
    GovernanceError
        ``governance.denied``.
    """
    table_of(house, dataset_id)
    asset = house.assets.get(dataset_id).asset
    purpose = any_purpose(house, asset.label)
    house.require(TAG.name, asset.label, purpose=purpose, owner=asset.owner)
    with house.doing(TAG.name, asset=dataset_id, detail={"tag": name[:64]}):
        tag_version(house, dataset_id, name, move=move)
