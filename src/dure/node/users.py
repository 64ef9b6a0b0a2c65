"""The uids of a separated node's processes."""

from __future__ import annotations

import pwd

from dure.node.errors import NodeError


def find_uids(users: str, profile: str) -> tuple[int, int, int]:
    """Return the uids of door, executor and keeper.

    Parameters
    ----------
    users
        Three names or uids with commas.
    profile
        ``embedded`` needs none.

    Raises
    ------
    NodeError
        ``node.separated`` when a separated node lacks three different ones other than root.
    """
    if profile != "separated":
        return (-1, -1, -1)
    found = [_uid(part.strip()) for part in users.split(",") if part.strip()]
    if len(found) != 3 or len({*found, 0}) != 4:
        raise NodeError("node.separated", reason="three-users")
    return (found[0], found[1], found[2])


def _uid(name: str) -> int:
    if name.isdecimal():
        return int(name)
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError as error:
        raise NodeError("node.separated", reason="no-user", user=name[:32]) from error


def group_of(uid: int) -> int:
    """Return the group of a user: the one of its account, or the uid where there is no account."""
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid
