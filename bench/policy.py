"""How fast the policy answers, with an asset's row read from a catalogue of 10,000 each time.

``python bench/policy.py [--assets 10000] [--labels 50] [--people 20] [--requests 4000]
[--rounds 5]`` prints one JSON object a figure. Every request: read the asset's row by its id in a
read transaction of its own, make the entity slice, ask Cedar, and put the verdict into words.
Requests are of random principals on random assets, which carry one of so many labels. The peer is
the Python reference, which only says which rules speak. ``cpu_us`` is processor time a request:
on a busy machine it says more than the rate.

- ``fresh``: nothing is remembered but the parsed rules and schema (every label read anew, every
  entity made anew).
- ``warm``: as it runs in a node: labels' texts, and the entities of principals and labels, are
  remembered; never an asset's row or an answer.
- ``distinct``: as ``warm``, but every asset has a label of its own, so that remembering hardly helps.
- ``catalogue``: as ``warm``, but through `AssetCatalogue.get`, which also reads parents and facts.
- ``decide``: the decision alone, without the database.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from dure.core.actions import Action
from dure.core.assets import Asset
from dure.core.labels import ALL, Label, LabelPolicy
from dure.core.principals import Principal, Role
from dure.core.text import Text
from dure.governance.policy import reference
from dure.governance.policy.engine import Policy
from dure.governance.policy.held import Holdings
from dure.governance.policy.query import READ, Query
from dure.storage.assets import AssetCatalogue
from dure.storage.database import Database, open_database
from dure.storage.tables import METADATA

PURPOSES = (("trial", ""), ("scoring", "trial"), ("audit", ""), ("training", ""))
AGENCIES = tuple(f"agency{i}" for i in range(12))
CATEGORIES = tuple(f"category{i}" for i in range(10))
LABELS = LabelPolicy("bench", ("O", "S", "C"), frozenset(CATEGORIES), frozenset(AGENCIES), PURPOSES)
ACTIONS = {
    name: Action(name, Text(name, name), frozenset(Role))
    for name in (READ, *(f"thing.verb{i}" for i in range(30)))
}


def some(draw: random.Random, terms: Sequence[str], chance: float) -> frozenset[str]:
    return frozenset(term for term in terms if draw.random() < chance)


def random_label(draw: random.Random) -> Label:
    return Label(
        policy=LABELS,
        owners=frozenset({draw.choice(AGENCIES)}),
        grade=draw.choice((0, 0, 1, 2)),
        categories=some(draw, CATEGORIES, 0.15),
        releasable=ALL if draw.random() < 0.3 else some(draw, AGENCIES, 0.6),
        purposes=ALL if draw.random() < 0.3 else some(draw, [p for p, _ in PURPOSES], 0.7),
    )


def random_principal(draw: random.Random, number: int) -> Principal:
    agency = draw.choice(AGENCIES)
    return Principal(
        id=f"{agency}.person{number}",
        agency=agency,
        roles=frozenset({draw.choice(list(Role))}),
        grade=draw.choice((1, 2, 2)),
        categories=some(draw, CATEGORIES, 0.9),
        purposes=some(draw, [p for p, _ in PURPOSES], 0.9),
    )


def fill(database: Database, draw: random.Random, assets: int, labels: list[Label]) -> list[str]:
    METADATA.create_all(database.engine)
    catalogue = AssetCatalogue(database, LABELS)
    ids = [draw.randbytes(32).hex() for _ in range(assets)]
    with database.write() as connection:
        for number, asset_id in enumerate(ids):
            label = labels[number % len(labels)]
            asset = Asset(
                asset_id, "dataset", "text/csv", "dure/table/v1", label, "agency0", (),
                "datasets.import", "2026-01-31T09:30:00Z",
            )  # fmt: skip
            catalogue.record(asset, f"asset {number}", connection=connection)
    return ids


Ask = Callable[[Principal, str], bool]


def measure(name: str, ask: Ask, asked: list[tuple[Principal, str]], rounds: int, **more) -> None:
    rates, p99s, cpu, allowed = [], [], [], 0
    for _ in range(rounds):
        taken, allowed = [], 0
        begun, begun_cpu = time.perf_counter(), time.process_time()
        for principal, asset_id in asked:
            start = time.perf_counter()
            allowed += ask(principal, asset_id)
            taken.append(time.perf_counter() - start)
        rates.append(len(asked) / (time.perf_counter() - begun))
        cpu.append((time.process_time() - begun_cpu) / len(asked))
        p99s.append(sorted(taken)[int(len(taken) * 0.99)])
    print(
        json.dumps(
            {
                "figure": f"policy.{name}",
                "per_s": round(statistics.median(rates)),
                "best_per_s": round(max(rates)),
                "cpu_us": round(min(cpu) * 1e6),
                "p99_ms": round(statistics.median(p99s) * 1e3, 3),
                "allowed_share": round(allowed / len(asked), 2),
                "rounds": rounds,
                **more,
            }
        ),
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--assets", type=int, default=10_000)
    parser.add_argument("--labels", type=int, default=50)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--requests", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    draw = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'node.db'}")
        ids = fill(database, draw, asked.assets, [random_label(draw) for _ in range(asked.labels)])
        wide = open_database(f"sqlite:///{Path(folder) / 'wide.db'}")
        each = [random_label(draw) for _ in range(asked.assets)]
        wide_ids = fill(wide, draw, asked.assets, each)
        people = [random_principal(draw, number) for number in range(asked.people)]
        requests = [(draw.choice(people), draw.choice(ids)) for _ in range(asked.requests)]
        about = {
            "assets": asked.assets,
            "labels": asked.labels,
            "people": asked.people,
            "requests": asked.requests,
        }

        policy, holdings = Policy(ACTIONS, LABELS, "sha256:bench"), Holdings(LABELS)

        def ask(policy, holdings, principal: Principal, asset_id: str, database=database) -> bool:
            with database.read() as connection:
                query = holdings.query(
                    connection, asset_id, principal=principal, action=READ, purpose="trial"
                )
            verdict = policy.decide(query)
            return verdict.allowed and bool(verdict.say("ko"))

        def warm(principal: Principal, asset_id: str) -> bool:
            return ask(policy, holdings, principal, asset_id)

        def distinct(principal: Principal, asset_id: str) -> bool:
            return ask(policy, holdings, principal, asset_id, wide)

        bare = Policy(ACTIONS, LABELS, "sha256:bench", remembered=0)
        forgetful = Holdings(LABELS, remembered=0)

        def fresh(principal: Principal, asset_id: str) -> bool:
            return ask(bare, forgetful, principal, asset_id)

        catalogue = AssetCatalogue(database, LABELS)

        def through_catalogue(principal: Principal, asset_id: str) -> bool:
            entry = catalogue.get(asset_id)
            label, owner = entry.asset.label, entry.asset.owner
            query = Query(principal, READ, label, owner, "trial", withdrawn=entry.withdrawn)
            return policy.decide(query).allowed

        kept = {asset_id: catalogue.get(asset_id).asset for asset_id in {i for _, i in requests}}

        def query_of(principal: Principal, asset_id: str) -> Query:
            asset = kept[asset_id]
            return Query(principal, READ, asset.label, asset.owner, "trial")

        def decide(principal: Principal, asset_id: str) -> bool:
            return policy.decide(query_of(principal, asset_id)).allowed

        def peer(principal: Principal, asset_id: str) -> bool:
            return reference.judge(query_of(principal, asset_id), ACTIONS, LABELS)[0]

        measure("fresh", fresh, requests, asked.rounds, **about)
        measure("warm", warm, requests, asked.rounds, **about)
        wide_requests = [(person, draw.choice(wide_ids)) for person, _ in requests]
        measure(
            "distinct", distinct, wide_requests, asked.rounds, **{**about, "labels": asked.assets}
        )
        measure("catalogue", through_catalogue, requests, asked.rounds, **about)
        measure("decide", decide, requests, asked.rounds, **about)
        measure("decide.peer-python-reference", peer, requests, asked.rounds, **about)

        taken, seen = [], 0
        for person in people:
            start = time.perf_counter()
            seen = catalogue.count(policy.visible(person, "trial"))
            taken.append(time.perf_counter() - start)
        print(
            json.dumps(
                {
                    "figure": "policy.count-visible",
                    "median_ms": round(statistics.median(taken) * 1e3, 2),
                    "assets": asked.assets,
                    "last_count": seen,
                }
            )
        )
        database.close()
        wide.close()


if __name__ == "__main__":
    main()
