"""dure (두레): what an alliance of agencies builds AI with, a person deciding every critical act.

Importing this package costs nothing: everything else is imported when it is first asked for.

Examples
--------
>>> import dure
>>> dure.__version__.count(".")
2
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dure.node.node import Node
    from dure.storage.passphrases import Passphrase

__all__ = ["__version__", "open"]

__version__ = "0.1.0"


def open(
    home: str | Path | None = None,
    *,
    principal: str = "",
    passphrase: Callable[[], Passphrase] | None = None,
) -> Node:
    """Open my own node: never "the alliance", never anybody else's node.

    Parameters
    ----------
    home
        The node's folder (``"coast-node/"``); None means ``DURE_HOME``, else the current folder.
    principal
        Who acts; "" means the node's usual principal.
    passphrase
        Gives the passphrase of an embedded node's keys when one is first needed; None means the file that
        ``DURE_PASSPHRASE_FILE`` names, else asking.

    Returns
    -------
    Node
        The opened node, with its rooms as attributes (``node.datasets``, ``node.trials``, …).

    Raises
    ------
    DureError
        When there is no node, or it can't be unlocked; with the reason and the next step.

    Examples
    --------
    >>> node = dure.open("coast-node/")  # doctest: +SKIP
    """
    from dure.node.node import open as open_node

    return open_node(home, principal=principal, passphrase=passphrase)
