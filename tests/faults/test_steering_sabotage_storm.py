"""Four terminals act at random while the engine is killed again and again: nothing is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from engine.config.load import load_config
from engine.core.acts import Continue, ContinueScheduling, Resume, SetSlots, Stop
from engine.core.machine import SweepMachine
from engine.core.model import trial_name
from engine.core.projection import trial_view
from engine.core.views import TrialView
from engine.errors import TunerError
from engine.ownership import engine_pid
from engine.space.keeper import Keeper
from engine.stopping.diverged import Diverged
from engine.store.reader import open_reader
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import do, status

STORM_S = 8.0
TERMINALS = 4
SCRIPT = """
import time
import tui_tuner as tt
trial = tt.trial()
trial.load()
for epoch in trial.epochs():
    trial.save({"epoch": epoch}, epoch)
    trial.report(epoch, acc=epoch / 10)
    time.sleep(0.05)
"""
CONFIG = """
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}  # as wide as it goes
method: random
budget: {parameter: epochs, min: 1, max: 4}
limits: {trials: 30}
resources: {slots: 3}
grace: 1
preload: []
"""
NEVER = ("Traceback", "went wrong inside", "the engine failed")


def act_at_random(sweep: RealSweep) -> list[dict[str, Any]]:
    """Let the terminals act while the engine is killed and replaced; give all that was done."""
    command = [sys.executable, "-m", "tests.fakes.acting_at_random", str(sweep.directory)]
    terminals = [
        subprocess.Popen([*command, str(n), str(STORM_S)], stdout=subprocess.PIPE, text=True)
        for n in range(TERMINALS)
    ]
    chance = random.Random(1)
    ends_at = time.monotonic() + STORM_S
    while time.monotonic() < ends_at:
        time.sleep(chance.uniform(0.3, 1.5))
        kill_engine(sweep)
        start(sweep)
    printed = [terminal.communicate(timeout=60)[0] for terminal in terminals]
    wait_until(lambda: answers(sweep), "an engine answers")
    return [json.loads(line) for text in printed for line in text.splitlines()]


def kill_engine(sweep: RealSweep) -> None:
    """Kill the engine, if there is one; somebody may start another at once."""
    pid = engine_pid(sweep.directory)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: engine_pid(sweep.directory) != pid, "the engine is gone")


def answers(sweep: RealSweep) -> bool:
    """Whether an engine answers; else start one."""
    if not status(sweep.directory).engine.alive:
        start(sweep)
        return False
    return True


def start(sweep: RealSweep) -> None:
    """Start an engine, unless somebody has."""
    with suppress(TunerError):
        sweep.start()


def finish(sweep: RealSweep) -> None:
    """Calm the sweep down, then let it run to its end."""
    for act in (Stop(now=True), Resume(), ContinueScheduling(), SetSlots(count=4)):
        with suppress(TunerError):
            do(sweep.directory, act)
        if isinstance(act, Stop):
            wait_until(lambda: sweep.state in ("stopped", "finished"), "nothing runs")
    paused = tuple(int(view.id[1:]) for view in sweep.trials() if view.state == "paused")
    if paused:
        do(sweep.directory, Continue(trials=paused))
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")


def replayed(sweep: RealSweep) -> tuple[SweepMachine, list[TrialView]]:
    """Fold the stored log into another machine; its trials."""
    machine = SweepMachine([Diverged()], Keeper())
    reader = open_reader(sweep.directory / "sweep.db")
    try:
        for logged in reader.replay():
            machine.handle(logged.event)
    finally:
        reader.close()
    return machine, [trial_view(machine.state.trials[n]) for n in sorted(machine.state.trials)]


def rows(views: list[TrialView]) -> list[object]:
    return [json.loads(msgspec.json.encode(view)) for view in views]


def family() -> list[int]:
    """Every process of this test's sweep, by its state folder."""
    own = os.environ["TUI_TUNER_STATE_DIR"]
    return [
        p.pid
        for p in psutil.process_iter(["environ", "status"])
        if (p.info["environ"] or {}).get("TUI_TUNER_STATE_DIR") == own
        and p.info["status"] != psutil.STATUS_ZOMBIE
        and p.pid != os.getpid()
    ]


def told(act: dict[str, Any]) -> dict[str, Any]:
    """The document that an act printed; empty where it printed none."""
    document: dict[str, Any] = json.loads(act["out"] or "{}")
    return document


def assert_plain(acts: list[dict[str, Any]]) -> None:
    """What could not be done was said in a sentence."""
    for act in acts:
        assert act["status"] in (0, 1, 3), act
        assert act["status"] == 0 or act["err"].startswith("tui-tuner: "), act
        assert not any(word in act["err"] for word in NEVER), act


def assert_in_history(acts: list[dict[str, Any]], machine: SweepMachine) -> None:
    """What was said to be done is in the history, once."""
    sentences = {decision.n: decision.sentence for decision in machine.history.decisions}
    done = [document for act in acts if (document := told(act)).get("decision")]
    assert len({document["decision"] for document in done}) == len(done)
    for document in done:
        assert sentences[document["decision"]] == document["past"]


def assert_whole(sweep: RealSweep) -> None:
    """No trial is missing, and none that is complete misses an epoch."""
    views = sweep.trials()
    assert [view.id for view in views] == [trial_name(n) for n in range(1, len(views) + 1)]
    for number, view in enumerate(views, 1):
        assert view.state in ("complete", "pruned"), view
        if view.state == "complete":
            step = view.step or 0
            assert step >= (view.budget or 0), view
            assert set(sweep.reports(number)) == set(range(1, step + 1)), view
    counts = {state: count for state, count in status(sweep.directory).trials.items() if count}
    assert counts == Counter(view.state for view in views)


def assert_written(sweep: RealSweep, version: int) -> None:
    """The newest version's config is there, loads beside the script, and has its comments."""
    text = (sweep.directory / f"sweep.v{version}.yaml").read_text()
    assert "# as wide as it goes" in text
    (sweep.folder / "newest.yaml").write_text(text)
    load_config(sweep.folder / "newest.yaml")


@pytest.mark.timeout(180)
def test_a_storm_of_acts_and_kills_loses_nothing_and_tells_all(tmp_path: Path) -> None:
    sweep = RealSweep(tmp_path, SCRIPT, CONFIG)
    sweep.start()
    acts = act_at_random(sweep)
    finish(sweep)
    assert_whole(sweep)
    sweep.kill_engine()

    machine, again = replayed(sweep)
    assert rows(again) == rows(sweep.trials())
    assert_plain(acts)
    assert_in_history(acts, machine)
    assert_written(sweep, machine.state.space_version)
    wait_until(lambda: not family(), "all processes have left")
