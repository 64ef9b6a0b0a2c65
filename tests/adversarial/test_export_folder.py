"""An export replaces an earlier export, and nothing else: other programs write ``checkpoint`` too."""

from __future__ import annotations

from pathlib import Path

import pytest

from dure.node.errors import NodeError
from tests.node import alliance


def test_a_folder_with_somebodys_checkpoint_is_not_replaced(tmp_path: Path):
    made = alliance.pinned().copy(tmp_path / "alliance")
    model = tmp_path / "model"
    model.mkdir()
    (model / "checkpoint").write_text("model_checkpoint_path: weights")  # as TensorFlow writes it
    (model / "weights").write_text("a week of training")
    with alliance.services_inside(), made.open() as node:
        with pytest.raises(NodeError) as refused:
            node.ledger.export(model)
        assert refused.value.code == "node.home-taken"
        assert (model / "weights").read_text() == "a week of training"
        for _ in range(2):  # the positive control: an export is replaced by the next
            assert node.ledger.export(tmp_path / "export")["size"] > 0
