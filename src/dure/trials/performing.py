"""The steps of a trial: the algorithm runs, again on the perturbed part if there is one, and is scored."""

from __future__ import annotations

from dure.core.assets import Asset
from dure.core.canonical import canonical_json
from dure.sandbox.tasks import Outcome
from dure.trials import steps
from dure.trials.benchmark import PURPOSE, SCORING
from dure.trials.bootstrap import RESAMPLES
from dure.trials.definition import protection_values, told_of_order
from dure.trials.diagnosis import ATTEMPTS
from dure.trials.kinds.lines import Refusal
from dure.trials.outcomes import OutcomeClass, class_of
from dure.trials.predictions import FILE, refusal_of
from dure.trials.runner import ALGORITHM
from dure.trials.runtimes import RUNTIMES
from dure.trials.scoring import SCORE, SWEEP, other_keys
from dure.trials.work import Swept, Work


def run_algorithm(work: Work, features: Asset) -> Outcome:
    """Run the algorithm on the training part and on features, and return how it ended.

    The perturbed part comes under the name of the test features, with the same task.
    """
    definition = work.benchmark.definition
    task = {
        "target": definition.target,
        "features": list(definition.features),
        "seed": work.seed,
        **told_of_order(definition),
    }
    with steps.Sealed(work.house, work.id) as sealed:
        return steps.run_step(
            steps.RUNNER,
            {
                ALGORITHM: sealed.stream(work.algorithm.id, purpose=PURPOSE),
                "train.parquet": sealed.stream(work.benchmark.train.id, purpose=PURPOSE),
                "features.parquet": sealed.stream(features.id, purpose=PURPOSE),
                "task.json": canonical_json(task),
            },
            steps.algorithm_limits(work.manifest),
            runtime=RUNTIMES[work.manifest.runtime],
            tier=work.tier,
        )


def further_files(ended: Outcome) -> tuple[str, ...]:
    """Return names of files that an algorithm left and nobody asked for."""
    return tuple(sorted(set(ended.outputs) - {FILE, ATTEMPTS}))


def outcome_of(ended: Outcome) -> OutcomeClass:
    """Return the class of how an algorithm's sandbox ended."""
    reasons = frozenset(reason for _, reason in ended.refused) | frozenset(further_files(ended))
    return class_of(ended.status, ended.cause, reasons)


def sweep(work: Work) -> Swept | None:
    """Run the algorithm once more, on the perturbed part; None when the benchmark has none."""
    if work.benchmark.perturbed is None:
        return None
    ended = run_algorithm(work, work.benchmark.perturbed)
    outcome, predictions = outcome_of(ended), ended.outputs.get(FILE)
    if outcome is OutcomeClass.OK and predictions is None:
        outcome = OutcomeClass.INVALID_PREDICTIONS
    return Swept(ended, outcome, predictions if outcome is OutcomeClass.OK else None)


def score(
    work: Work, predictions: bytes | None, swept: Swept | None
) -> tuple[OutcomeClass, bytes, dict[str, str]]:
    """Return the outcome so far, the score's bytes, and what the operator may know."""
    if predictions is None:
        return OutcomeClass.INVALID_PREDICTIONS, b"", {"reason": Refusal.MISSING.value}
    definition = work.benchmark.definition
    plan = {
        "task": definition.task.value,
        "metrics": list(definition.metrics),
        "seed": work.seed,
        "resamples": RESAMPLES,
        "subgroups": len(definition.subgroups),
        "floors": [name for name, _ in definition.floors],
        "protection": protection_values(definition.protection),
        "robust": list(definition.robust),
        "tell": list(definition.tell),
        "others": len(work.others),
    }
    worse = swept.predictions if swept else None
    with steps.Sealed(work.house, work.id) as sealed:
        ended = steps.run_step(
            steps.SCORING,
            {
                FILE: predictions,
                **({SWEEP: worse} if worse is not None else {}),
                "answers.parquet": sealed.stream(work.benchmark.answers.id, purpose=SCORING),
                "plan.json": canonical_json(plan),
                **{
                    name: sealed.stream(other.answers, purpose=SCORING)
                    for name, other in zip(other_keys(len(work.others)), work.others, strict=True)
                },
            },
            steps.OWN_LIMITS,
            tier=work.tier,
        )
    said = {"status": ended.status, "cause": ended.cause}
    data = ended.outputs.get(SCORE, b"")
    if ended.status != "done":
        return OutcomeClass.REFUSED, b"", said
    reason = refusal_of(data)
    if reason:
        return OutcomeClass.INVALID_PREDICTIONS, b"", said | {"reason": reason}
    return OutcomeClass.OK, data, said
