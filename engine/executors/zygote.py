"""A process that has imported what trials import, and forks one runner and trial per request.

It reads requests from a socket on its standard input, one JSON object a line, and answers each with
the pid of a runner or a reason for refusing. As child subreaper it kills what a dead runner leaves
behind. When its engine goes away it takes no more work and stays until its last runner is gone.
Standard library only, Python 3.8 syntax: this file runs in the trials' interpreters.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
import traceback
from contextlib import suppress
from typing import Any, Dict, NoReturn

from . import preload, procfs, runner, trial_main

_ORPHANS_S = 2.0
"""How long killed orphans may take to go."""


def main(options: str) -> NoReturn:
    """Import what is asked for, say so, and serve until the engine and the last runner are gone."""
    procfs.adopt_orphans()
    procfs.set_name("tuner-zygote")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    engine = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    zygote = Zygote(engine)
    fault = preload.import_all(json.loads(options)["preload"])
    if fault:
        zygote.say(failed=fault)
        os._exit(1)
    zygote.imported = preload.top_level_names()
    zygote.say(ready=os.getpid())
    zygote.serve()
    os._exit(0)


class Zygote:
    """Serves one engine; owns the runners it has forked."""

    def __init__(self, engine: socket.socket) -> None:
        self.engine = engine
        self.connected = True
        self.imported: frozenset[str] = frozenset()
        self.runners: set[int] = set()
        self.woken, self.wake = os.pipe()
        for fd in (self.woken, self.wake):
            os.set_blocking(fd, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self.wake, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Answer requests and collect the dead."""
        poll = select.poll()
        poll.register(self.woken, select.POLLIN)
        poll.register(self.engine.fileno(), select.POLLIN)
        unread = b""
        while self.connected or self.runners:
            ready = {fd for fd, _ in poll.poll()}
            if self.woken in ready:
                os.read(self.woken, 4096)
                self._collect()
            if self.engine.fileno() in ready:
                data = self._receive()
                if not data:
                    self.connected = False
                    poll.unregister(self.engine.fileno())
                *lines, unread = (unread + data).split(b"\n")
                for line in lines:
                    self._answer(json.loads(line))

    def say(self, **message: Any) -> None:
        """Tell the engine; an engine that is gone need not know."""
        with suppress(OSError):
            self.engine.sendall(json.dumps(message).encode() + b"\n")

    def _receive(self) -> bytes:
        try:
            return self.engine.recv(1 << 16)
        except ConnectionError:
            return b""

    def _answer(self, request: Dict[str, Any]) -> None:
        fault = None
        if "python" in request:
            fault = preload.unfit_to_fork() or preload.shadowed(request, self.imported)
        if fault:
            self.say(id=request["id"], refused=fault)
            return
        try:
            pid = self._fork(request)
        except OSError as error:
            self.say(id=request["id"], refused="cannot fork: %s" % error)
            return
        self.runners.add(pid)
        self.say(id=request["id"], pid=pid, start_time=procfs.start_time(pid))

    def _fork(self, request: Dict[str, Any]) -> int:
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for fd in (self.woken, self.wake):
                os.close(fd)
            self.engine.close()
            fork_only = "python" in request
            become = trial_main.become_script if fork_only else runner.become_program
            code = runner.supervise(request, become)
        except Exception:  # noqa: BLE001 - the last word of a runner that cannot go on
            traceback.print_exc()
        finally:
            os._exit(code)

    def _collect(self) -> None:
        """Reap the dead; after a runner that did not finish its work, finish it."""
        for pid, status in self._reap().items():
            if status:
                self._kill_orphans()
            self.runners.discard(pid)
            self.say(gone=pid)

    def _reap(self) -> Dict[int, int]:
        dead: dict[int, int] = {}
        while True:
            pid, status = self._next_dead()
            if pid is None:
                return dead
            if pid in self.runners:
                dead[pid] = status

    def _next_dead(self) -> Any:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None, 0
        return pid or None, status

    def _kill_orphans(self) -> None:
        """Kill our children that are no runners: nobody else is left to be their parent."""
        give_up_at = time.monotonic() + _ORPHANS_S
        orphans = self._orphans()
        while orphans and time.monotonic() < give_up_at:
            for orphan in orphans:
                for pid in [orphan, *procfs.descendants(orphan)]:
                    procfs.kill(pid)
            time.sleep(0.002)
            orphans = self._orphans()

    def _orphans(self) -> Any:
        return procfs.children(os.getpid()) - self.runners
