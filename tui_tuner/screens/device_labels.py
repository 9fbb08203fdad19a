"""What the keys are called that act on GPUs."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.views import DeviceView

_ACTS = ("exclude", "include", "quarantine", "device_mark")
_SHUT = ("excluded", "quarantined")


def device_labels(
    gpus: Sequence[DeviceView], marked: int, *, read_only: bool = False
) -> dict[str, str]:
    """Name the keys for the GPUs that they would act on; an empty name hides the key."""
    if read_only or not gpus:
        return dict.fromkeys(_ACTS, "")
    several = f" {len(gpus)} marked" if marked else ""
    states = {gpu.state for gpu in gpus}
    return {
        "exclude": f"exclude{several}" if states - {"excluded"} else "",
        "include": f"include{several}" if states & set(_SHUT) else "",
        "quarantine": f"quarantine{several}" if states - {"quarantined", "gone"} else "",
        "device_mark": "mark",
        "back": "unmark" if marked else "back",
    }
