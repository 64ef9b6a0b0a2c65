"""Images made worse on purpose, and the plans that a task can't have."""

import pytest

from dure.trials.definition import Definition
from dure.trials.errors import TrialsError
from dure.trials.perturbing.kinds import KINDS, Feature, suiting
from dure.trials.places import Places
from dure.trials.tasks import OF_IMAGES, TaskType


def definition(task=TaskType.IMAGES, **changes) -> Definition:
    parts = {"name": "squares", "task": task, "target": "target", "features": ("image",)}
    if task is TaskType.FORECASTING:
        parts["time"] = "image"
    if task is TaskType.TRACKING:
        parts["places"] = Places(("x", "y"), ("tx", "ty"), "5")
        parts |= {"features": ("time", "sequence", "x", "y"), "time": "time", "series": "sequence"}
    return Definition(**(parts | changes))


# ── plans ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("task", TaskType)
def test_a_plan_has_kinds_that_suit_the_task_alone(task):
    of_images = {name for name, kind in KINDS.items() if kind.feature is Feature.IMAGE}
    suited = of_images if task in OF_IMAGES else set(KINDS) - of_images
    suited = set() if task is TaskType.TRACKING else suited
    assert set(suiting(task)) == suited
    assert definition(task).robust == ()
    for kind in KINDS:
        if kind in suited:
            assert definition(task, robust=(kind,)).robust == (kind,)
            continue
        with pytest.raises(TrialsError) as caught:
            definition(task, robust=(kind,))
        reason = "robust-task" if suited else "no-robust"
        assert (caught.value.facts["part"], caught.value.facts["reason"]) == ("robust", reason)
        assert all(name in str(caught.value) for name in suited)
