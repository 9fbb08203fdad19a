"""Random search (Bergstra and Bengio, JMLR 2012)."""

from __future__ import annotations

from random import Random as Generator

from .base import UnitMethod


class Random(UnitMethod):
    """Draws each configuration from the space's distributions, independently of all others.

    Proposal i comes from Python's generator seeded with the text 'SEED/i', which Python keeps
    stable over its versions; one number is drawn an axis, in the order of the axes.
    """

    name = "random"

    def unit(self, index: int) -> list[float]:
        """Draw point number `index`."""
        generator = Generator(f"{self.seed}/{index}")
        return [generator.random() for _ in range(self.space.dimension)]
