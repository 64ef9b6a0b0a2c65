"""A trial of tracking as its people go through it: prepared by the command, run, gated, ranked."""

import contextlib
import io
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from dure.cli import session
from dure.node.desks.trials import TrialsDesk
from dure.trials import benchmark, run, steps, submission
from dure.trials.developing.sample import sample_schema, sample_table
from dure.trials.developing.template import new
from dure.trials.manifest import Schema
from dure.trials.outcomes import OutcomeClass
from dure.trials.tasks import METRICS, TaskType
from tests.node.alliance import command
from tests.trials.house import ALPHA, BRAVO

TRACKING = TaskType.TRACKING
COMMAND = (
    "trials", "prepare", "--name", "harbour", "--task", TRACKING, "--target", "object",
    "--features", "sequence,moment,x,y", "--time", "moment", "--series", "sequence",
    "--observed", "x,y", "--true", "true_x,true_y", "--cutoff", "2", "--test-permille", "500",
    "--subgroup", "sea=calm", "--floor", "hota=0.2",
)  # fmt: skip


def written(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def holdings() -> pa.Table:
    table = sample_table(sample_schema(Schema(), TRACKING), TRACKING, seed=5)
    sea = ["calm" if int(name[1:]) % 2 else "rough" for name in table["sequence"].to_pylist()]
    return table.append_column("sea", pa.array(sea))


@pytest.fixture
def ask(house, monkeypatch):
    """Give a command, to a node that has nothing but this house."""

    @contextlib.contextmanager
    def node(_: session.Session):
        yield SimpleNamespace(trials=TrialsDesk(house, None))

    monkeypatch.setattr(session.Session, "node", node)
    return lambda *words: command(None, *words)


def test_from_the_command_to_a_report(house, developer, ask, tmp_path):
    asked = house.dataset(written(holdings())).id
    said = ask(*COMMAND, asked, "--json")
    assert said.status == 0, said.err
    [row] = TrialsDesk(house, None).list()["benchmarks"]
    made = benchmark.find_benchmark(house, row["asset_id"])
    features, answers = (
        pq.read_table(io.BytesIO(house.contents.content[part.id]))
        for part in (made.features, made.answers)
    )
    assert features.column_names == ["sequence", "moment", "x", "y"]
    assert answers.num_rows == 200

    new(tmp_path / "follow", TRACKING)
    sent = submission.submit(developer, tmp_path / "follow", to=BRAVO)
    algorithm = submission.receive_submission(house, sent.payload, ALPHA)
    trial = run.run(house, algorithm.id, made.asset.id)
    result = trial.report.result
    assert trial.outcome is OutcomeClass.OK
    # It says that things are where they were observed, as the nearest does: that is no better, so held.
    assert sorted(result["figures"]) == ["hota", "idf1", "mota"]
    every = {metric.name for metric in METRICS[TRACKING]}
    assert {*result["figures"], *result["held"]} == every
    assert (result["rows"], result["baseline"]) == ("60", "nearest")
    assert float(result["figures"]["hota"]["difference"]["lower"]) > 0
    assert result["floors"] == {"hota": "0.2"}
    assert [trial.report.findings] == [()]
    # The gates saw objects, not moments: those of one subgroup, all others, and the sum.
    one, others, total = (int(counts[-1]) for counts in result["support"])
    assert one + others == total == 60


def test_what_does_not_fit_is_said_in_words(house, ask, monkeypatch):
    without = written(holdings().filter(pc.equal(pc.field("object"), "o1")))
    for asked, words, said in (
        (COMMAND, ("--cutoff", "near"), "positions need a cutoff above 0"),
        (COMMAND, ("--true", "true_x"), "as many columns of observed as of true places"),
        (COMMAND[:-2], ("--task", "tabular-regression"), "for forecasting alone"),
        (COMMAND[:-4], ("--test-permille", "100"), "at least ten objects"),
    ):
        dataset = house.dataset(without).id
        told = ask(*asked, *words, dataset)
        assert told.status == 96
        assert said in told.err
    monkeypatch.setattr(steps, "installed", lambda _: iter(()))
    told = ask(*COMMAND, house.dataset(written(holdings())).id)
    assert told.status == 96
    assert "pip install 'dure[tracking]'" in told.err
