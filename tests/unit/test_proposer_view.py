"""What made the newest proposal is told in a sentence, also after a restart."""

from __future__ import annotations

import pytest

from engine.core.events import TrialProposed
from engine.core.model import Source
from tests.fakes.told_sweep import ToldSweep


def told_after(source: Source | None) -> ToldSweep:
    sweep = ToldSweep(method="tpe")
    sweep.tell(
        TrialProposed, trial=1, index=0, params={"lr": 0.1}, origin="", seed=1, source=source
    )
    return sweep


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Source(method="tpe", observations=34), "tpe on 34 observations"),
        (Source(method="gp", observations=34), "gp for tpe on 34 observations"),
        (Source(method="random"), "random"),
        (
            Source(method="tpe", observations=3, startup=True),
            "tpe draws its start-up trials, 3 known so far",
        ),
        (Source(method="halton", fallback=True), "halton, standing in for tpe"),
    ],
)
def test_the_sentence_names_the_method_and_its_observations(source, said):
    sweep = told_after(source)
    before = sweep.view().proposer
    assert before is not None
    assert before.sentence == said
    assert (before.startup, before.fallback) == (source.startup, source.fallback)
    sweep.restart()
    assert sweep.view().proposer == before


def test_nothing_is_claimed_of_logs_from_before_that_was_written_down():
    assert told_after(None).view().proposer is None


def test_it_is_counted_who_proposed_how_many_also_after_a_restart():
    sweep = told_after(Source(method="halton", fallback=True))
    for trial, startup in ((2, True), (3, False), (4, False)):
        sweep.tell(
            TrialProposed,
            trial=trial,
            index=trial - 1,
            params={"lr": 0.1},
            origin="",
            seed=1,
            source=Source(method="tpe", observations=trial, startup=startup),
        )
    sweep.restart()
    proposer = sweep.view().proposer
    assert proposer is not None
    assert proposer.made == {"halton": 1, "start-up": 1, "tpe": 2}
