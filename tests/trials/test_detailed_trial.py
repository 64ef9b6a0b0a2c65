"""Trials in the sandbox on a benchmark with a robustness plan that has told all there is."""

import pytest

from dure.trials import benchmark, run, view
from dure.trials.details.resources import are_buckets
from dure.trials.outcomes import OutcomeClass
from dure.trials.receipt import receive_report
from dure.trials.release import release, request_release
from tests.trials.conftest import definition
from tests.trials.house import BRAVO

FAILS = """
class Careful:
    def __init__(self, task):
        self.target = task["target"]

    def fit(self, train):
        self.known = dict(zip(train["carrier"].to_pylist(), train[self.target].to_pylist()))

    def predict(self, features):
        carriers = features["carrier"].to_pylist()
        assert None not in carriers, "not made for this"
        return [float(self.known[one]) for one in carriers]
"""


@pytest.fixture(scope="module")
def bench(world):
    asked = definition(
        name="detailed",
        test_permille=500,
        robust=("missing", "noise"),
        subgroup="carrier",
        subgroups=("AA", "BB"),
        tell=("resources", "subgroups"),
    )
    return benchmark.prepare(world.bravo, world.dataset.id, asked)


@pytest.fixture(scope="module")
def trial(world, bench):
    algorithm = world.send(world.variant("baseline", group='"carrier"'))
    return run.run(world.bravo, algorithm.id, bench.asset.id)


def test_the_perturbed_part_is_sealed_as_the_features_are(world, bench):
    found = benchmark.find_benchmark(world.bravo, bench.asset.id)
    assert found == bench
    assert found.perturbed.label == found.features.label
    assert found.perturbed.id in found.asset.parents
    assert found.answers.label != found.perturbed.label


def test_what_a_report_tells(world, bench, trial):
    assert trial.outcome is OutcomeClass.OK
    result, evidence = trial.report.result, trial.report.evidence
    assert result["p"] == dict.fromkeys(("mae", "r2", "rmse"), "0.001")
    curves = result["robustness"]["curves"]
    assert set(curves) == {"missing", "noise"}
    clean = float(result["figures"]["mae"]["algorithm"]["value"])
    found = {
        kind: [float(one["figure"]["value"]) for one in curve] for kind, curve in curves.items()
    }
    assert max(found["noise"]) < 1.6 * clean  # it doesn't look at numbers
    assert found["missing"][-1] > 1.2 * clean  # without its carrier it knows nothing
    assert [set(group) for group in result["subgroups"]] == [{"mae", "r2", "rmse"}] * 2
    assert are_buckets(evidence["resources"])
    assert evidence["perturbed"] == bench.perturbed.id
    told = view.diagnosis(world.bravo, trial.id)
    assert told["stress"]["status"] == "done"


def test_the_perturbed_part_goes_to_the_algorithm_in_place_of_the_features(world, trial):
    """Each in a sandbox of its own, and neither with the answers."""
    opened = [
        kind for kind, purpose, of in world.bravo.opened if of == trial.id and purpose == "trial"
    ]
    assert opened == [
        "algorithm", "benchmark.train", "benchmark.features",
        "algorithm", "benchmark.train", "benchmark.perturbed",
    ]  # fmt: skip


def test_resources_leave_beside_the_result_and_arrive(world, trial):
    request = request_release(world.bravo, trial.id)
    world.bravo.approve(request)
    outcome = release(world.bravo, request.id)
    payload = (world.bravo.released / outcome["file"]).read_bytes()
    asset = receive_report(world.alpha, payload, BRAVO)
    content = world.alpha.contents.content[asset.id]
    assert b'"resources":{"cpu_s"' in content
    assert b'"resources"' not in str(trial.report.result).encode()


def test_a_stress_run_that_fails_spoils_nothing(world, bench, algorithm, trial):
    files = {"algorithm.py": FAILS.encode()}
    folder = algorithm(files)
    manifest = folder / "algorithm.toml"
    lines = manifest.read_text().splitlines()
    named = [
        'entry_point = "algorithm:Careful"' if "entry_point" in line else line for line in lines
    ]
    manifest.write_text("\n".join(named) + "\n")
    made = run.run(world.bravo, world.send(folder).id, bench.asset.id)
    assert made.outcome is OutcomeClass.OK
    told = view.diagnosis(world.bravo, made.id)
    assert (told["algorithm"]["status"], told["stress"]["status"]) == ("done", "failed")
    assert b"not made for this" in told["stress"]["stdout"].encode()
    # One row of each carrier is worse than its mean: held, and then nothing beside it is told.
    assert "robustness" not in made.report.result
    assert "resources" not in made.report.evidence
