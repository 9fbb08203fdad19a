"""Which GPUs trials may be placed on, look by look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.core.devices import Standing
from engine.core.views import ForeignView
from engine.devices.allowed import Allowed
from engine.devices.keeper import Keeper
from engine.devices.leases import FileLeases, Owner
from engine.devices.sample import GpuProcess, GpuSample, Look
from engine.devices.watched import GOOD_LOOKS, Ledger, Rules, Seen

GIB = 2**30
BOB = ForeignView(user="bob", command="python", pid=1234)


class Box:
    """A box with GPUs that a sweep's keeper looks at once a second."""

    def __init__(self, folder: Path, gpus: int, rules: Rules | None = None) -> None:
        self.folder = folder
        self.leases = FileLeases(Owner(id="digits", sweep="digits"), folder)
        self.keeper = Keeper(rules or Rules(), self.leases, "digits")
        self.now = 100.0
        self.gpus = {f"gpu{n}": self.gpu(n) for n in range(gpus)}
        self.standings: dict[str, Standing] = {}
        self.ledger = Ledger(wanted=gpus)
        self.seen = Seen()
        self.error: str | None = None
        self.events = 0

    @staticmethod
    def gpu(n: int, **more: Any) -> GpuSample:
        return GpuSample(
            uuid=f"GPU-{n}", label=f"gpu{n}", util=0.0, mem_used=0, mem_total=80 * GIB, **more
        )

    def set(self, label: str, **fields: Any) -> None:
        self.gpus[label] = replace(self.gpus[label], **fields)

    def look(self, times: int = 1) -> dict[str, str]:
        """Look so many times; give what each GPU's standing is then."""
        for _ in range(times):
            self.now += 1
            self._judge(Look(at=self.now, gpus=tuple(self.gpus.values()), error=self.error))
        return self.states

    def wait(self, seconds: int) -> dict[str, str]:
        """Let time pass without any look."""
        for _ in range(seconds):
            self.now += 1
            self._judge(self.keeper.latest)
        return self.states

    def _judge(self, look: Look | None) -> None:
        ledger = replace(self.ledger, standings=self.standings)
        told = self.keeper.look(look, self.now, ledger, self.seen)
        self.events += bool(told)
        for standing in told:
            assert self.standings.get(standing.device.uuid) != standing
            self.standings[standing.device.uuid] = standing

    @property
    def states(self) -> dict[str, str]:
        return {s.device.label: s.state for s in self.standings.values()}

    def reason(self, label: str = "gpu0") -> str:
        return next(s.reason for s in self.standings.values() if s.device.label == label)

    def run(self, n: int) -> None:
        """Have a trial run on a GPU."""
        self.ledger = replace(self.ledger, taken=(f"GPU-{n}",))

    def meet(self, n: int, *others: ForeignView) -> None:
        """Have others compute on a GPU."""
        self.seen = replace(self.seen, foreign={**self.seen.foreign, f"GPU-{n}": list(others)})

    def restart(self) -> None:
        """Have a new engine take over."""
        self.leases.close()
        self.keeper = Keeper(Rules(), self.leases, "digits")


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    boxes: list[Box] = []

    def made(gpus: int = 1, **rules: Any) -> Box:
        boxes.append(Box(tmp_path, gpus, Rules(**rules)))
        return boxes[-1]

    yield made
    for box in boxes:
        box.leases.close()


@pytest.fixture
def rival(tmp_path: Path) -> Iterator[FileLeases]:
    leases = FileLeases(Owner(id="letters", sweep="letters"), tmp_path)
    yield leases
    leases.close()


# When one is opened -------------------------------------------------------------------------


def test_a_gpu_is_opened_once_three_looks_found_it_quiet(make):
    box = make()
    assert box.look(2) == {"gpu0": "closed"}
    assert box.reason() == "watched for a moment before it is used"
    assert box.look() == {"gpu0": "open"}
    assert box.leases.held == {"GPU-0"}


def test_a_gpu_that_is_busy_with_who_knows_what_stays_closed_until_it_is_quiet(make):
    box = make(max_util=20.0)
    box.set("gpu0", util=90.0)
    assert box.look(5) == {"gpu0": "closed"}
    assert box.reason() == "busier than 20 %, nobody knows with what"
    box.set("gpu0", util=20.0)
    assert box.look(2) == {"gpu0": "closed"}
    assert box.look() == {"gpu0": "open"}


def test_a_gpu_that_was_ours_need_not_be_quiet(make):
    box = make()
    box.look(3)
    box.set("gpu0", util=100.0)
    assert box.look(10) == {"gpu0": "open"}


def test_what_does_not_tell_its_use_counts_as_quiet(make):
    box = make()
    box.set("gpu0", util=None)
    assert box.look(3) == {"gpu0": "open"}


def test_nothing_is_told_while_nothing_changes(make):
    box = make(3)
    box.look(3)
    box.now += 1
    look = Look(at=box.now, gpus=tuple(box.gpus.values()))
    assert (
        box.keeper.look(look, box.now, replace(box.ledger, standings=box.standings), box.seen) == []
    )


def test_a_gpu_that_comes_late_is_taken_in(make):
    box = make(1)
    box.look(3)
    box.ledger = replace(box.ledger, wanted=2)
    box.gpus["gpu1"] = box.gpu(1)
    assert box.look(3) == {"gpu0": "open", "gpu1": "open"}


@pytest.mark.parametrize(
    ("allowed", "closed"),
    [
        (Allowed(visible=("1",)), {"gpu0": "not in CUDA_VISIBLE_DEVICES"}),
        (Allowed(include=("1",)), {"gpu0": "not among the config's gpu_ids"}),
        (Allowed(exclude=("GPU-0",)), {"gpu0": "excluded by the config's gpu_ids"}),
        (Allowed(visible=()), dict.fromkeys(("gpu0", "gpu1"), "not in CUDA_VISIBLE_DEVICES")),
    ],
)
def test_only_gpus_that_are_allowed_are_opened(make, allowed, closed):
    box = make(2, allowed=allowed)
    states = box.look(3)
    assert {label for label, state in states.items() if state == "closed"} == set(closed)
    assert {label: box.reason(label) for label in closed} == closed
    assert box.leases.held == {f"GPU-{label[3:]}" for label in states.keys() - closed.keys()}


def test_that_a_gpu_vanishes_opens_none_that_takes_its_index(make):
    box = make(3, allowed=Allowed(include=("0", "1")))
    assert box.look(3) == {"gpu0": "open", "gpu1": "open", "gpu2": "closed"}
    del box.gpus["gpu0"]
    box.gpus = {f"gpu{n}": replace(gpu, label=f"gpu{n}") for n, gpu in enumerate(box.gpus.values())}
    box.look(10)
    assert box.leases.held == {"GPU-1"}


def test_a_person_includes_what_the_config_excludes_but_not_what_the_environment_hides(make):
    box = make(2, allowed=Allowed(visible=("0",), exclude=("0", "1")))
    box.ledger = replace(box.ledger, included=("GPU-0", "GPU-1"))
    assert box.look(3) == {"gpu0": "open", "gpu1": "closed"}
    assert box.reason("gpu1") == "not in CUDA_VISIBLE_DEVICES"


def test_of_a_gpu_in_mig_mode_the_instances_are_used(make):
    box = make(1)
    box.gpus["gpu0:0"] = replace(box.gpu(0), uuid="MIG-0", label="gpu0:0", parent="GPU-0")
    box.ledger = replace(box.ledger, wanted=5)
    assert box.look(3) == {"gpu0": "closed", "gpu0:0": "open"}
    assert box.reason() == "split into MIG instances, which are used themselves"
    box.set("gpu0", fault="is lost")
    assert box.look() == {"gpu0": "quarantined", "gpu0:0": "quarantined"}


# Others ---------------------------------------------------------------------------------------


def test_a_process_of_another_closes_a_gpu_and_its_end_opens_it_at_that_look(make):
    box = make()
    box.look(3)
    box.run(0)
    box.meet(0, BOB)
    assert box.look() == {"gpu0": "closed"}
    assert box.reason() == "in use by python (1234) of bob"
    box.set("gpu0", util=100.0)
    assert box.look(9) == {"gpu0": "closed"}
    assert box.leases.held == {"GPU-0"}
    box.meet(0)
    assert box.look() == {"gpu0": "open"}


def test_one_that_was_busy_with_a_process_from_the_start_is_opened_when_that_leaves(make):
    box = make()
    box.meet(0, BOB)
    box.set("gpu0", util=100.0)
    assert box.look(5) == {"gpu0": "closed"}
    box.meet(0)
    assert box.look() == {"gpu0": "open"}


def test_more_than_one_process_is_counted_and_what_outlived_a_trial_is_named(make):
    box = make()
    box.meet(0, ForeignView(user="eve", command="x\x1b]0;", pid=9000), replace(BOB, trial="t0007"))
    box.look()
    assert box.reason() == "in use by python (1234), which outlived t0007 and 1 more"


@pytest.mark.parametrize(
    ("command", "told"),
    [("python train.py --lr 3", "python (7)"), ("", "a process (7)"), ("a hidden process",) * 2],
)
def test_a_process_is_called_by_its_program(make, command, told):
    box = make()
    box.meet(0, ForeignView(user="", command=command, pid=7))
    box.look()
    assert box.reason().startswith(f"in use by {told}")


@pytest.mark.parametrize(
    ("why", "state"),
    [("Unknown Error", "closed"), ("unsupported", "open"), ("not permitted", "open")],
)
def test_a_gpu_whose_processes_cannot_be_listed_for_once_is_not_taken_for_a_free_one(
    make, why, state
):
    box = make()
    box.set("gpu0", missing={"processes": why})
    assert box.look(5) == {"gpu0": state}
    assert box.reason() == {"closed": f"who computes there is not known: {why}"}.get(state, "")


def test_a_desktop_is_no_computation(make):
    box = make()
    box.set("gpu0", processes=(GpuProcess(pid=1234, graphics=True),))
    box.meet(0, BOB)
    assert box.look(3) == {"gpu0": "open"}


def test_a_gpu_is_shared_while_others_leave_the_memory_that_is_asked_for(make):
    box = make(exclusive=False, min_free=10 * GIB)
    box.meet(0, BOB)
    box.set("gpu0", mem_used=69 * GIB)
    assert box.look(3) == {"gpu0": "open"}
    box.set("gpu0", mem_used=75 * GIB)
    assert box.look() == {"gpu0": "closed"}
    assert box.reason() == "less than 10 GiB of its memory are free"
    box.seen = replace(box.seen, ours={"GPU-0": 6 * GIB})
    assert box.look() == {"gpu0": "open"}


# News -----------------------------------------------------------------------------------------


def test_without_news_all_is_closed_and_open_again_with_the_first(make):
    box = make(2)
    box.look(3)
    assert box.wait(4) == {"gpu0": "open", "gpu1": "open"}
    assert box.wait(1) == {"gpu0": "closed", "gpu1": "closed"}
    assert box.reason() == "no news of it for over 5 s"
    box.wait(60)
    assert box.reason() == "no news of it for over a minute"
    assert box.look() == {"gpu0": "open", "gpu1": "open"}


def test_a_driver_that_gives_an_error_closes_all_and_takes_nothing_away(make):
    box = make()
    box.look(3)
    box.error = "driver and library differ: the machine must be restarted"
    box.gpus, kept = {}, box.gpus
    assert box.look(5) == {"gpu0": "closed"}
    assert box.reason().startswith("driver and library differ")
    box.error, box.gpus = None, kept
    assert box.look() == {"gpu0": "open"}


# Trouble --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [({"fault": "XID 79: gone"}, "XID 79: gone"), ({"ecc": 3}, "memory errors: 3 uncorrectable")],
)
def test_a_broken_gpu_comes_back_after_ten_good_looks(make, trouble, reason):
    box = make()
    box.set("gpu0", ecc=0)
    box.look(3)
    box.set("gpu0", **trouble)
    assert box.look() == {"gpu0": "quarantined"}
    assert box.reason() == reason
    box.set("gpu0", fault=None)
    assert box.look(GOOD_LOOKS - 1) == {"gpu0": "quarantined"}
    assert box.look() == {"gpu0": "open"}


def test_good_looks_count_in_a_row(make):
    box = make()
    box.look(3)
    for _ in range(3):
        box.set("gpu0", fault="needs a reset")
        box.look()
        box.set("gpu0", fault=None)
        assert box.look(GOOD_LOOKS - 1) == {"gpu0": "quarantined"}


def test_a_gpu_that_two_looks_do_not_find_is_gone_and_watched_when_it_is_back(make):
    box = make(2)
    box.look(3)
    lost = box.gpus.pop("gpu0")
    assert box.look() == {"gpu0": "closed", "gpu1": "open"}
    assert box.look() == {"gpu0": "gone", "gpu1": "open"}
    box.gpus["gpu0"] = lost
    assert box.look() == {"gpu0": "quarantined", "gpu1": "open"}
    assert box.look(GOOD_LOOKS) == {"gpu0": "open", "gpu1": "open"}


def test_a_person_s_quarantine_ends_by_a_person_alone(make):
    box = make()
    box.look(3)
    before = box.standings["GPU-0"]
    box.standings["GPU-0"] = replace(before, state="quarantined", reason="by ann")
    box.ledger = replace(box.ledger, quarantined=("GPU-0",))
    assert box.look(2 * GOOD_LOOKS) == {"gpu0": "quarantined"}
    box.restart()
    assert box.look(2 * GOOD_LOOKS) == {"gpu0": "quarantined"}
    assert box.reason() == "by ann"
    box.ledger = replace(box.ledger, quarantined=())
    box.standings["GPU-0"] = replace(before, state="closed", reason="")
    assert box.look() == {"gpu0": "open"}


def test_a_person_opens_a_quarantined_gpu_before_its_time_unless_it_is_broken_still(make):
    box = make()
    box.set("gpu0", fault="is lost")
    box.look(3)
    box.standings["GPU-0"] = replace(box.standings["GPU-0"], state="closed", reason="")
    assert box.look() == {"gpu0": "quarantined"}
    box.set("gpu0", fault=None)
    box.look()
    box.standings["GPU-0"] = replace(box.standings["GPU-0"], state="closed", reason="")
    assert box.look() == {"gpu0": "open"}


def test_a_restart_goes_on_with_what_was_told(make):
    box = make(3)
    box.set("gpu2", fault="is lost")
    box.look(3)
    box.run(0)
    box.gpus.pop("gpu1")
    box.restart()
    box.set("gpu0", util=100.0)
    assert box.look() == {"gpu0": "open", "gpu1": "gone", "gpu2": "quarantined"}
    box.set("gpu2", fault=None)
    assert box.look(GOOD_LOOKS)["gpu2"] == "open"


# Leases ---------------------------------------------------------------------------------------


def test_only_as_many_gpus_are_leased_as_the_sweep_wants(make):
    box = make(4)
    box.ledger = replace(box.ledger, wanted=2)
    assert list(box.look(3).values()) == ["open", "open", "closed", "closed"]
    assert box.reason("gpu3") == "not needed"
    assert box.leases.held == {"GPU-0", "GPU-1"}


def test_what_is_not_needed_is_given_back_after_a_while_but_not_from_under_a_trial(make):
    box = make(2)
    box.look(3)
    box.run(0)
    box.ledger = replace(box.ledger, wanted=1)
    assert box.look(5) == {"gpu0": "open", "gpu1": "open"}
    assert box.look() == {"gpu0": "open", "gpu1": "closed"}
    assert box.leases.held == {"GPU-0"}
    box.ledger = replace(box.ledger, wanted=0)
    box.look(9)
    assert box.leases.held == {"GPU-0"}


def test_what_a_person_excludes_is_given_back_as_soon_as_its_trial_has_left(make):
    box = make()
    box.look(3)
    box.run(0)
    box.ledger = replace(box.ledger, excluded={"GPU-0": "excluded by ann"})
    assert box.look(9) == {"gpu0": "closed"}
    assert box.leases.held == {"GPU-0"}
    box.ledger = replace(box.ledger, taken=())
    box.look()
    assert box.leases.held == frozenset()


def test_a_gpu_of_another_sweep_is_opened_at_the_look_after_that_lets_go(make, rival):
    rival.take("GPU-0")
    box = make()
    box.set("gpu0", util=10.0)
    assert box.look(5) == {"gpu0": "closed"}
    assert box.reason().startswith("leased by sweep letters of ")
    box.meet(0, BOB)
    box.set("gpu0", util=100.0)
    box.look()
    assert box.reason().startswith("leased by sweep letters of ")
    rival.give_back("GPU-0")
    box.meet(0)
    assert box.look() == {"gpu0": "open"}


def test_a_gpu_whose_lease_is_lost_takes_nothing_more(make, rival):
    box = make()
    box.look(3)
    box.leases.file("GPU-0").unlink()
    rival.take("GPU-0")
    assert box.look() == {"gpu0": "closed"}


def test_two_sweeps_with_half_of_what_a_trial_needs_do_not_wait_for_each_other(make, rival):
    rival.take("GPU-1")
    box = make(2)
    box.ledger = replace(box.ledger, per_trial=2)
    assert box.look(3) == {"gpu0": "open", "gpu1": "closed"}
    box.look(10)
    assert box.leases.held == frozenset()
    assert box.reason() == "too few are free for a trial of 2"
    rival.give_back("GPU-1")
    assert box.look(10) == {"gpu0": "open", "gpu1": "open"}


def test_room_is_told_anew_only_where_the_sweep_would_count_otherwise(make):
    """The sweep counts itself who came to a GPU's memory since it was told, and who went."""
    box = make()
    box.seen = Seen(rooms={"GPU-0": 3})
    box.look(3)
    box.ledger = replace(box.ledger, taken=("GPU-0",), counts={"GPU-0": 2})
    box.seen = Seen(rooms={"GPU-0": 1})
    box.look()
    assert box.standings["GPU-0"].room == 3
    box.seen = Seen(rooms={"GPU-0": 0})
    box.look()
    assert box.standings["GPU-0"].room == 0
    box.ledger = replace(box.ledger, counts={"GPU-0": 1})
    box.seen = Seen(rooms={"GPU-0": 1})
    box.meet(0, BOB)
    box.look()
    assert (box.standings["GPU-0"].room, box.reason()) == (1, "in use by python (1234) of bob")
