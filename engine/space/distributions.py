"""Continuous distributions: each maps the unit interval to its values and back.

`quantile(u)` takes u in [0, 1] and rises with it; `cdf(x)` is its inverse and gives 0 or 1 outside
the support `low` to `high`. Every support is finite: the normal family ends seven standard
deviations from its centre, which leaves out less than three draws in 10^12.
"""

from __future__ import annotations

from math import erfc, exp, log, sqrt
from statistics import NormalDist

from msgspec import Struct

from .beta import beta_cdf, beta_quantile

NORMAL_REACH = 7.0
"""Standard deviations from the centre at which the normal family ends."""

_STANDARD = NormalDist()
_TAIL = erfc(NORMAL_REACH / sqrt(2.0)) / 2.0


def clip(x: float, low: float, high: float) -> float:
    """Bring `x` into [low, high]; NaN becomes `low`."""
    return min(high, max(low, x))


class Uniform(Struct, frozen=True, kw_only=True, tag="uniform"):
    """Every value between `low` and `high` is as likely as any other."""

    low: float
    high: float

    def quantile(self, u: float) -> float:
        """Map [0, 1] to the values, both ends exactly."""
        if u >= 1.0:
            return self.high
        return clip(self.low + u * (self.high - self.low), self.low, self.high)

    def cdf(self, x: float) -> float:
        """Map a value to [0, 1]."""
        return clip((x - self.low) / (self.high - self.low), 0.0, 1.0)


class LogUniform(Struct, frozen=True, kw_only=True, tag="log_uniform"):
    """The logarithm is uniform between those of `low` and `high`, which are values above 0."""

    low: float
    high: float

    def quantile(self, u: float) -> float:
        """Map [0, 1] to the values, both ends exactly."""
        if u <= 0.0:
            return self.low
        if u >= 1.0:
            return self.high
        start = log(self.low)
        return clip(exp(start + u * (log(self.high) - start)), self.low, self.high)

    def cdf(self, x: float) -> float:
        """Map a value to [0, 1]."""
        if x <= self.low:
            return 0.0
        start = log(self.low)
        return clip((log(x) - start) / (log(self.high) - start), 0.0, 1.0)


class Normal(Struct, frozen=True, kw_only=True, tag="normal"):
    """Mean `mu`, standard deviation `sigma`."""

    mu: float
    sigma: float

    @property
    def low(self) -> float:
        """The lower end of the support."""
        return self.mu - NORMAL_REACH * self.sigma

    @property
    def high(self) -> float:
        """The upper end of the support."""
        return self.mu + NORMAL_REACH * self.sigma

    def quantile(self, u: float) -> float:
        """Map [0, 1] to the values, both ends exactly."""
        if u <= _TAIL:
            return self.low
        if u >= 1.0 - _TAIL:
            return self.high
        return clip(self.mu + self.sigma * _STANDARD.inv_cdf(u), self.low, self.high)

    def cdf(self, x: float) -> float:
        """Map a value to [0, 1]."""
        if x <= self.low:
            return 0.0
        if x >= self.high:
            return 1.0
        return erfc((self.mu - x) / (self.sigma * sqrt(2.0))) / 2.0


class LogNormal(Struct, frozen=True, kw_only=True, tag="log_normal"):
    """The natural logarithm is normal with mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: float

    @property
    def low(self) -> float:
        """The lower end of the support."""
        return exp(self._logarithm.low)

    @property
    def high(self) -> float:
        """The upper end of the support."""
        return exp(self._logarithm.high)

    @property
    def _logarithm(self) -> Normal:
        return Normal(mu=self.mu, sigma=self.sigma)

    def quantile(self, u: float) -> float:
        """Map [0, 1] to the values, both ends exactly."""
        return exp(self._logarithm.quantile(u))

    def cdf(self, x: float) -> float:
        """Map a value to [0, 1]."""
        return self._logarithm.cdf(log(x)) if x > 0.0 else 0.0


class Beta(Struct, frozen=True, kw_only=True, tag="beta"):
    """The beta distribution on [0, 1] with shapes `a` and `b`."""

    a: float
    b: float

    @property
    def low(self) -> float:
        """The lower end of the support."""
        return 0.0

    @property
    def high(self) -> float:
        """The upper end of the support."""
        return 1.0

    def quantile(self, u: float) -> float:
        """Map [0, 1] to the values, both ends exactly."""
        return beta_quantile(u, self.a, self.b)

    def cdf(self, x: float) -> float:
        """Map a value to [0, 1]."""
        return beta_cdf(x, self.a, self.b)


Distribution = Uniform | LogUniform | Normal | LogNormal | Beta
