"""GPUs as the machine knows them: which there are, and whether trials may be placed on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

WHOLE = 1_000_000
"""A GPU's capacity: shares are counted in millionths of it, so that they add up exactly."""


class Device(Struct, frozen=True, kw_only=True):
    """A GPU, or a MIG instance of one. `uuid` is its identity; indices change between boots.

    `label` is what people call it: 'gpu2', or 'gpu2:1' for the second instance on GPU 2.
    """

    uuid: str
    label: str
    name: str = ""
    memory: int | None = None
    """Bytes it has in all; None: it does not say."""


Openness = Literal["open", "closed", "quarantined", "gone"]
"""open: leased to this sweep, trials may be placed. closed: nothing new for now, what runs there is
left alone. quarantined, gone: it is broken, or vanished; its trials go on elsewhere."""


class Standing(Struct, frozen=True, kw_only=True):
    """How a GPU stands. `reason` is a sentence's end: 'in use by python (1234) of bob'.

    `room` is how many more trials its memory is known to hold; None: it sets no bound.
    """

    device: Device
    state: Openness
    reason: str = ""
    room: int | None = None


class Demand(Struct, frozen=True, kw_only=True):
    """What a trial takes: `share` millionths of each of `gpus` GPUs. None of them: CPU slots."""

    gpus: int = 0
    share: int = WHOLE

    @property
    def whole(self) -> Demand:
        """The same GPUs, without neighbours."""
        return Demand(gpus=self.gpus)


CPU = Demand()


def demand_of(gpus: float) -> Demand:
    """Read a number of GPUs a trial: 2 is two whole ones, 0.25 a quarter of one, 0 is the CPU.

    Raises ValueError for a number below 0, or one above 1 that is not whole.
    """
    if gpus == 0:
        return CPU
    if 0 < gpus < 1:
        return Demand(gpus=1, share=max(1, int(WHOLE * gpus + 1e-6)))
    if gpus < 0 or gpus != int(gpus):
        raise ValueError(f"{gpus:g} GPUs: a whole number, or a part of one between 0 and 1")
    return Demand(gpus=int(gpus))


def together(labels: Sequence[str], most: int = 8) -> str:
    """Name GPUs in a few words: 'gpu0 gpu2', 'gpu2 to gpu7' for neighbours, '17 GPUs' for many."""
    first = labels[0].removeprefix("gpu") if labels else ""
    if len(labels) > 2 and first.isdigit():
        neighbours = [f"gpu{int(first) + n}" for n in range(len(labels))]
        if list(labels) == neighbours:
            return f"{labels[0]} to {labels[-1]}"
    return " ".join(labels) if len(labels) <= most else f"{len(labels)} GPUs"
