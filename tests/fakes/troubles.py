"""Troubles that befall a simulated sweep one after the other, and end after a while, by a seed.

Each is a generator: what it does up to its first `yield` is the trouble, the number it yields is
how many seconds that lasts, and what follows mends it. One that ends without a `yield` could not
be had just then.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator

from engine.core.model import Exited
from engine.devices.leases import FileLeases
from tests.fakes.gpu_life import LifeOnGpus
from tests.fakes.nvml.box import FakeGpu

Trouble = Iterator[float]

FAILED_BY_GPU = Exited(code=1, fault="device", tail="CUDA error: the GPU is lost")
"""How a script ends whose GPU fails."""


class Troubles:
    """Begins one every few seconds, each kind as often as the others, until `quiet`. The kinds are
    a subclass's own methods.

    `had` counts what was had. `sound_since` is since when each GPU has had no trouble, and
    `all_sound_since` since when the box as a whole had none. `by_person` are the trials whose end a
    person asked for.
    """

    def __init__(
        self,
        life: LifeOnGpus,
        rival: FileLeases,
        seed: int,
        quiet: Callable[[], bool],
        apart_s: tuple[float, float] = (4.0, 10.0),
    ) -> None:
        self.had: Counter[str] = Counter()
        self.sound_since: dict[str, float] = {}
        self.all_sound_since = 0.0
        self.by_person: set[int] = set()
        self._life = life
        self._floor = life.floor
        self._rival = rival
        self._chance = random.Random(seed)
        self._quiet = quiet
        self._apart_s = apart_s
        self._troubled: Counter[str] = Counter()
        self._box_troubled = False
        self._errors: list[tuple[int, str, str | None]] = []
        names = (name for name in vars(type(self)) if not name.startswith("_"))
        self._kinds = {name: getattr(self, name) for name in names}
        self._deck: list[str] = []
        life.after(5.0, self._next)

    @property
    def kinds(self) -> list[str]:
        """All that can be had."""
        return sorted(self._kinds)

    def is_sound(self, uuid: str, seconds: float) -> bool:
        """Whether a GPU has had no trouble for so long, nor the box."""
        if any(uuid in one.uuids for one in self._floor.left.values()):
            self.sound_since[uuid] = self._life.now
        if self._troubled[uuid] or self._box_troubled:
            return False
        failed_at = self._life.failed_at.get(uuid, 0.0)
        since = max(self.sound_since.get(uuid, 0.0), failed_at, self.all_sound_since)
        return self._life.now - since >= seconds

    def _next(self) -> None:
        if self._quiet():
            return
        self._life.after(self._chance.uniform(*self._apart_s), self._next)
        for _ in self._kinds:
            if not self._deck:
                self._deck = sorted(self._kinds)
                self._chance.shuffle(self._deck)
            name = self._deck.pop()
            if self._begin(name):
                return

    def _begin(self, name: str) -> bool:
        trouble: Trouble = self._kinds[name]()
        seconds = next(trouble, None)
        if seconds is None:
            return False
        self.had[name] += 1
        self._life.after(seconds, lambda: self._go_on(trouble))
        return True

    def _go_on(self, trouble: Trouble) -> None:
        seconds = next(trouble, None)
        if seconds is not None:
            self._life.after(seconds, lambda: self._go_on(trouble))

    # Who is troubled --------------------------------------------------------------------------

    def _any_gpu(self) -> FakeGpu | None:
        """A GPU that has no trouble yet; most of the box is to be sound."""
        free = [gpu for gpu in self._floor.box.gpus if not self._troubled[gpu.uuid]]
        return self._chance.choice(free) if len(free) > 4 else None

    def _trouble(self, gpu: FakeGpu) -> None:
        self._troubled[gpu.uuid] += 1

    def _mended(self, gpu: FakeGpu) -> None:
        self._troubled[gpu.uuid] -= 1
        self.sound_since[gpu.uuid] = self._life.now

    def _box_mended(self) -> None:
        self._box_troubled = False
        self.all_sound_since = self._life.now

    def _set_errors(self) -> None:
        """Have the calls fail that are to fail."""
        self._life.driver_fails = any(uuid is None for _, _, uuid in self._errors)
        self._floor.box.heal()
        for code, call, uuid in self._errors:
            index = None if uuid is None else self._floor.index(uuid)
            if uuid is None or index is not None:
                self._floor.box.fail(code, call, index)

    def _failing(self, seconds: float, code: int, gpu: FakeGpu | None, *calls: str) -> Trouble:
        wrong = [(code, call, None if gpu is None else gpu.uuid) for call in calls]
        self._errors += wrong
        self._set_errors()
        yield seconds
        for one in wrong:
            self._errors.remove(one)
        self._set_errors()

    def _on_gpu(self, seconds: tuple[float, float], code: int, *calls: str) -> Trouble:
        gpu = self._any_gpu()
        if gpu is None:
            return
        self._trouble(gpu)
        yield from self._failing(self._chance.uniform(*seconds), code, gpu, *calls)
        self._mended(gpu)

    def _crash_on(self, gpu: FakeGpu) -> None:
        """Have some of the trials on a GPU fail of what became of it."""
        for key in self._floor.on([gpu.uuid, *(one.uuid for one in gpu.instances)]):
            if self._chance.random() < 0.5:
                self._life.after(0.3, lambda key=key: self._life.fail(key, FAILED_BY_GPU))
