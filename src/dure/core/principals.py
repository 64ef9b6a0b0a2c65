"""Principals: persons and services of an agency, and what they may act as."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a principal may act as. The charter gives roles; code and policy only name them."""

    STEWARD = "steward"
    DEVELOPER = "developer"
    CHECKER = "checker"
    SECURITY_OFFICER = "security-officer"
    AUDITOR = "auditor"
    DELEGATE = "delegate"
    OPERATOR = "operator"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public signing key that the charter enrols.

    Parameters
    ----------
    id
        16 hex digits, as `dure.core.suites.Suite.key_id` gives them.
    public
        The key, in hex.
    revoked
        True once a charter version has withdrawn it.
    """

    id: str
    public: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or service of an agency.

    Parameters
    ----------
    id
        ``agency.name``, such as ``coast.officer1``; a role, never a person's name.
    agency
        The agency it belongs to.
    roles
        Roles that the charter gives it.
    grade
        Rank of the highest grade it is cleared for, 0 the lowest.
    categories
        Categories it is cleared for.
    purposes
        Purposes it may act for.
    keys
        Its enrolled public keys.
    """

    id: str
    agency: str
    roles: frozenset[str]
    grade: int
    categories: frozenset[str]
    purposes: frozenset[str]
    keys: tuple[PublicKey, ...] = ()

    def active_keys(self) -> tuple[PublicKey, ...]:
        """Return the keys that are not revoked."""
        return tuple(key for key in self.keys if not key.revoked)
