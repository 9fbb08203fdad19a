"""A uniform number decodes to a draw of the distribution that was written."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from engine.space.beta import beta_cdf, beta_quantile
from engine.space.distributions import (
    Beta,
    Distribution,
    LogNormal,
    LogUniform,
    Normal,
    Uniform,
)

UNITS = [0.001, 0.03, 0.25, 0.5, 0.61803, 0.9, 0.9995]

units = st.floats(0.0, 1.0)
middles = st.floats(0.001, 0.999)


@pytest.mark.parametrize(
    ("ours", "reference"),
    [
        (Uniform(low=-2.0, high=5.0), stats.uniform(-2.0, 7.0)),
        (LogUniform(low=1e-6, high=10.0), stats.loguniform(1e-6, 10.0)),
        (Normal(mu=3.0, sigma=0.5), stats.norm(3.0, 0.5)),
        (LogNormal(mu=-4.0, sigma=1.5), stats.lognorm(s=1.5, scale=math.exp(-4.0))),
        (Beta(a=2.0, b=5.0), stats.beta(2.0, 5.0)),
        (Beta(a=0.5, b=0.5), stats.beta(0.5, 0.5)),
        (Beta(a=1.0, b=1.0), stats.beta(1.0, 1.0)),
        (Beta(a=300.0, b=2.0), stats.beta(300.0, 2.0)),
        (Beta(a=0.02, b=3.0), stats.beta(0.02, 3.0)),
        (Beta(a=5000.0, b=8000.0), stats.beta(5000.0, 8000.0)),
    ],
    ids=lambda value: str(value) if isinstance(value, Distribution) else "scipy",
)
def test_quantiles_and_probabilities_agree_with_scipy(
    ours: Distribution, reference: object
) -> None:
    for u in UNITS:
        x = ours.quantile(u)
        assert x == pytest.approx(reference.ppf(u), rel=1e-7, abs=1e-300)
        assert ours.cdf(x) == pytest.approx(reference.cdf(x), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    a=st.floats(1e-4, 1e4),
    b=st.floats(1e-4, 1e4),
    u=units,
)
def test_beta_stays_in_its_support_whatever_the_shapes(a: float, b: float, u: float) -> None:
    x = beta_quantile(u, a, b)
    assert 0.0 <= x <= 1.0
    assert 0.0 <= beta_cdf(x, a, b) <= 1.0


@settings(max_examples=60, deadline=None)
@given(a=st.floats(0.1, 500.0), b=st.floats(0.1, 500.0), u=middles)
def test_beta_quantile_inverts_its_probability(a: float, b: float, u: float) -> None:
    x = beta_quantile(u, a, b)
    assume(x < 1.0 - 1e-9)
    assert beta_cdf(x, a, b) == pytest.approx(u, abs=1e-9)


@given(
    low=st.floats(1e-300, 1e300),
    factor=st.floats(1.001, 1e6),
    u=units,
)
def test_log_scale_stays_inside_and_inverts(low: float, factor: float, u: float) -> None:
    distribution = LogUniform(low=low, high=low * factor)
    x = distribution.quantile(u)
    assert distribution.low <= x <= distribution.high
    assert distribution.cdf(x) == pytest.approx(u, abs=1e-6)


@given(u=units, v=units)
def test_every_distribution_rises(u: float, v: float) -> None:
    u, v = sorted((u, v))
    for distribution in (
        Uniform(low=-1e9, high=1e9),
        LogUniform(low=1e-6, high=10.0),
        Normal(mu=0.0, sigma=3.0),
        LogNormal(mu=0.0, sigma=1.0),
    ):
        low, high = distribution.quantile(u), distribution.quantile(v)
        assert low <= high + 1e-12 * abs(high)


@pytest.mark.parametrize(
    "distribution",
    [
        Uniform(low=-3.0, high=0.1),
        LogUniform(low=1e-6, high=10.0),
        Normal(mu=1.0, sigma=2.0),
        LogNormal(mu=1.0, sigma=2.0),
        Beta(a=2.0, b=3.0),
    ],
    ids=str,
)
def test_the_ends_of_the_unit_interval_are_the_ends_of_the_support(
    distribution: Distribution,
) -> None:
    assert distribution.quantile(0.0) == distribution.low
    assert distribution.quantile(1.0) == distribution.high
    assert distribution.cdf(distribution.low - 1.0) == 0.0
    assert distribution.cdf(distribution.high + 1.0) == 1.0
