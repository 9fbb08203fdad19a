"""What one look at the GPUs found; as JSON, a line of the monitor process's output."""

from __future__ import annotations

from msgspec import Struct, field

UNSUPPORTED, NOT_PERMITTED = "unsupported", "not permitted"


def is_error(missing: str | None) -> bool:
    """Whether a field that is missing for this reason may well be there at the next look."""
    return missing not in (None, UNSUPPORTED, NOT_PERMITTED)


class GpuProcess(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A process that has a context on a GPU. `pid` is in the driver's namespace."""

    pid: int
    memory: int | None = None
    util: float | None = None
    """Percent of the whole GPU's time; None: the driver does not say."""
    graphics: bool = False


class GpuSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One GPU, or one MIG instance, whose `parent` is the UUID of its GPU.

    A field that could not be read is None, and `missing` says why: 'unsupported', 'not permitted',
    or the driver's error. Memory in bytes, util in percent, temperature in degrees Celsius, power
    in watts, clocks in MHz. `fault` is why it cannot be used: 'is lost', 'XID 79: ...'.
    """

    uuid: str
    label: str
    name: str = ""
    parent: str | None = None
    util: float | None = None
    mem_used: int | None = None
    mem_total: int | None = None
    temperature: float | None = None
    power: float | None = None
    power_limit: float | None = None
    sm_clock: float | None = None
    mem_clock: float | None = None
    throttle: tuple[str, ...] = ()
    ecc: int | None = None
    processes: tuple[GpuProcess, ...] = ()
    missing: dict[str, str] = field(default_factory=dict)
    fault: str | None = None


class Look(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All GPUs at `at`, seconds since the machine was started (CLOCK_BOOTTIME).

    `error` says why there is nothing to see: no driver, no permission. `own_pids`: the pids are
    those that this process sees; otherwise they are of another namespace.
    """

    at: float
    driver: str = ""
    cuda: str = ""
    gpus: tuple[GpuSample, ...] = ()
    error: str | None = None
    own_pids: bool = True
