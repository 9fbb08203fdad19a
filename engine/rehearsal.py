"""A config's sweep, whole, through the real machine on a virtual clock; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from engine.config.evolution import evolver_of
from engine.config.plan import to_plan
from engine.config.schema import Config
from engine.core.learnable import CODES
from engine.core.model import Params, Report, Trial
from engine.curves.answers import Answer
from engine.judges import judges_of
from engine.proposing import ConfiguredProposals
from engine.search.registry import METHODS
from engine.simulate import Line, Run, Simulation
from engine.space.keeper import Keeper, document_of

DEFAULT_TRIALS = 100
"""Trials of a config that would never end."""

Told = Callable[[int, float | None], None]
"""Hears the epochs spent so far and the best objective, once an epoch."""


class Incumbent(Struct, frozen=True, array_like=True):
    """From here on the best objective was this one."""

    epochs: int
    seconds: float
    objective: float


class Rehearsed(Struct, frozen=True, kw_only=True):
    """How a rehearsed sweep went. `epochs` counts those that were run, `seconds` are virtual.

    `trajectory` follows the best objective at any step of any trial, as `best` shows it. `warnings`
    say where the answers left the search nothing, or less, to learn from.
    """

    seed: int
    trajectory: list[Incumbent]
    epochs: int
    seconds: float
    trials: dict[str, int]
    best: float | None
    best_trial: str | None
    best_params: Params = field(default_factory=dict)
    sentence: str = ""
    warnings: list[str] = field(default_factory=list)


def ends_by_itself(config: Config) -> bool:
    """Whether a sweep of this config ends without anybody's doing."""
    method, limits = METHODS[config.method], config.limits
    counted = any(limit is not None for limit in (limits.trials, limits.hours, limits.slot_hours))
    enumerated = method is not None and method.enumerates
    return counted or enumerated or bool(config.stages) or config.method == "evolution"


class Rehearsal:
    """Runs a config's sweep with one seed; every trial goes on where it was, as by a checkpoint.

    `epochs` ends it once so many are spent in all; without that, and without limits of its own, it
    ends after `DEFAULT_TRIALS` trials.
    """

    def __init__(
        self,
        config: Config,
        answer: Answer,
        *,
        seed: int,
        slots: int = 1,
        epochs: int | None = None,
        told: Told | None = None,
    ) -> None:
        config = replace(config, search={**config.search, "seed": seed})
        if epochs is None and not ends_by_itself(config):
            config = replace(config, limits=replace(config.limits, trials=DEFAULT_TRIALS))
        self._answer = answer
        self._seed = seed
        self._most = epochs
        self._told = told
        self._spent = 0
        self._reached: dict[int, int] = {}
        self._trajectory: list[Incumbent] = []
        self._simulation = Simulation(
            to_plan(config, slots),
            ConfiguredProposals(config, seed),
            self._script,
            space=document_of(config.space),
            ranges=Keeper(),
            judges=judges_of(config),
            evolver=evolver_of(config),
            stop_s=0.0,
            heard=self._hear,
        )

    def run(self) -> Rehearsed:
        """Run it to its end; blocks."""
        while not self._is_spent() and self._simulation.step():
            pass
        return self._summary()

    def _script(self, trial: Trial, attempt: int) -> Run:
        return Run(self._lines(trial))

    def _lines(self, trial: Trial) -> Iterator[Line]:
        after = trial.last_step or 0
        self._reached[trial.number] = after
        return self._answer({**trial.params, **trial.overrides}, after)

    def _hear(self, number: int, report: Report) -> None:
        self._spent += report.step - self._reached[number]
        self._reached[number] = report.step
        best = self._best()
        if best is not None and (not self._trajectory or best != self._trajectory[-1].objective):
            self._trajectory.append(Incumbent(self._spent, self._simulation.now, best))
        if self._told is not None:
            self._told(self._spent, best)

    def _best(self) -> float | None:
        leader = self._leader()
        return leader.best.value if leader is not None and leader.best is not None else None

    def _leader(self) -> Trial | None:
        state = self._simulation.state
        return state.trials[state.best] if state.best is not None else None

    def _is_spent(self) -> bool:
        return self._most is not None and self._spent >= self._most

    def _summary(self) -> Rehearsed:
        state, leader = self._simulation.state, self._leader()
        return Rehearsed(
            seed=self._seed,
            trajectory=self._trajectory,
            epochs=self._spent,
            seconds=self._simulation.now,
            trials=dict(state.counts),
            best=self._best(),
            best_trial=leader.name if leader is not None else None,
            best_params=leader.params if leader is not None else {},
            sentence=f"{self._spent} epochs are spent" if self._is_spent() else state.sentence,
            warnings=[state.warnings[code].text for code in CODES if code in state.warnings],
        )
