"""CMA-ES: a fold over all results, whatever the order they came in, for numbers only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import log10
from typing import Any

import pytest

from engine.core.model import Goal, Params
from engine.core.observing import Observation, Status
from engine.errors import UsageError
from engine.search.base import Proposal
from engine.search.cmaes import Cmaes
from engine.space.build import build_space
from engine.space.space import Space

SPACE = build_space(
    {
        "lr": {"min": 1e-5, "max": 1.0, "scale": "log"},
        "dropout": {"min": 0.0, "max": 1.0},
        "layers": {"min": 1, "max": 10},
        "seed": {"value": 0},
    }
)[0]


def bowl(params: Params) -> float:
    """Least, 0, at lr 1e-3, dropout 0.3 and 7 layers."""
    lr, dropout, layers = params["lr"], params["dropout"], params["layers"]
    return (log10(lr) + 3) ** 2 / 10 + (dropout - 0.3) ** 2 + ((layers - 7) / 10) ** 2


def seen(number: int, params: Params, value: float, status: Status = "complete") -> Observation:
    return Observation(
        number=number,
        params=params,
        space_version=1,
        status=status,
        steps=(1,),
        values=(value,),
    )


def run(
    method: Cmaes, trials: int, objective: Callable[[Params], float] = bowl, first: int = 0
) -> list[Observation]:
    """Let a method propose and be told, one trial after the other."""
    made = []
    for index in range(first, first + trials):
        params = method.propose(index).params
        made.append(seen(index + 1, params, objective(params)))
        method.observe(made[-1:])
    return made


def rebuilt(known: Iterable[Observation], **options: Any) -> Cmaes:
    method = Cmaes(SPACE, 0, Goal.MINIMIZE, **options)
    method.observe(list(known))
    return method


def space_of(**parameters: Any) -> Space:
    space, faults = build_space(parameters)
    assert faults == []
    return space


def test_it_closes_in_on_the_optimum() -> None:
    values = [one.values[0] for one in run(Cmaes(SPACE, 0, Goal.MINIMIZE), 120)]
    assert min(values) < 1e-4
    assert sum(v < 0.01 for v in values[60:]) > 40


def test_maximising_is_minimising_the_negative() -> None:
    down = run(Cmaes(SPACE, 0, Goal.MINIMIZE), 60)
    up = run(Cmaes(SPACE, 0, Goal.MAXIMIZE), 60, lambda params: -bowl(params))
    assert [one.params for one in up] == [one.params for one in down]


def test_it_begins_with_halton_and_says_so() -> None:
    method = Cmaes(SPACE, 0, Goal.MINIMIZE, startup_trials=3)
    first = method.propose(0)
    assert first.origin == "halton #0, start-up of cmaes"
    assert first.source is not None
    assert first.source.startup
    run(method, 3)
    fourth = method.propose(3)
    assert fourth.origin == "cmaes, 3 observations, space v1"
    assert fourth.source is not None
    assert (fourth.source.method, fourth.source.observations) == ("cmaes", 3)
    assert not fourth.source.startup


def test_without_start_up_trials_it_begins_in_the_middle() -> None:
    method = Cmaes(SPACE, 0, Goal.MINIMIZE, startup_trials=0, sigma0=1e-3)
    run(method, 2)
    params = method.propose(2).params
    assert params["dropout"] == pytest.approx(0.5, abs=0.01)
    assert params["layers"] in (5, 6)


def test_a_rebuilt_method_goes_on_with_the_same_proposals() -> None:
    method = Cmaes(SPACE, 0, Goal.MINIMIZE)
    known = run(method, 50)
    again = rebuilt(reversed(known))
    assert [again.propose(i) for i in range(50, 60)] == [method.propose(i) for i in range(50, 60)]


def test_results_in_any_order_lead_to_the_same_proposals() -> None:
    known = run(Cmaes(SPACE, 0, Goal.MINIMIZE), 40)
    late = Cmaes(SPACE, 0, Goal.MINIMIZE)
    for one in (*known[5:], *known[:5]):
        late.observe([one])
        late.propose(99)
    assert late.propose(40) == rebuilt(known).propose(40)


def test_what_changes_of_a_result_is_folded_in_anew() -> None:
    known = run(Cmaes(SPACE, 0, Goal.MINIMIZE), 40)
    method = rebuilt(known)
    before = method.propose(40)
    changed = [seen(12, known[11].params, 1e6), *known[12:]]
    method.observe(changed)
    assert method.propose(40) == rebuilt([*known[:11], *changed]).propose(40)
    method.observe(known)
    assert method.propose(40) == before


def test_trials_of_people_inform_it() -> None:
    known = run(Cmaes(SPACE, 0, Goal.MINIMIZE), 40)
    good = SPACE.admit({"lr": 1e-3, "dropout": 0.3, "layers": 7})
    added = [seen(number, good, bowl(good)) for number in range(41, 48)]
    there, without = rebuilt([*known, *added]), rebuilt(known)
    near = [bowl(there.propose(i).params) for i in range(40, 60)]
    far = [bowl(without.propose(i).params) for i in range(40, 60)]
    assert sum(near) < sum(far)


def test_infeasible_trials_count_as_the_worst_and_are_left() -> None:
    def infeasible(one: Params) -> bool:
        return bool(one["dropout"] > 0.5)

    method = Cmaes(SPACE, 0, Goal.MINIMIZE)
    proposed = []
    for index in range(80):
        params = method.propose(index).params
        proposed.append(params)
        status: Status = "infeasible" if infeasible(params) else "complete"
        value = float("nan") if infeasible(params) else -params["dropout"]
        method.observe([seen(index + 1, params, value, status)])
    assert sum(infeasible(p) for p in proposed[50:]) < 20
    assert max(p["dropout"] for p in proposed if not infeasible(p)) > 0.48


@pytest.mark.parametrize("status", ["complete", "infeasible", "failed"])
def test_it_goes_on_where_nothing_tells_trials_apart(status: Status) -> None:
    method = Cmaes(SPACE, 0, Goal.MINIMIZE)
    for index in range(60):
        params = method.propose(index).params
        assert SPACE.contains(params)
        method.observe([seen(index + 1, params, 1.0, status)])


def test_open_trials_change_nothing() -> None:
    known = run(Cmaes(SPACE, 0, Goal.MINIMIZE), 30)
    waiting = Observation(number=31, params=known[0].params, space_version=1, status="open")
    assert rebuilt([*known, waiting]).propose(31) == rebuilt(known).propose(31)


def test_it_starts_elsewhere_once_it_has_settled() -> None:
    space = space_of(layers={"min": 1, "max": 50})
    method = Cmaes(space, 0, Goal.MINIMIZE)
    made = run(method, 150, lambda params: abs(params["layers"] - 20))
    late = [one.params["layers"] for one in made[60:]]
    assert late.count(20) > 10
    assert len({layers for layers in late if abs(layers - 20) > 5}) > 5


def test_a_generation_has_as_many_trials_as_its_option_says() -> None:
    known = run(Cmaes(SPACE, 0, Goal.MINIMIZE, popsize=20, startup_trials=5), 39)
    five, twenty = (rebuilt(known[:n], popsize=20, startup_trials=5) for n in (5, 20))
    same = rebuilt(known, popsize=20, startup_trials=5)
    assert five.propose(50).params != twenty.propose(50).params
    assert same.propose(50).params == twenty.propose(50).params


def test_results_outside_the_space_are_left_out() -> None:
    known = run(Cmaes(SPACE, 0, Goal.MINIMIZE), 30)
    outside = seen(31, {**known[0].params, "lr": 5.0}, -1.0)
    assert rebuilt([*known, outside]).propose(31) == rebuilt(known).propose(31)


def test_early_stopped_trials_are_read_where_the_others_are() -> None:
    method = Cmaes(SPACE, 0, Goal.MINIMIZE)
    for index in range(30):
        params = method.propose(index).params
        stopped = index % 2 == 0
        curve = [bowl(params) + 1.0 / step for step in range(1, 4 if stopped else 10)]
        method.observe(
            [
                Observation(
                    number=index + 1,
                    params=params,
                    space_version=1,
                    status="stopped" if stopped else "complete",
                    steps=tuple(range(1, len(curve) + 1)),
                    values=tuple(curve),
                    budget=9,
                )
            ]
        )
    found = method.propose(30)
    assert isinstance(found, Proposal)
    assert found.origin == "cmaes, 30 observations, space v1"


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (
            {"optimizer": {"values": ["sgd", "adam"]}, "lr": {"min": 0.0, "max": 1.0}},
            "but optimizer is a list of values; write ranges, or use tpe",
        ),
        (
            {
                "layers": {"min": 1, "max": 2},
                "width": {"min": 1, "max": 9, "when": {"layers": 2}},
            },
            "but width depends on another parameter; write ranges",
        ),
    ],
)
def test_what_is_no_number_is_refused_with_what_to_do(
    parameters: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UsageError) as refused:
        Cmaes(space_of(**parameters), 0, Goal.MINIMIZE)
    assert str(refused.value).startswith("cmaes searches ranges of numbers only, ")
    assert sentence in str(refused.value)


def test_nothing_to_search_is_one_configuration() -> None:
    space = space_of(a={"value": 1})
    method = Cmaes(space, 0, Goal.MINIMIZE, startup_trials=0)
    assert method.propose(0).params == {"a": 1}
