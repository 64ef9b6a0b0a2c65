"""What an auditor needs: an export, a charter, and nothing else. No node, no network."""

from __future__ import annotations

from pathlib import Path

from dure.core.suites import suite
from dure.governance.charter import Charter
from dure.governance.ledger.verify import verify_export


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
    """
    member = charter.member(agency)
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
