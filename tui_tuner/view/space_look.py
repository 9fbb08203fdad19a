"""Where a person is on the screen of the space, and what a key makes of it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Picture = Literal["scatter", "parallel", "coverage"]
PICTURES: tuple[Picture, ...] = ("scatter", "parallel", "coverage")


class Look(Struct, frozen=True):
    """The picture, the parameter at the cursor, and whether that one has the room to itself."""

    picture: Picture = "scatter"
    at: int = 0
    large: bool = False
    near: bool = False
    """Whether the objective's axis ends at the median: what is worse lies at the edge."""

    def moved(self, by: int, count: int) -> Look:
        """Go to another of `count` parameters."""
        return replace(self, at=min(max(0, self.at + by), max(0, count - 1)))

    def turned(self) -> Look:
        """Turn to the next picture."""
        then = PICTURES[(PICTURES.index(self.picture) + 1) % len(PICTURES)]
        return replace(self, picture=then, large=False)

    def enlarged(self, large: bool) -> Look:
        """Give one parameter the room, or share it again; parallel axes are one picture."""
        return replace(self, large=large and self.picture != "parallel")
