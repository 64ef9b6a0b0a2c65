"""dure (두레): what an alliance of agencies builds AI with, a person deciding every critical act.

Importing this package costs nothing: everything else is imported when it is first asked for.

Examples
--------
>>> import dure
>>> dure.__version__.count(".")
2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from dure.node.node import Node

__all__ = ["__version__", "open"]

__version__ = "0.1.0"


def open(where: str | Path | None = None, **options: Any) -> Node:
    """Open my own node: never "the alliance", never anybody else's node.

    Parameters
    ----------
    where
        The node's folder (``"coast-node/"``); None means ``DURE_HOME``, else the current folder.
    **options
        What `dure.node.node.open_node` takes besides.

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
    from dure.node.node import open_node

    return open_node(where, **options)
