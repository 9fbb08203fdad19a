"""The daemon: `python -P -m engine DIR` runs the sweep that lies in DIR.

The only place that picks concrete parts and wires them together.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from engine.config.evolution import evolver_of
from engine.config.schema import Config
from engine.config.versions import version_path, write_version
from engine.core.edits import SpaceVersion
from engine.core.machine import SweepMachine
from engine.core.plan import Plan
from engine.core.projection import sweep_view
from engine.core.views import SweepView
from engine.devices.cpu import CpuMonitor
from engine.errors import TunerError
from engine.executors.local import LocalExecutor
from engine.first_space import with_first_space
from engine.gpu_keeping import GpuKeeping
from engine.hardware import Hardware
from engine.journal import Journal
from engine.judges import judges_of
from engine.launching import ConfigLauncher
from engine.lifecycle import linger_s, socket_path
from engine.measuring import Measuring
from engine.modelling.sources import sources_of
from engine.ownership import Ownership
from engine.publisher import Publisher
from engine.runtime import Runtime
from engine.server.listener import Listener
from engine.server.live import LiveSource
from engine.space.keeper import Keeper, document_of
from engine.space.space import Space
from engine.store.reader import open_reader
from engine.store.sqlite import SqliteStore
from engine.store.writer import StoreWriter
from engine.tails import ThreadedTails

log = logging.getLogger("engine")

LINGER_CHECK_S = 1.0
LEAVE_S = 0.05


def main(arguments: list[str]) -> int:
    """Run the engine of the sweep directory named by the only argument; give the exit status."""
    if len(arguments) != 1:
        print("usage: python -m engine DIR", file=sys.stderr)  # noqa: T201
        return 2
    logging.basicConfig(
        level=os.environ.get("TUI_TUNER_LOG", "INFO"),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        return asyncio.run(Engine(Path(arguments[0]).resolve()).serve())
    except TunerError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code


def user_environment() -> dict[str, str]:
    """The environment the sweep was started from, as a trial run by hand would have it."""
    env = dict(os.environ)
    for name in ("PYTHONSAFEPATH", "PYTHONPATH"):
        env.pop(name, None)
    theirs = env.pop("TUI_TUNER_USER_PYTHONPATH", None)
    if theirs:
        env["PYTHONPATH"] = theirs
    return env


class Engine:
    """One sweep's engine, from taking the lock to leaving."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._leave = asyncio.Event()
        self.publisher: Publisher
        self.runtime: Runtime

    async def serve(self) -> int:
        """Run until told to leave; give the exit status."""
        ownership = Ownership.take(self.directory)
        try:
            store = SqliteStore.open(self.directory / "sweep.db")
            await self._serve(store)
        finally:
            ownership.release()
        return 0

    async def _serve(self, store: SqliteStore) -> None:
        meta = store.meta()
        config = msgspec.json.decode(meta["config"], type=Config)
        machine = SweepMachine(judges_of(config), Keeper(), evolver_of(config))
        journal = Journal(machine, lambda: self._show(machine))
        writer = StoreWriter(store, directory=self.directory, on_full=self._disk_full)
        self.publisher = publisher = Publisher(journal, writer)
        log = with_first_space(store.replay(), document_of(config.space))
        publisher.replay(log, store.trials())
        gc.freeze()
        environment = user_environment()
        hardware = Hardware(config, self.directory, meta.get("created_at", ""), environment)
        try:
            await hardware.look(machine.state.plan if journal.seq else None)
            override = int(meta["slots"]) if "slots" in meta else None
            plan = machine.state.plan if journal.seq else hardware.plan(override)
            await self._run(store, config, plan, environment, hardware)
        finally:
            await hardware.close()
            await asyncio.to_thread(writer.close)

    async def _run(
        self,
        store: SqliteStore,
        config: Config,
        plan: Plan,
        environment: dict[str, str],
        hardware: Hardware,
    ) -> None:
        publisher = self.publisher
        proposals, learning = sources_of(config, plan.seed)
        self.runtime = runtime = Runtime(
            publisher,
            executor=LocalExecutor(self.directory, environment),
            proposals=proposals,
            learning=learning,
            launcher=ConfigLauncher(
                config,
                self.directory,
                environment,
                engine_python=sys.executable,
                threads=hardware.threads(plan),
                on_gpus=hardware.watch is not None,
                lease_file=hardware.leases.file if hardware.watch is not None else None,
                lease_owner=hardware.leases.owner.id,
            ),
            clock=time.time,
            write_space=partial(self._write_space, config),
        )
        tails = ThreadedTails(
            runtime.attempts.take_harvest,
            committed=publisher.committed,
            objective=config.metric.name,
            patterns=config.metrics.stdout,
        )
        runtime.attempts.tails = tails
        try:
            space = document_of(config.space)
            await runtime.start(plan, os.getpid(), store.offsets(), space)
            await self._answer(runtime, hardware)
        finally:
            await asyncio.to_thread(tails.close)
            await runtime.close()

    def _show(self, machine: SweepMachine) -> SweepView:
        return sweep_view(
            machine.state, directory=str(self.directory), pid=os.getpid(), rules=machine.rules()
        )

    def _write_space(self, config: Config, version: SpaceVersion) -> None:
        if version.version == 1 or version_path(self.directory, version.version).exists():
            return
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(version.at))
        title = f"version {version.version} of the space, {when}, {version.who}: {version.sentence}"
        space = msgspec.convert(version.document, Space)
        write_version(self.directory, config.space, space, title)

    def _disk_full(self, full: bool, text: str) -> None:
        """Show the banner; nothing is launched until space returns."""
        if full:
            self.runtime.attempts.disk_has_space.clear()
        else:
            self.runtime.attempts.disk_has_space.set()
        self.publisher.notice("disk", text if full else None)

    async def _answer(self, runtime: Runtime, hardware: Hardware) -> None:
        source = LiveSource(
            runtime,
            directory=self.directory,
            reader=lambda: open_reader(self.directory / "sweep.db"),
            clock=time.time,
            leave=self._try_to_leave,
        )
        measuring = self._measuring(runtime, hardware)
        source.devices = lambda: measuring.devices
        source.usage = measuring.usages.of
        listener = Listener(source, socket_path(self.directory))
        await listener.start()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._leave.set)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        sampling = asyncio.create_task(measuring.run())
        lingering = asyncio.create_task(self._linger(listener))
        leaving = asyncio.create_task(self._leave.wait())
        ways_out: set[asyncio.Future[Any]] = {leaving, lingering, self.publisher.broken}
        try:
            await asyncio.wait(ways_out, return_when=asyncio.FIRST_COMPLETED)
            if self.publisher.broken.done():
                self.publisher.broken.result()
        finally:
            for task in (sampling, lingering, leaving):
                task.cancel()
            await asyncio.gather(sampling, lingering, leaving, return_exceptions=True)
            await listener.close()

    def _measuring(self, runtime: Runtime, hardware: Hardware) -> Measuring:
        measuring = Measuring(runtime, CpuMonitor, time.time)
        runtime.attempts.peak_seen = measuring.usages.peak
        runtime.attempts.mean_util_seen = measuring.usages.mean_util
        if hardware.watch is not None:
            measuring.keeping = GpuKeeping(
                runtime, hardware.watch, hardware.keeper(), measuring.usages, time.time
            )
        for number, warning in enumerate(hardware.outlook.warnings):
            self.publisher.notice(f"gpu_plan:{number}", warning)
        return measuring

    def _try_to_leave(self) -> bool:
        if not self.runtime.ended.is_set():
            return False
        asyncio.get_running_loop().call_later(LEAVE_S, self._leave_if_ended)
        return True

    def _leave_if_ended(self) -> None:
        """Leave, unless somebody has given the sweep something to run since."""
        if self.runtime.ended.is_set():
            self._leave.set()

    async def _linger(self, listener: Listener) -> None:
        """Leave once the sweep has ended and nobody has been attached for a while."""
        patience = linger_s()
        alone_since = time.monotonic()
        while time.monotonic() - alone_since < patience:
            if listener.viewers or not self.runtime.ended.is_set():
                await self.runtime.ended.wait()
                alone_since = time.monotonic()
            await asyncio.sleep(min(LINGER_CHECK_S, patience))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
