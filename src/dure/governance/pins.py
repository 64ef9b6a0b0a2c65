"""The pin: the charter versions that this executor has accepted; the last one holds."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from dure.governance.charter import Charter, SignedCharter, check_genesis, check_successor
from dure.governance.errors import GovernanceError
from dure.governance.tables import CHARTERS


class Pins:
    """Charters pinned in the executor's store; another process may pin one at any time.

    Parameters
    ----------
    agency
        This node's agency: a charter that does not list it is not pinned.
    executor_public
        This executor's public key: a charter must list it as the agency's.
    """

    def __init__(self, agency: str, executor_public: bytes) -> None:
        self._agency = agency
        self._public = executor_public.hex()
        self._known: tuple[str, SignedCharter] | None = None

    def current(self, connection: Connection) -> Charter | None:
        """Return the pinned charter, or None before the first."""
        signed = self.signed(connection)
        return None if signed is None else signed.charter

    def signed(self, connection: Connection) -> SignedCharter | None:
        """Return the pinned charter with the signatures it was pinned with."""
        newest = CHARTERS.c.version.desc()
        digest = connection.execute(select(CHARTERS.c.digest).order_by(newest).limit(1)).scalar()
        if digest is None:
            return None
        known = self._known
        if known is None or known[0] != digest:
            query = select(CHARTERS.c.document).where(CHARTERS.c.digest == digest)
            document = connection.execute(query).scalar_one()
            known = self._known = (digest, SignedCharter.from_bytes(document.encode("utf-8")))
        return known[1]

    def version(self, connection: Connection, version: int) -> SignedCharter:
        """Return an earlier pinned charter.

        Raises
        ------
        GovernanceError
            ``governance.unknown``.
        """
        query = select(CHARTERS.c.document).where(CHARTERS.c.version == version)
        document = connection.execute(query).scalar()
        if document is None:
            raise GovernanceError("governance.unknown", part="charter", name=version)
        return SignedCharter.from_bytes(document.encode("utf-8"))

    def pin(self, connection: Connection, signed: SignedCharter, now: int) -> frozenset[str] | None:
        """Pin a charter in the caller's write transaction; return who signed it.

        Pinning the pinned one again changes nothing and returns None.

        Raises
        ------
        GovernanceError
            As `check_genesis` and `check_successor`; ``governance.charter-pin`` when it does not list
            this agency with this executor's key.
        """
        pinned = self.current(connection)
        digest = signed.charter.digest()
        if pinned is not None and pinned.digest() == digest:
            return None
        signers = check_genesis(signed) if pinned is None else check_successor(pinned, signed)
        members = {member.agency: member.executor for member in signed.charter.members}
        if self._agency not in members:
            raise GovernanceError("governance.charter-pin", reason="other-agency")
        if members[self._agency] != self._public:
            raise GovernanceError("governance.charter-pin", reason="other-key")
        connection.execute(
            insert(CHARTERS).values(
                version=signed.charter.version,
                digest=digest,
                document=signed.to_bytes().decode("utf-8"),
                pinned_s=now,
            )
        )
        return signers
