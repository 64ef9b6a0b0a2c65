"""What an auditor needs: an export, a charter, and nothing else. No node, no network."""

from __future__ import annotations

from pathlib import Path

from dure.core.suites import suite
from dure.governance.charter import Charter
from dure.governance.ledger.verify import verify_export
from dure.node.errors import NodeError


def verify_ledger(
    folder: Path, charter: Charter, agency: str, since: str | None
) -> dict[str, object]:
    """Verify one agency's exported ledger against the key that the charter lists.

    Parameters
    ----------
    folder
        The export.
    charter
        A charter that the auditor trusts.
    agency
        Whose ledger it is.
    since
        An earlier checkpoint that the auditor kept, or None.

    Raises
    ------
    LedgerError
        What is wrong with it.
    GovernanceError
        ``governance.unknown`` for an agency that the charter lacks.
    NodeError
        ``node.missing-file`` when the folder is not there, or holds no part of an export.
    """
    member = charter.member(agency)
    if not folder.is_dir():
        reason = "ENOTDIR" if folder.exists() else "ENOENT"
        raise NodeError("node.missing-file", path=folder, reason=reason)
    if not any((folder / part).exists() for part in ("checkpoint", "tile")):
        raise NodeError("node.missing-file", path=folder, reason="not-export")
    found = verify_export(
        folder, member.origin, bytes.fromhex(member.executor), suite(charter.suite), since
    )
    return {
        "origin": found.origin,
        "entries": found.size,
        "root": found.root.hex(),
        "signers": list(found.signers),
        "continues": found.since,
    }
