"""Calls of NVIDIA's library one by one: each gives a value, or the words for why it gave none."""

from __future__ import annotations

from typing import Any

from engine.text import clean

from .sample import NOT_PERMITTED, UNSUPPORTED

_INVALID_ARGUMENT, _NOT_SUPPORTED, _NO_PERMISSION, _NO_FUNCTION = 2, 3, 4, 13
_BOX_ERRORS = {
    1: "the NVIDIA driver was unloaded",
    4: "no permission to use the NVIDIA driver: see the modes of /dev/nvidia*",
    9: "the NVIDIA driver is not loaded",
    12: "there is no NVIDIA driver: libnvidia-ml.so.1 was not found",
    13: "the NVIDIA driver is too old: its library lacks a function that is needed",
    18: "the NVIDIA driver was updated while the old one still runs: restart the machine, "
    "or load the driver anew",
}
"""By NVML's error code: what is wrong with the whole box."""
_WHOLE_BOX = {1, 9, 12, 18}
"""Those that are true of every GPU, whichever was asked about."""
_FAULTS = {15: "is lost", 16: "needs a reset"}


class BoxError(Exception):
    """Nothing can be seen of any GPU; the message is a sentence for people."""


def box_error(error: Any) -> BoxError:
    """Say in a sentence what an error of NVML's means for the whole box."""
    return BoxError(_BOX_ERRORS.get(error.value, f"the NVIDIA driver says: {clean(str(error))}"))


def none_permitted() -> BoxError:
    """Say that this user may use none of the GPUs."""
    return BoxError(_BOX_ERRORS[_NO_PERMISSION])


class Calls:
    """Makes calls about one device. `fault` is why it cannot be used, where a call said so;
    `is_refused`: this user may not use it.

    An `instance` of MIG answers calls that are for whole GPUs with all kinds of errors.
    """

    def __init__(self, nvml: Any, *, instance: bool = False) -> None:
        self._nvml = nvml
        self._instance = instance
        self.missing: dict[str, str] = {}
        self.fault: str | None = None
        self.is_refused = False

    def take(self, field: str, call: str, *args: Any) -> Any:
        """Give what a call gives; None where it fails, and then `missing` says why for this field.

        Raises BoxError where it says that there is no driver.
        """
        try:
            return getattr(self._nvml, call)(*args)
        except self._nvml.NVMLError as error:
            self.missing[field] = self._why(error)
        except (AttributeError, ValueError):
            self.missing[field] = UNSUPPORTED
        return None

    def _why(self, error: Any) -> str:
        if error.value in _WHOLE_BOX:
            raise box_error(error) from error
        self.fault = self.fault or _FAULTS.get(error.value)
        self.is_refused |= error.value == _NO_PERMISSION
        unsupported = error.value in (_NOT_SUPPORTED, _NO_FUNCTION)
        if unsupported or (self._instance and error.value == _INVALID_ARGUMENT):
            return UNSUPPORTED
        return NOT_PERMITTED if error.value == _NO_PERMISSION else clean(str(error))
