"""GPUs as a keeper would tell a machine of them."""

from __future__ import annotations

from engine.core.devices import Device, Openness, Standing


def uuid(index: int) -> str:
    """The UUID of the GPU with this index."""
    return f"GPU-{index:08d}-cafe"


def standing(
    index: int, state: Openness = "open", reason: str = "", room: int | None = None
) -> Standing:
    """How one GPU stands."""
    device = Device(uuid=uuid(index), label=f"gpu{index}", name="H100", memory=80 << 30)
    return Standing(device=device, state=state, reason=reason, room=room)


def box(count: int, state: Openness = "open") -> tuple[Standing, ...]:
    """So many GPUs that all stand alike."""
    return tuple(standing(index, state) for index in range(count))
