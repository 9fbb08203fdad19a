"""What trials use of their device: summed over process trees, shown in steps."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec.structs import replace

from engine.core.events import AttemptEnded
from engine.core.model import Exited, Lost
from engine.core.projection import trial_view
from engine.devices import processes
from engine.devices.base import Reading
from engine.devices.processes import Process, Tree
from engine.devices.usage import Usage, Usages
from engine.store.codec import decode_event, encode_event
from tests.fakes.batches import ended
from tests.fakes.told_sweep import ToldSweep

MB = 2**20


def test_a_tree_is_all_that_hangs_from_its_root_whose_own_memory_is_not_counted():
    found = {
        1: Process(0, 100.0, 1),
        10: Process(1, 0.5, 7 * MB, 3.0),
        11: Process(10, 2.0, 30 * MB),
        12: Process(11, 3.0, 40 * MB),
        20: Process(1, 9.0, 50 * MB),
    }
    assert processes.trees(found, [10, 99]) == {10: Tree(5.5, 70 * MB, 3.0)}


class Proc:
    """A /proc that tests write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.census = processes.Census(folder)

    def run(self, pid: int, parent: int, ticks: int = 0) -> None:
        """Have a process there, or change it."""
        (self.folder / str(pid)).mkdir(exist_ok=True)
        fields = ["S", str(parent), *["0"] * 9, str(ticks), *["0"] * 30]
        (self.folder / str(pid) / "stat").write_text(f"{pid} (x) {' '.join(fields)}\n")

    def end(self, pid: int) -> None:
        """Take a process away."""
        (self.folder / str(pid) / "stat").unlink()
        (self.folder / str(pid)).rmdir()

    def used(self, *roots: int) -> dict[int, int]:
        """The ticks of each tree."""
        return {
            root: round(tree.cpu_s * os.sysconf("SC_CLK_TCK"))
            for root, tree in self.census.look(roots).items()
        }


def test_a_stranger_is_read_once_and_a_trial_s_processes_each_time(tmp_path: Path) -> None:
    proc = Proc(tmp_path)
    for pid, parent in ((1, 0), (7, 1), (10, 1), (11, 10)):
        proc.run(pid, parent, ticks=1)
    assert proc.used(10) == {10: 2}
    proc.run(7, 10, ticks=1000)
    proc.run(11, 10, ticks=5)
    proc.run(12, 11, ticks=10)
    proc.run(8, 7, ticks=100)
    assert proc.used(10) == {10: 16}


def test_a_process_that_was_a_stranger_is_found_as_a_root(tmp_path: Path) -> None:
    proc = Proc(tmp_path)
    for pid, parent in ((1, 0), (10, 1), (20, 1), (21, 20)):
        proc.run(pid, parent, ticks=1)
    assert proc.used(10) == {10: 1}
    assert proc.used(10, 20) == {10: 1, 20: 2}


def test_the_number_of_a_stranger_that_ended_may_be_a_trial_s(tmp_path: Path) -> None:
    proc = Proc(tmp_path)
    for pid, parent in ((1, 0), (10, 1), (30, 1), (40, 1)):
        proc.run(pid, parent, ticks=1)
    assert proc.used(10) == {10: 1}
    proc.end(30)
    assert proc.used(10) == {10: 1}
    proc.run(30, 10, ticks=1)
    assert proc.used(10) == {10: 2}
    proc.run(40, 10, ticks=1)
    assert [proc.used(10)[10] for _ in range(processes.FULL)][-1] == 3


def test_a_child_whose_parent_ended_during_the_look_is_no_stranger(tmp_path: Path) -> None:
    proc = Proc(tmp_path)
    for pid, parent in ((1, 0), (10, 1), (12, 11)):
        proc.run(pid, parent, ticks=1)
    assert proc.used(10) == {10: 1}
    proc.run(12, 10, ticks=1)
    assert proc.used(10) == {10: 2}


def test_a_process_is_read_whatever_it_is_called(tmp_path: Path):
    fields = ["S", "7", *["0"] * 9, "100", "50", "30", "20", *["0"] * 4, "500", "0", "3"]
    (tmp_path / "42").mkdir()
    (tmp_path / "42" / "stat").write_text(f"42 (a) b (c) {' '.join(fields)}\n")
    (tmp_path / "43").mkdir()
    (tmp_path / "self").mkdir()
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    assert processes.look(tmp_path) == {42: Process(7, 200 / ticks, 3 * page, 500 / ticks)}


def test_a_move_of_less_than_two_percent_changes_nothing():
    usages = Usages()
    assert usages.take({(1, 1): Reading(util=50.2)}) == {1}
    assert usages.take({(1, 1): Reading(util=51.9)}) == set()
    assert usages.of(1, 1) == Usage(util=50.0)
    assert usages.take({(1, 1): Reading(util=52.4)}) == {1}
    assert usages.of(1, 1) == Usage(util=52.0)


def test_the_peak_stays_and_is_shown_in_steps_of_one_percent():
    usages = Usages()
    usages.take({(1, 1): Reading(memory=1000)})
    assert usages.take({(1, 1): Reading(memory=1005)}) == set()
    assert usages.of(1, 1).peak_memory == 1000
    assert usages.peak(1, 1) == 1005
    assert usages.take({(1, 1): Reading(memory=1010)}) == {1}
    assert usages.take({(1, 1): Reading(memory=10)}) == {1}
    assert usages.of(1, 1).peak_memory == 1010
    assert usages.of(1, 1).memory == 10


def test_the_mean_is_over_all_looks_that_told_something():
    usages = Usages()
    for util in (10.0, None, 20.4):
        usages.take({(1, 1): Reading(util=util)})
    assert usages.mean_util(1, 1) == (10.0 + 20.4) / 2
    assert usages.mean_util(2, 1) is None
    assert usages.of(1, 1).util == 20.0


def test_memory_is_shown_as_it_comes_and_goes_in_steps_of_two_percent():
    usages = Usages()
    held = [1000, 1015, 1030, 500, None]
    shown = []
    for memory in held:
        usages.take({(1, 1): Reading(memory=memory)})
        shown.append(usages.of(1, 1).memory)
    assert shown == [1000, 1000, 1030, 500, None]
    assert usages.looks(1, 1) == 4


def test_a_trial_on_a_gpu_shows_its_use_of_the_cores_too():
    usages = Usages()
    usages.take({(1, 1): Reading(util=90.0)}, {(1, 1): 33.3})
    assert usages.of(1, 1).cpu_util == 33.0
    assert usages.take({(1, 1): Reading(util=90.0)}, {(1, 1): 36.0}) == set()
    assert usages.take({(1, 1): Reading(util=90.0)}, {(1, 1): 40.0}) == {1}


def test_what_no_longer_runs_is_forgotten():
    usages = Usages()
    usages.take({(1, 1): Reading(util=1.0, memory=5), (2, 1): Reading(util=1.0, memory=5)})
    usages.keep([(2, 1)])
    assert usages.of(1, 1) == Usage()
    assert usages.peak(1, 1) is None
    assert usages.peak(2, 1) == 5


def test_a_trial_shows_the_largest_peak_of_its_attempts_after_a_restart_too():
    sweep = ToldSweep()
    sweep.propose()
    for attempt, (exit_, peak) in enumerate(((Lost(reason="x"), 7 * MB), (Exited(code=0), 3 * MB))):
        sweep.tell(AttemptEnded, trial=1, attempt=attempt + 1, exit=exit_, peak_memory=peak)
    sweep.restart()
    row = trial_view(sweep.trial(1))
    assert row.peak_memory == 7 * MB
    assert [attempt.peak_memory for attempt in row.attempt_list] == [7 * MB, 3 * MB]


def test_an_end_stored_before_peaks_were_known_is_read():
    body = encode_event(replace(ended(1), peak_memory=5)).replace(b',"peak_memory":5', b"")
    event = decode_event(body)
    assert isinstance(event, AttemptEnded)
    assert event.peak_memory is None
