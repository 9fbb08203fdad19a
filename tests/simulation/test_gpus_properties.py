"""A sweep on GPUs stays whole, whatever becomes of these, of its trials and of its engine.

`TUI_TUNER_PROPERTY_EXAMPLES=5000` looks longer, and elsewhere each time.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from msgspec.structs import replace

from engine.core.acts import Act, Undo
from engine.core.devices import Standing
from engine.core.events import DevicesChanged
from engine.core.gpus_wanted import gpus_wanted
from engine.core.model import Exited, Failed, FailureKind
from tests.fakes.any_act import ON_GPUS
from tests.fakes.standings import box, standing
from tests.fakes.undone import Before
from tests.simulation.test_machine_properties import LONGER, PICK, AnySweep

GPUS = 3
STANDINGS = st.builds(
    standing,
    st.integers(0, GPUS - 1),
    state=st.sampled_from(["open", "open", "open", "closed", "quarantined", "gone"]),
    reason=st.sampled_from(["", "XID 79"]),
    room=st.sampled_from([None, None, 0, 1, 2]),
)
FAULTS = [
    Exited(code=1, fault="oom"),
    Exited(code=1, tail="torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB"),
    Exited(code=1, fault="device"),
    Exited(code=1, tail="RuntimeError: No CUDA GPUs are available\nno CUDA-capable device"),
]
"""What the GPU did to a trial."""


class AnySweepOnGpus(AnySweep):
    """Anything that can happen to a sweep on three GPUs that come and go."""

    @initialize(
        slots=st.integers(1, 3),
        begun=st.integers(0, 4),
        trials=st.sampled_from([None, None, 3, 8]),
        failures=st.sampled_from([None, None, 2]),
        wished=st.sampled_from([None, None, 0.93]),
        by=st.sampled_from(["nothing", "stages", "stages", "rungs", "rounds"]),
        method=st.sampled_from(["random", "random", "random", "manual"]),
        gpus=st.sampled_from([1.0, 0.5, 0.25, 2.0]),
        fine=st.sampled_from([None, 0.0, 0.5, 1.0, 2.0]),
        auto=st.sampled_from([True, True, False]),
    )
    def a_sweep_begins(self, gpus: float, fine: float | None, auto: bool, **plan: Any) -> None:
        self.gpus, self.fine, self.auto = gpus, fine, auto
        super().a_sweep_begins(**plan)
        self.box: dict[str, Standing] = {}
        self.looks(*box(GPUS))

    def placed(self, plan: dict[str, Any]) -> dict[str, Any]:
        stages = plan["stages"]
        if stages and plan["evolution"] is None:
            stages = (*stages[:-1], replace(stages[-1], gpus=self.fine))
        return {**plan, "stages": stages, "gpus": self.gpus, "auto_slots": self.auto}

    def looks(self, *seen: Standing) -> None:
        """Let the machine know how GPUs stand."""
        self.box |= {s.device.uuid: s for s in seen}
        self.world.tell(DevicesChanged, standings=seen)

    @rule(seen=st.lists(STANDINGS, min_size=1, max_size=2, unique_by=lambda s: s.device.uuid))
    def gpus_change(self, seen: list[Standing]) -> None:
        self.looks(*seen)

    @rule()
    def all_gpus_are_fine(self) -> None:
        self.looks(*box(GPUS))

    @rule()
    def the_engine_has_a_look(self) -> None:
        self.looks(*self.box.values())

    @rule(act=ON_GPUS, knows=st.booleans())
    def a_person_sees_to_gpus(self, act: Act, knows: bool) -> None:
        self.acts(act, knows)

    @rule(act=ON_GPUS, knows=st.booleans())
    def a_person_sees_to_gpus_and_takes_it_back(self, act: Act, knows: bool) -> None:
        before = Before(self.world)
        if self.acts(act, knows):
            before.compare(self.acts(Undo(), knows), self.world)

    @precondition(lambda self: self.working())
    @rule(pick=PICK, ended=st.sampled_from(FAULTS))
    def a_gpu_fails_a_trial(self, pick: int, ended: Exited) -> None:
        process = self.one_of(self.working(), pick)
        self.world.launch(process)
        attempt = self.world.trial(process.trial).attempts[-1]
        asked = self.world.running(process.trial).ending is not None
        beside, losses = attempt.had_neighbours, self.world.trial(process.trial).losses
        self.ends(process, ended)
        after = self.world.trial(process.trial).state
        if not asked and isinstance(after, Failed):
            assert not (after.kind is FailureKind.OOM and beside)
            assert after.kind is not FailureKind.DEVICE or losses >= 2
            assert after.kind in (FailureKind.OOM, FailureKind.DEVICE, FailureKind.ERROR)

    @rule()
    def the_sweep_wants_what_it_has(self) -> None:
        state = self.world.state
        assert state.gpus.held() <= gpus_wanted(state)


@pytest.mark.slow
def test_no_order_of_looks_acts_faults_and_crashes_breaks_a_sweep_on_gpus() -> None:
    run_state_machine_as_test(
        AnySweepOnGpus,
        settings=settings(
            max_examples=int(LONGER or 150),
            stateful_step_count=50,
            derandomize=LONGER is None,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
