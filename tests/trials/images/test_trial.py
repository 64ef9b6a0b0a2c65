"""A trial on images as its people go through it: a data set of images, a model of MAITE's, a gated report."""

import contextlib
import io
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.cli import session
from dure.node.desks.trials import TrialsDesk
from dure.trials import benchmark, run, submission
from dure.trials.offering.card import parse_card
from dure.trials.offering.offer import card_of
from dure.trials.outcomes import OutcomeClass
from dure.trials.tasks import TaskType
from tests.node.alliance import command
from tests.trials.house import ALPHA, BRAVO, DATA_LABEL, TrialHouse, label
from tests.trials.images.pictures import gallery

COMMAND = (
    "trials", "prepare", "--name", "squares", "--task", TaskType.DETECTION,
    "--subgroup", "format=PNG", "--floor", "map-50=0.5",
)  # fmt: skip
MANIFEST = """
[algorithm]
name = "by-colour"
version = "1"
task = "object-detection"
entry_point = "algorithm:model"
runtime = "images"
licence = "MIT"
origin = "made by hand"
"""
MODEL = '''
"""Where it is red or blue is a box; written to the protocols of MAITE, and to nothing of dure."""
from dataclasses import dataclass

import numpy as np
from maite.protocols import object_detection as od


@dataclass
class Target:
    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray


class ByColour:
    metadata = {"id": "by-colour", "index2label": {1: "red", 2: "blue", 3: "never seen"}}

    def __call__(self, batch):
        return [self.one(np.asarray(image)) for image in batch]

    def one(self, image):
        found = []
        for label, channel in ((1, 0), (2, 2)):
            ys, xs = np.nonzero(image[channel] > 180)
            if len(xs) > 20:
                found.append((xs.min(), ys.min(), xs.max() + 1, ys.max() + 1, label, 0.9))
        found.append((0, 0, 5, 5, 3, 0.1))
        rows = np.array(found, dtype=float)
        return Target(rows[:, :4], rows[:, 4].astype(int), rows[:, 5])


model = ByColour()
assert isinstance(model, od.Model)
'''


def images(house: TrialHouse, content: list[bytes], index: pa.Table) -> str:
    """Seal a data set of images as the room of data sets does."""
    buffer = io.BytesIO()
    pq.write_table(index, buffer)
    table = house.table(buffer.getvalue())
    about = {"label": label(DATA_LABEL), "producer": "dataset.import"}
    packed = house.seal(
        [b"".join(content)],
        kind="dataset.images",
        media_type="application/octet-stream",
        schema_id="dure/images/v1",
        name="images",
        **about,
    )
    return house.seal(
        [b"{}"],
        kind="dataset",
        media_type="application/ld+json",
        schema_id="croissant/1.1",
        parents=(table.id, packed.id),
        name="squares",
        **about,
    ).id


@pytest.fixture
def ask(house, monkeypatch):
    """Give a command, to a node that has nothing but this house."""

    @contextlib.contextmanager
    def node(_: session.Session):
        yield SimpleNamespace(trials=TrialsDesk(house, None))

    monkeypatch.setattr(session.Session, "node", node)
    return lambda *words: command(None, *words)


def test_from_the_command_to_a_report(house, developer, ask, tmp_path):
    content, index = gallery(110)
    # The same image twice, with boxes on both: some seed tears the two apart, and it is said.
    again = pa.concat_tables([index, index.slice(0, 10)])
    asked = images(house, [*content, *content[:10]], again)
    said = ask(*COMMAND, "--seed", "2", asked, "--json")
    assert said.status == 0, said.err
    assert "repeated" in said.out
    [row] = TrialsDesk(house, None).list()["benchmarks"]
    made = benchmark.find_benchmark(house, row["asset_id"])
    opened = [kind for kind, _, _ in house.opened]
    assert sorted(opened) == ["dataset.images", "dataset.table"]  # each once
    assert "answer-key" in made.answers.label.categories
    parents = house.assets.get(made.features.id).asset.parents
    assert {house.assets.get(one).asset.kind for one in parents} == set(opened)
    features = pq.read_table(io.BytesIO(house.contents.content[made.features.id]))
    assert (features.column_names, features.num_rows) == (["image"], 36)

    card = card_of(house, made)
    assert (dict(card.types), card.dummy) == ({"image": "image", "boxes": "text"}, b"")
    assert parse_card(card.to_bytes()).types == card.types

    folder = tmp_path / "by-colour"
    folder.mkdir()
    (folder / "algorithm.toml").write_text(MANIFEST)
    (folder / "algorithm.py").write_text(MODEL)
    sent = submission.submit(developer, folder, to=BRAVO)
    algorithm = submission.receive_submission(house, sent.payload, ALPHA)
    trial = run.run(house, algorithm.id, made.asset.id)
    result = trial.report.result
    assert trial.outcome is OutcomeClass.OK, trial.report.findings
    assert sorted(result["figures"]) == ["map", "map-50", "mean-recall"]
    assert (result["rows"], result["baseline"]) == ("36", "usual-box")
    assert float(result["figures"]["map-50"]["algorithm"]["lower"]) > 0.5
    assert float(result["figures"]["map-50"]["difference"]["lower"]) > 0.5
    assert result["floors"] == {"map-50": "0.5"}


def test_what_does_not_fit_is_said_in_words(house, ask):
    content, index = gallery(40)
    table = house.dataset(b"PAR1").id
    for asked, words, said in (
        (images(house, content, index), ("--features", "image,format"), "has one feature"),
        (images(house, [*content[:-1], bytes(len(content[-1]))], index), (), "can't be decoded"),
    ):
        told = ask(*COMMAND, *words, asked)
        assert told.status == 96
        assert said in told.err
    assert ask("trials", "prepare", "--name", "none", table).status == 96  # no column, no features
