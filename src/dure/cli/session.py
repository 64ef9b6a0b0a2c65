"""What the options before a command's name say: which node, as whom, how to print."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dure.cli.output import Output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dure.node.node import Node


@dataclass(slots=True)
class Session:
    """Options of one call of the command line.

    Parameters
    ----------
    home
        The node's folder; None means ``DURE_HOME`` or the current folder.
    principal
        Who acts; "" means the node's usual principal.
    passphrase_file
        File with the passphrase of the node's keys; None means ``DURE_PASSPHRASE_FILE`` or asking.
    output
        Where results go.
    """

    home: Path | None
    principal: str
    passphrase_file: Path | None
    output: Output

    @contextmanager
    def node(self) -> Iterator[Node]:
        """Open the node for one command."""
        from dure.cli.passphrases import node_passphrase
        from dure.node.node import open_node

        with open_node(
            self.home,
            principal=self.principal,
            passphrase=lambda: node_passphrase(self.passphrase_file),
        ) as node:
            yield node


current = Session(None, "", None, Output(False))
"""The session of this call, set by ``dure.cli.main`` before the command runs."""
