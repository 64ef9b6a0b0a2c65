"""The verbs of the whole way, the stage before each, and what must be true at any time."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from tempfile import TemporaryDirectory

from sqlalchemy import Table, func, select

from dure.governance import keeper_tables
from dure.node.home import Home
from dure.storage import tables
from dure.storage.database import open_database
from dure.storage.vault import Garbage
from tests.adversarial.element_verbs import ELEMENT_VERBS
from tests.adversarial.node_verbs import NODES
from tests.adversarial.privacy_verbs import PRIVACY
from tests.adversarial.transfer_verbs import TRANSFERS
from tests.adversarial.trial_verbs import TRIALS
from tests.adversarial.version_verbs import VERSIONS
from tests.node import alliance
from tests.node.alliance import Alliance, services_inside

VERBS = NODES | TRANSFERS | VERSIONS | ELEMENT_VERBS | TRIALS | PRIVACY


def stage(verb: str) -> Alliance:
    """An alliance in which everything before the verb is done. Take a copy."""
    before = VERBS[verb].after
    return after(before) if before else _made()


@cache
def after(verb: str) -> Alliance:
    """An alliance in which the verb and everything before it are done. Take a copy."""
    if verb == "pin":
        return alliance.pinned()
    made = stage(verb).copy(alliance._scratch() / verb)
    with services_inside():
        VERBS[verb].do(made)
    return made


@cache
def _made() -> Alliance:
    return alliance.make(alliance._scratch() / "made")


def load_everything() -> None:
    """Import what the verbs import when they are first called."""
    for name in (
        "dure.cli.main",
        "dure.datasets.deidentify.applying",
        "dure.datasets.deidentify.lowering",
        "dure.datasets.corpora.deidentifying",
        "dure.datasets.deidentify.unlinking",
        "dure.datasets.elements.held",
        "dure.datasets.export",
        "dure.datasets.import_",
        "dure.datasets.use.opening",
        "dure.datasets.versions.committing",
        "dure.datasets.versions.keeping",
        "dure.datasets.versions.tagging",
        "dure.datasets.publish.act",
        "dure.datasets.publish.recall",
        "dure.datasets.publish.verbs",
        "dure.datasets.privacy.shredding",
        "dure.readers.parse",
        "dure.transfers.act",
        "dure.transfers.verbs",
        "dure.trials.benchmark",
        "dure.trials.receipt",
        "dure.trials.release",
        "dure.trials.run",
        "dure.trials.submission",
        "tests.node.alliance",
    ):
        import_module(name)


# ── what must be true at any time ──────────────────────────────────────────────────────────────


def events(made: Alliance, agency: str = "bravo") -> Counter[str]:
    """Verify the ledger from an export and return how often each type is in it."""
    with services_inside(), made.open(agency) as node, TemporaryDirectory() as folder:
        size = node.ledger.export(folder)["size"]
        assert node.ledger.verify(folder)["entries"] == size
        # What came after the export (that it ended) isn't in it.
        entries = node.ledger.show(10_000)[:size]
    assert [entry["entry"] for entry in entries] == list(range(size))
    return Counter(entry["type"] for entry in entries)


@dataclass(frozen=True)
class Held:
    """How many sealed things an agency has: in its vault, by its keeper's word, in its catalogue."""

    versions: int
    remembered: int
    catalogued: int


def held(made: Alliance, agency: str) -> Held:
    """Count what is sealed; the vault is whole and holds no garbage."""
    with made.vault(agency) as vault:
        found = vault.verify()
    assert found.clean, found.faults
    assert found.garbage == Garbage(0, 0)
    stores = (("keeper", keeper_tables.ASSETS), ("node", tables.ASSETS))
    return Held(found.versions, *(_rows(made, agency, *each) for each in stores))


def _rows(made: Alliance, agency: str, store: str, table: Table) -> int:
    home = Home.find(made.home(agency))
    with closing(open_database(home.database_url(store))) as database, database.read() as rows:
        return int(rows.execute(select(func.count()).select_from(table)).scalar_one())


_COME_AND_GO = re.compile(r".*(-wal|-shm|lock)|.*/vault/pages/.*|record/.*|request")
_RANDOM = re.compile(r"[0-9a-f]{16,}")


def things(made: Alliance, agency: str) -> list[str]:
    """What lies in an agency's home and beside it, with what is random in the names left out.

    The vault's pages are counted by the vault, the record's tiles by its verification.
    """
    others = tuple(f"{each}/" for each in alliance.AGENCIES if each != agency)
    found = [path.relative_to(made.folder).as_posix() for path in made.folder.rglob("*")]
    return sorted(
        _RANDOM.sub("#", name)
        for name in found
        if not name.startswith(others) and not _COME_AND_GO.fullmatch(name)
    )


PLAIN = (b"PAR1", b"speed_kn", b"class Slope")
"""What a table, a data set's document and an algorithm hold when nobody has sealed them."""
USERS_OWN = ("tracks.csv", "again.csv", "toy.csv", "slope", "out")


def plain(made: Alliance) -> list[str]:
    """Files, other than the user's own, in which something lies in the clear."""
    return sorted(
        path.relative_to(made.folder).as_posix()
        for path in made.folder.rglob("*")
        if path.is_file()
        and path.relative_to(made.folder).parts[0] not in USERS_OWN
        and any(sign in path.read_bytes() for sign in PLAIN)
    )


@cache
def _expected(verb: str, happened: bool) -> tuple[Held, list[str]]:
    """What is held and what lies about when nobody cut anything short."""
    agency = VERBS[verb].agency
    made = (after(verb) if happened else stage(verb)).copy(alliance._scratch() / verb)
    events(made, agency)  # it is opened there too, and takes in what the operator left for it
    return held(made, agency), things(_settled(verb, made), agency)


def _settled(verb: str, made: Alliance) -> Alliance:
    if then := VERBS[verb].then:
        made = made.copy(alliance._scratch() / "settled")
        with services_inside():
            VERBS[then].do(made)
    return made


def check(verb: str, made: Alliance, point: str = "") -> None:
    """Nothing is lost, nothing is done twice, nothing is left behind or lies in the clear."""
    agency = VERBS[verb].agency
    seen, found = events(made, agency), held(made, agency)
    happened = VERBS[verb].whole(made.copy(made.folder.with_name("looked-at")), seen)
    expected, names = _expected(verb, happened)
    if point in VERBS[verb].spare:
        expected = replace(
            expected, versions=expected.versions + 1, remembered=expected.remembered + 1
        )
    assert found == expected
    assert things(_settled(verb, made), agency) == names
    assert plain(made) == []
