"""Where a Gaussian process looks: near the best and all over, not in the corners."""

from __future__ import annotations

import numpy as np

from engine.core.model import Goal
from engine.core.observing import Observation
from engine.search.looking import near_to
from engine.search.registry import create
from engine.space.build import build_space

LEADERS = np.array([[0.5, 2.0, 0.375], [0.1, 0.0, 0.875]])
IS_CATEGORICAL = np.array([False, True, False])
DISCRETE = np.array([1, 2])


def far(count: int) -> np.ndarray:
    draw = np.random.RandomState(1)
    return np.column_stack(
        [draw.rand(count), draw.randint(3, size=count), (draw.randint(4, size=count) + 0.5) / 4]
    )


def test_points_near_a_leader_differ_from_it_in_something_and_are_configurations() -> None:
    near = near_to(LEADERS, far(400), np.random.RandomState(2), IS_CATEGORICAL, DISCRETE)
    assert near.shape == (400, 3)
    assert near[:, 0].min() >= 0.0
    assert near[:, 0].max() <= 1.0
    assert {*near[:, 1]} == {0.0, 1.0, 2.0}
    assert {*near[:, 2]} == {0.125, 0.375, 0.625, 0.875}
    alike = sum((near == leader).sum(axis=1) for leader in LEADERS)
    assert (alike > 0).sum() > 300
    distances = [np.abs(near[:, 0] - leader[0]) for leader in LEADERS]
    assert np.minimum(*distances).mean() < 0.15


def test_an_axis_with_one_value_in_reach_keeps_it() -> None:
    points = np.full((8, 1), 0.25)
    near = near_to(
        np.array([[0.75]]), points, np.random.RandomState(0), np.array([False]), np.array([0])
    )
    assert {*near[:, 0]} == {0.25}


def test_proposals_keep_out_of_corners() -> None:
    """By its gradient, expected improvement led there in 12 of 35."""
    names = ("a", "b", "c", "d", "e")
    space = build_space({name: {"min": 0.0, "max": 1.0} for name in names})[0]
    method = create("gp", space, 3, {}, Goal.MINIMIZE)
    corners = 0
    for index in range(35):
        params = method.propose(index).params
        values = [float(params[name]) for name in names]
        corners += sum(v < 0.01 or v > 0.99 for v in values) >= 2
        loss = sum((v - 0.45) ** 2 / (1 + n) for n, v in enumerate(values))
        method.observe(
            [
                Observation(
                    number=index + 1,
                    params=params,
                    space_version=1,
                    status="complete",
                    steps=(1,),
                    values=(loss + 0.05 * np.sin(37 * sum(values)),),
                )
            ]
        )
    assert corners <= 5
