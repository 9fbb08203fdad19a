"""Which GPUs a sweep may use: what its environment shows it, and what its config includes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from .sample import GpuSample

VISIBLE = "CUDA_VISIBLE_DEVICES"
_SHORTEST_PREFIX = len("GPU-0")
"""CUDA takes any beginning of a UUID that one GPU alone has."""


class Allowed(Struct, frozen=True, kw_only=True):
    """Names of GPUs: indices in PCI order, labels, UUIDs, or unique beginnings of those.

    A name of a GPU stands for its MIG instances too. `visible` None: the environment does not say;
    `include` empty: all.
    """

    visible: tuple[str, ...] | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def refusal(self, gpu: GpuSample, gpus: Sequence[GpuSample]) -> str:
        """Why a GPU, one of `gpus`, may not be used; '' where it may."""
        if self.visible is not None and not _names(self.visible, gpu, gpus):
            return f"not in {VISIBLE}"
        if self.include and not _names(self.include, gpu, gpus):
            return "not among the config's gpu_ids"
        if _names(self.exclude, gpu, gpus):
            return "excluded by the config's gpu_ids"
        return ""

    def usable(self, gpus: Sequence[GpuSample]) -> list[GpuSample]:
        """Those of `gpus` that trials may be placed on: of a GPU with MIG instances, these."""
        split = {gpu.parent for gpu in gpus}
        return [gpu for gpu in gpus if gpu.uuid not in split and not self.refusal(gpu, gpus)]

    def unknown(self, gpus: Sequence[GpuSample]) -> list[str]:
        """The names in the config that no GPU has."""
        written = (*self.include, *self.exclude)
        return [name for name in written if not any(_names((name,), gpu, gpus) for gpu in gpus)]


class Bounds:
    """What `Allowed` says of each GPU when it is first seen: that one vanishes moves the indices of
    those behind it, and opens none of them."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._by_environment = Allowed(visible=allowed.visible)
        self._found: dict[str, tuple[str, str]] = {}

    def refusal(self, gpu: GpuSample, gpus: Sequence[GpuSample], *, included: bool) -> str:
        """Why a GPU may not be used; of one that a person `included`, the environment decides."""
        if gpu.uuid not in self._found:
            usual, bare = (a.refusal(gpu, gpus) for a in (self._allowed, self._by_environment))
            self._found[gpu.uuid] = usual, bare
        return self._found[gpu.uuid][included]


def visible_in(environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """The names in CUDA_VISIBLE_DEVICES; as CUDA does, it ends at the first that is no name."""
    if (text := environment.get(VISIBLE)) is None:
        return None
    names: list[str] = []
    for name in text.split(","):
        name = name.strip()
        if not name or name.startswith("-"):
            break
        names.append(name)
    return tuple(names)


def _names(names: Iterable[str], gpu: GpuSample, gpus: Sequence[GpuSample]) -> bool:
    parent = next((other for other in gpus if other.uuid == gpu.parent), None)
    meant = (gpu, parent) if parent is not None else (gpu,)
    return any(_is(name, one, gpus) for name in names for one in meant)


def _is(name: str, gpu: GpuSample, gpus: Sequence[GpuSample]) -> bool:
    if name == gpu.uuid or name.lower() == gpu.label:
        return True
    if name.isascii() and name.isdigit():
        return gpu.label == f"gpu{int(name)}"
    if len(name) < _SHORTEST_PREFIX or not gpu.uuid.startswith(name):
        return False
    return sum(other.uuid.startswith(name) for other in gpus) == 1
