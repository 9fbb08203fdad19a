"""What the box offers a sweep: cores, and where it uses them GPUs, with all that watches these."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.config.plan import threads_per_trial, wants_gpus
from engine.config.schema import Config
from engine.core.demands import Demands
from engine.core.plan import Plan
from engine.devices.allowed import visible_in
from engine.devices.cpu import usable_cores
from engine.devices.gpu_watch import GpuWatch, library_there
from engine.devices.keeper import Keeper
from engine.devices.leases import FileLeases, owner_of
from engine.gpu_plan import (
    FIRST_LOOK_S,
    Outlook,
    expected_slots,
    outlook_again,
    outlook_of,
    plan_of,
    rules_of,
)


class Hardware:
    """`watch` is None where trials run on the CPU; `leases` are the sweep's, whoever else is here.

    A new sweep is decided upon by what the box shows now, one that goes on by its plan.
    """

    def __init__(
        self, config: Config, directory: Path, created_at: str, environment: Mapping[str, str]
    ) -> None:
        self.watch: GpuWatch | None = None
        self.cores = usable_cores()
        self.outlook = Outlook()
        self._config = config
        self._rules = rules_of(config, visible_in(environment))
        owner = owner_of(directory, created_at, exclusive=self._rules.exclusive)
        self.leases = FileLeases(owner)

    async def look(self, known: Plan | None) -> None:
        """Find out which GPUs there are, if the sweep takes any; `known` is an earlier plan."""
        goes_on = known is not None and Demands(known).on_gpus
        if not (goes_on if known is not None else wants_gpus(self._config)):
            return
        library = library_there()
        look = None
        if library or goes_on:
            self.watch = GpuWatch()
            await self.watch.start()
            look = await self.watch.first(FIRST_LOOK_S)
        judge = outlook_again if goes_on else outlook_of
        self.outlook = judge(self._config, self._rules, look, library=library)
        if self.watch is not None and not self.outlook.on_gpus and not goes_on:
            await self.watch.close()
            self.watch = None

    def plan(self, override: int | None) -> Plan:
        """The plan of a new sweep; `override` is a number of slots that a person gave."""
        return plan_of(self._config, self.cores, override, self.outlook)

    def threads(self, plan: Plan) -> int | None:
        """A trial's share of the cores; None where its config sets that."""
        slots = plan.slots
        if self.outlook.gpus:
            slots = expected_slots(plan, len(self.outlook.gpus))
        return threads_per_trial(self._config, self.cores, slots)

    def keeper(self) -> Keeper:
        """What judges the GPUs for the sweep."""
        return Keeper(self._rules, self.leases, self.leases.owner.id)

    async def close(self) -> None:
        """Look no more, and give back the leases, save what runners hold."""
        if self.watch is not None:
            await self.watch.close()
        self.leases.close()
