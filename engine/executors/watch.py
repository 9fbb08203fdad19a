"""An attempt that runs, seen from the engine: its runner's end, and the stop asked of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress

from engine.failpoints import failpoint

from . import aftermath, procfs, trees
from .base import AttemptSpec
from .nursery import Zygote

_ESCALATE_S = 5.0
"""How long past the grace a runner may take before it counts as one that does not respond."""
_POLL_S = 0.25


class Watch:
    """Calls `on_gone` on the running loop once the runner has died.

    The runner is known by its pid and start time, and watched through a pidfd. Where that cannot
    be (its pid means nothing here), the attempt's lock is polled instead.
    """

    def __init__(
        self,
        spec: AttemptSpec,
        pid: int,
        start_time: int | None,
        zygote: Zygote | None,
        on_gone: Callable[[Watch], None],
    ) -> None:
        self.spec = spec
        self.pid = pid
        self.zygote = zygote
        self._on_gone = on_gone
        self._loop = asyncio.get_running_loop()
        self._escalation: asyncio.TimerHandle | None = None
        self._poller: asyncio.Task[None] | None = None
        self._start_time = start_time
        self._to_hold: bool | None = None
        self._moving: asyncio.Task[None] | None = None
        self._pidfd = _open_pidfd(pid, start_time)
        if self._pidfd is not None:
            self._loop.add_reader(self._pidfd, self._gone)
        else:
            self._poller = self._loop.create_task(self._poll(), name=f"lock of {spec.attempt_dir}")

    def stop(self) -> None:
        """Tell the runner, even a stopped one, to end the trial; kill it if it does not respond.

        The runner has the trial's tree go on first, if it was held, so that it can obey.
        """
        if self._escalation is None:
            patience = self.spec.grace_s + _ESCALATE_S
            self._escalation = self._loop.call_later(patience, self._signal, signal.SIGKILL)
            self._to_hold = None
            if self._moving is None:
                self._tell_to_end()

    def hold(self) -> None:
        """Begin to stop the trial's tree where it is."""
        self._move(to_hold=True)

    def carry_on(self) -> None:
        """Begin to let the trial's tree go on."""
        self._move(to_hold=False)

    def close(self) -> None:
        """Watch no longer."""
        if self._escalation:
            self._escalation.cancel()
        if self._poller:
            self._poller.cancel()
        if self._moving:
            self._moving.cancel()
        if self._pidfd is not None:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None

    def _tell_to_end(self) -> None:
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)

    def _move(self, *, to_hold: bool) -> None:
        if self._escalation is None and self._pidfd is not None:
            self._to_hold = to_hold
            if self._moving is None:
                self._moving = self._loop.create_task(self._follow(), name=f"hold {self.pid}")

    async def _follow(self) -> None:
        """Hold the tree, or let it go on, until that is what was last asked; then a stop's turn."""
        assert self._start_time is not None
        while self._to_hold is not None:
            to_hold, self._to_hold = self._to_hold, None
            move = trees.hold_tree if to_hold else trees.continue_tree
            await asyncio.to_thread(move, self.pid, self._start_time)
            failpoint(f"engine.{'hold' if to_hold else 'continue'}_attempt.after")
        self._moving = None
        if self._escalation is not None:
            self._tell_to_end()

    def _signal(self, number: int) -> None:
        if self._pidfd is not None:
            with suppress(ProcessLookupError, PermissionError):
                signal.pidfd_send_signal(self._pidfd, number)

    def _gone(self) -> None:
        self.close()
        self._on_gone(self)

    async def _poll(self) -> None:
        while aftermath.is_held(str(self.spec.attempt_dir)):  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)
        self._poller = None
        self._gone()


def _open_pidfd(pid: int, start_time: int | None) -> int | None:
    """Open the process that had this pid and start time, if it still exists."""
    if start_time is None:
        return None
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return None
    if procfs.start_time(pid) == start_time:
        return pidfd
    os.close(pidfd)
    return None
