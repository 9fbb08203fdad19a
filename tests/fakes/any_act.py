"""Acts of every kind, drawn at random and aimed at trials that they are meant for."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st
from msgspec.structs import replace

from engine.core.acts import (
    Act,
    Add,
    AdvanceStage,
    Clone,
    Continue,
    ContinueScheduling,
    EditSpace,
    ExtendStage,
    Note,
    Pause,
    PauseScheduling,
    Promote,
    Prune,
    RepeatStage,
    Retry,
    Revive,
    SetSlots,
    Stop,
    UseGpus,
)
from engine.core.edits import Fix, Free, SetChoices, SetRange, SetScale, TopRange, UseVersion
from engine.core.views import TrialView

TRIALS = st.lists(st.integers(0, 40), min_size=1, max_size=4).map(tuple)
"""Which of the trials that an act is meant for; see `aimed`."""
RATE = st.sampled_from([1e-4, 1e-3, 0.01, 0.1, 1.0])
RATES = st.tuples(RATE, RATE).map(lambda r: {"low": min(r), "high": max(r)})
WIDTHS = st.lists(st.sampled_from([32, 64, 128, 256]), min_size=1, max_size=3, unique=True)
EDIT = st.one_of(
    st.builds(lambda ends: SetRange(parameter="lr", **ends), RATES),
    st.builds(lambda values: SetChoices(parameter="width", values=tuple(values)), WIDTHS),
    st.builds(TopRange, count=st.integers(1, 5), parameter=st.sampled_from([None, "lr"])),
    st.just(Fix(parameter="dropout", value=0.2)),
    st.sampled_from(["lr", "width", "dropout"]).map(lambda name: Free(parameter=name)),
    st.just(SetScale(parameter="lr", scale="linear")),
    st.integers(1, 4).map(lambda version: UseVersion(version=version)),
)
CHANGES = st.fixed_dictionaries(
    {}, optional={"lr": RATE, "width": st.sampled_from([32, 64]), "dropout": st.just(0.3)}
)
ON_TRIALS = st.one_of(
    st.builds(Prune, trials=TRIALS, infeasible=st.booleans()),
    st.builds(Revive, trials=TRIALS),
    st.builds(Retry, trials=TRIALS),
    st.builds(Promote, trials=TRIALS, budget=st.sampled_from([None, 4, 9, 27])),
    st.builds(Pause, trials=TRIALS, how=st.sampled_from(["release", "now", "hold"])),
    st.builds(Continue, trials=TRIALS),
    st.builds(Note, trials=TRIALS, text=st.sampled_from(["", "good", "odd"])),
)
ON_THE_SWEEP = st.one_of(
    st.builds(Clone, trial=st.integers(1, 5), changes=CHANGES),
    st.builds(Add, values=CHANGES),
    st.builds(SetSlots, count=st.integers(0, 5)),
    st.sampled_from([PauseScheduling(), ContinueScheduling()]),
    st.sampled_from([Stop(), Stop(now=True)]),
    st.builds(EditSpace, edits=st.tuples(EDIT), outside=st.sampled_from(["keep", "prune"])),
    st.sampled_from([AdvanceStage(), RepeatStage(), ExtendStage(trials=2), ExtendStage(trials=-1)]),
)
ON_GPUS = st.one_of(
    st.builds(
        UseGpus,
        gpus=st.lists(st.integers(0, 3).map(str), min_size=1, max_size=2).map(tuple),
        use=st.sampled_from(["exclude", "exclude", "include", "include", "quarantine"]),
        how=st.sampled_from(["checkpoint", "now", "end"]),
    ),
    st.sampled_from([SetSlots(count=None), SetSlots(count=None), SetSlots(count=2)]),
)

MEANT_FOR = {
    Prune: ("waiting", "running", "paused"),
    Revive: ("pruned",),
    Retry: ("failed",),
    Promote: ("complete", "pruned", "failed", "running"),
    Pause: ("running", "waiting", "paused"),
    Continue: ("paused",),
}


def aimed(act: Act, rows: Mapping[str, TrialView]) -> Act:
    """Aim an act at trials it is meant for, four times in five; else at any, or at none."""
    picks = getattr(act, "trials", None)
    if not isinstance(picks, tuple):
        return act
    kinds = MEANT_FOR.get(type(act), ())
    fit = [n for n, row in enumerate(rows.values(), start=1) if row.state in kinds]
    if not fit or picks[0] % 5 == 0:
        fit = list(range(1, len(rows) + 2))
    return replace(act, trials=tuple(fit[pick % len(fit)] for pick in picks))
