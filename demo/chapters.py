"""The chapters of the story, in order. Each does the real thing and checks what came of it."""

from __future__ import annotations

from collections.abc import Callable

from demo import datasets, decisions, trials
from demo.stage import Stage
from demo.story import Story

CHAPTERS: tuple[Callable[[Stage, Story], None], ...] = (
    trials.alliance,
    datasets.first_minute,
    trials.import_flights,
    datasets.deliver_again,
    datasets.take_people_out,
    datasets.publish_and_find,
    trials.submit,
    trials.run_trials,
    trials.run_hostile,
    decisions.decide,
    decisions.come_home,
    decisions.transfer,
    decisions.audit,
)
