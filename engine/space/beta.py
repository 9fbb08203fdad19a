"""The beta distribution without scipy, whose import costs more than a sweep's start.

The cumulative distribution is the regularised incomplete beta function by Lentz's continued
fraction (Numerical Recipes, 3rd edition, section 6.4); its inverse is a bracketed Newton search.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_TINY = 1e-300
_FRACTION_TERMS = 10_000
_SEARCH_STEPS = 200


def beta_cdf(x: float, a: float, b: float) -> float:
    """Give the probability that a beta(a, b) variable is at most `x`."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = exp(_log_density(x, a, b) + log(x) + log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return min(1.0, front * _fraction(x, a, b) / a)
    return max(0.0, 1.0 - front * _fraction(1.0 - x, b, a) / b)


def beta_quantile(u: float, a: float, b: float) -> float:
    """Give the `x` in [0, 1] below which a beta(a, b) variable falls with probability `u`."""
    if u <= 0.0:
        return 0.0
    if u >= 1.0:
        return 1.0
    low, high = 0.0, 1.0
    x = _first_guess(u, a, b)
    for _ in range(_SEARCH_STEPS):
        error = beta_cdf(x, a, b) - u
        if error < 0.0:
            low = x
        else:
            high = x
        step = _newton(x, error, a, b)
        following = step if low < step < high else (low + high) / 2.0
        if abs(following - x) <= 1e-15 * x:
            return following
        x = following
    return x


def _log_density(x: float, a: float, b: float) -> float:
    normaliser = lgamma(a + b) - lgamma(a) - lgamma(b)
    return normaliser + (a - 1.0) * log(x) + (b - 1.0) * log1p(-x)


def _newton(x: float, error: float, a: float, b: float) -> float:
    """Step from `x` by the error over the density; -1, outside any bracket, if it has none."""
    if not 0.0 < x < 1.0:
        return -1.0
    logarithm = _log_density(x, a, b)
    if not -600.0 < logarithm < 600.0:
        return -1.0
    return x - error / exp(logarithm)


def _first_guess(u: float, a: float, b: float) -> float:
    """Invert the leading term of the lower tail where it holds; else start from the mean."""
    mean = a / (a + b)
    logarithm = (log(u) + log(a) + lgamma(a) + lgamma(b) - lgamma(a + b)) / a
    tail = exp(max(logarithm, -700.0)) if logarithm < 0.0 else 1.0
    return tail if tail < mean else mean


def _fraction(x: float, a: float, b: float) -> float:
    c = 1.0
    d = 1.0 / _off_zero(1.0 - (a + b) * x / (a + 1.0))
    result = d
    for m in range(1, _FRACTION_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for term in (even, odd):
            d = 1.0 / _off_zero(1.0 + term * d)
            c = _off_zero(1.0 + term / c)
            result *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return result


def _off_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
