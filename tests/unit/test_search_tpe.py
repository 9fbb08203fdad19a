"""TPE: what Optuna's sampler is shown, and what becomes of its answer."""

from __future__ import annotations

from collections import Counter
from typing import Any

import optuna
import pytest

from engine.core.model import Goal, Params, Source
from engine.core.observing import Observation
from engine.core.seeds import seed_for
from engine.search.base import Proposal, SearchMethod
from engine.search.gp import Gp
from engine.search.registry import create
from engine.search.tpe import Tpe
from engine.space.build import build_space
from engine.space.space import Space


def space_of(**parameters: dict[str, Any]) -> Space:
    space, faults = build_space(parameters)
    assert faults == []
    return space


LINE = space_of(x={"min": 0.0, "max": 1.0})


def tpe(space: Space, known: list[Observation], **options: Any) -> Tpe:
    found = create("tpe", space, 3, options, Goal.MINIMIZE)
    assert isinstance(found, Tpe)
    found.observe(known)
    return found


def seen(
    number: int, params: Params, loss: float | None, status: Any = "complete", last: int = 1
) -> Observation:
    return Observation(
        number=number,
        params=params,
        space_version=1,
        status=status,
        steps=() if loss is None else (last,),
        values=() if loss is None else (loss,),
        budget=9,
    )


def along(count: int) -> list[Observation]:
    """Trials along a line, best at 0.2."""
    places = [(n * 0.37) % 1.0 for n in range(1, count + 1)]
    return [seen(n, {"x": x}, (x - 0.2) ** 2) for n, x in enumerate(places, start=1)]


def proposed(method: SearchMethod, index: int) -> Proposal:
    found = method.propose(index)
    assert isinstance(found, Proposal)
    return found


def places(method: Tpe, count: int = 20) -> list[float]:
    return [method.propose(index).params["x"] for index in range(count)]


def test_it_proposes_what_optunas_own_study_would() -> None:
    known = along(30)
    sampler = optuna.samplers.TPESampler(seed=seed_for(3, 30), n_startup_trials=0)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=sampler)
    there = {"x": optuna.distributions.FloatDistribution(0.0, 1.0)}
    for one in known:
        study.add_trial(
            optuna.create_trial(params=one.params, distributions=there, value=one.values[0])
        )
    assert tpe(LINE, known).propose(30).params == study.ask(there).params


def test_infeasible_configurations_are_kept_away_from() -> None:
    lost = [seen(100 + n, {"x": 0.5 + n / 200}, None, "infeasible") for n in range(100)]
    good = [seen(n, {"x": 0.05 * n}, 0.1 * n) for n in range(1, 9)]
    proposals = places(tpe(LINE, [*good, *lost]))
    assert sum(x > 0.5 for x in proposals) <= 2


def test_trials_in_flight_keep_others_away_unless_they_are_ignored() -> None:
    flying = [seen(200 + n, {"x": 0.2 + n / 1000}, None, "open") for n in range(-15, 16)]
    near = {
        liar: sum(
            abs(x - 0.2) < 0.05 for x in places(tpe(LINE, along(40) + flying, in_flight=liar))
        )
        for liar in ("worst", "ignore")
    }
    assert near["worst"] < near["ignore"]


def test_conditional_parameters_are_modelled_where_they_apply() -> None:
    space = space_of(
        optimizer={"values": ["sgd", "adam"]},
        momentum={"min": 0.0, "max": 1.0, "when": {"optimizer": "sgd"}},
        beta={"min": 0.0, "max": 1.0, "when": {"optimizer": "adam"}},
        deep={"values": [1, 2, 3], "when": {"optimizer": "sgd"}},
        fixed={"value": 7},
    )
    draws = create("random", space, 1)
    known = []
    for n in range(1, 61):
        params = draws.propose(n).params  # type: ignore[union-attr]
        loss = abs(params["momentum"] - 0.8) if "momentum" in params else 0.5 + params["beta"]
        known.append(seen(n, params, loss))
    method = tpe(space, known)
    proposals = [method.propose(index).params for index in range(30)]
    assert all(space.contains(params) for params in proposals)
    by_sgd = [params["momentum"] for params in proposals if params["optimizer"] == "sgd"]
    assert len(by_sgd) > 20
    assert sum(abs(m - 0.8) < 0.15 for m in by_sgd) > 0.6 * len(by_sgd)


def test_every_kind_of_value_is_learnt_on_its_own_scale() -> None:
    space = space_of(
        batch={"distribution": "q_log_uniform_values", "min": 16, "max": 256, "q": 16},
        drop={"min": 0.0, "max": 0.8, "q": 0.1},
        width={"min": 1, "max": 1024, "scale": "log"},
        noise={"distribution": "normal", "sigma": 0.1},
        kind={"values": ["a", "b", "c"], "probabilities": [0.5, 0.5, 0.0]},
    )
    draws = create("random", space, 1)
    known = []
    for n in range(1, 61):
        params = draws.propose(n).params  # type: ignore[union-attr]
        known.append(seen(n, params, abs(params["drop"] - 0.3) + (params["kind"] == "a")))
    known.append(seen(61, {**known[0].params, "kind": "c"}, 0.0))
    method = tpe(space, known)
    proposals = [method.propose(index).params for index in range(30)]
    assert all(space.contains(params) for params in proposals)
    kinds = Counter(params["kind"] for params in proposals)
    assert set(kinds) <= {"a", "b"}
    assert kinds["b"] > 20
    assert sum(0.15 < params["drop"] < 0.45 for params in proposals) > 20


@pytest.mark.parametrize("count", [1100])
def test_of_many_trials_the_newest_and_the_best_are_modelled(count: int) -> None:
    known = along(count)
    method = tpe(LINE, known)
    trials = method._trials(method.training())
    assert len(trials) <= 1025
    assert min(t.value for t in trials) == min(one.values[0] for one in known)
    assert trials[-1].value == known[-1].values[0]
    assert sum(abs(x - 0.2) < 0.1 for x in places(method, 10)) >= 8


def test_curves_are_read_where_enough_trials_came_to() -> None:
    stopped = [seen(n, {"x": n / 20}, n / 20, "stopped", last=3) for n in range(1, 15)]
    proposal = tpe(LINE, stopped).propose(14)
    assert proposal.origin == "tpe at epoch 3, 14 observations, space v1"


def test_a_gaussian_process_proposes_until_enough_is_known_and_is_named() -> None:
    few, enough = along(29), along(30)
    begun, own = tpe(LINE, few, gp_until=30), create("gp", LINE, 3)
    assert isinstance(own, Gp)
    own.observe(few)
    proposal = proposed(begun, 29)
    assert proposal.params == proposed(own, 29).params
    assert proposal.origin == "gp for tpe, 29 observations, space v1"
    assert proposal.source == Source(method="gp", observations=29)
    assert proposed(tpe(LINE, enough, gp_until=30), 30) == proposed(tpe(LINE, enough), 30)


def test_what_trials_in_flight_are_taken_for_holds_for_the_gaussian_process_too() -> None:
    flying = [seen(200 + n, {"x": 0.2 + n / 1000}, None, "open") for n in range(-3, 4)]
    known = along(12) + flying
    begun, own = (
        tpe(LINE, known, gp_until=30, in_flight="ignore"),
        create("gp", LINE, 3, {"in_flight": "ignore"}),
    )
    assert isinstance(own, Gp)
    own.observe(known)
    assert proposed(begun, 19).params == proposed(own, 19).params


def test_it_is_called_by_both_names_where_both_propose() -> None:
    assert tpe(LINE, [], gp_until=30).called == "tpe (gp until 30 results are known)"
    assert tpe(LINE, [], gp_until=5).called == "tpe"


def test_where_a_gaussian_process_begins_fewer_draws_come_before_it() -> None:
    assert [tpe(LINE, [], gp_until=until).startup_trials for until in (0, 30)] == [10, 5]
    assert tpe(LINE, [], gp_until=30, startup_trials=7).startup_trials == 7


def test_conditions_are_left_to_tpe_from_the_start() -> None:
    space = space_of(kind={"values": ["a", "b"]}, x={"min": 0.0, "max": 1.0, "when": {"kind": "a"}})
    known = [seen(n, {"kind": "a", "x": n / 12}, float(n)) for n in range(1, 12)]
    assert proposed(tpe(space, known, gp_until=30), 11) == proposed(tpe(space, known), 11)
