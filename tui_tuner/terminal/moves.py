"""The shortest ways for the cursor to go."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=16384)
def move(y: int, x: int, to_y: int, to_x: int) -> str:
    """Write the shortest move; a negative `x` or `y` is not known. Counted from 0."""
    ways = [to(to_y, to_x)]
    if y >= 0:
        down = _steps("B" if to_y > y else "A", abs(to_y - y))
        right = _steps("C", to_x)
        ways.append("\r" + down + right)
        if to_y > y:
            ways.append("\r" + "\n" * (to_y - y) + right)
        if x >= 0:
            ways.extend(down + across for across in _across(x, to_x))
    return min(ways, key=len)


def to(y: int, x: int) -> str:
    """Write the move to a place, from wherever the cursor is."""
    if x == 0:
        return f"\x1b[{y + 1}H" if y else "\x1b[H"
    return f"\x1b[{y + 1};{x + 1}H" if y else f"\x1b[;{x + 1}H"


def _across(x: int, to_x: int) -> list[str]:
    if to_x < x:
        return [_steps("D", x - to_x), "\b" * (x - to_x)]
    return [_steps("C", to_x - x)]


def _steps(letter: str, count: int) -> str:
    if count <= 1:
        return f"\x1b[{letter}" if count else ""
    return f"\x1b[{count}{letter}"
