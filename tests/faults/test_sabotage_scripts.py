"""Scripts that do what no script should: the sweep takes it, and says what it saw."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from engine.core.views import TrialView
from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import status

METRIC = """
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
limits: {trials: 1}
resources: {slots: 1}
preload: []
"""

BEGIN = """
import os, sys, time
import tui_tuner as tt
trial = tt.trial()
folder = os.environ["TUI_TUNER_ATTEMPT_DIR"]
reports = os.path.join(folder, "reports.jsonl")
"""

BEFORE = "trial.report(1, acc=0.25)\n"
AFTER = "\ntrial.report(2, acc=0.5)\n"


def run(folder: Path, script: str, config: str = METRIC) -> tuple[RealSweep, TrialView]:
    """Run a sweep of one trial to its end."""
    sweep = RealSweep(folder, BEGIN + script, config)
    sweep.start()
    wait_until(lambda: sweep.state in ("finished", "stopped"), "the sweep has ended")
    return sweep, sweep.trials()[0]


def megabytes_of_engine(sweep: RealSweep) -> float:
    memory: int = psutil.Process(engine_pid(sweep.directory)).memory_info().rss
    return memory / 1e6


FLOODS = {
    "one line of 100 MB": "for _ in range(100): sys.stdout.write('x' * 1_000_000)",
    "60 MB of lines": "for _ in range(60): sys.stdout.write(('y' * 99 + '\\n') * 10_000)",
    "a progress bar of 30 MB": "for _ in range(30): sys.stdout.write(('=' * 99 + '\\r') * 10_000)",
    "a report of 5 MB": "open(reports, 'a').write('{\"text\": \"' + 'z' * 5_000_000 + '\"}\\n')",
    "10,000 reports": "for step in range(2, 10_002): trial.report(step, acc=0.5)",
}


@pytest.mark.parametrize("what", FLOODS)
def test_a_flood_costs_the_engine_little(what: str, tmp_path: Path) -> None:
    last = "\ntrial.report(20_000, acc=0.75)\n"
    sweep, trial = run(tmp_path, BEFORE + FLOODS[what] + last)
    assert (trial.state, trial.value, trial.step) == ("complete", 0.75, 20_000)
    assert len(sweep.reports(1)) == (10_002 if "reports" in what else 2)
    assert megabytes_of_engine(sweep) < 160


ODD = {
    "truncates its reports": "time.sleep(0.3); os.truncate(reports, 0)",
    "replaces its reports": "time.sleep(0.3); os.rename(reports, reports + '.old')",
    "removes its attempt's folder": "import shutil; time.sleep(0.3); shutil.rmtree(folder)",
    "goes somewhere else": "os.chdir('/')",
    "leaves a daemon": "if os.fork() == 0: os.setsid(); time.sleep(600)",
    "closes every file": "os.closerange(0, 4096)",
}


@pytest.mark.parametrize("start", ["zygote", "spawn"])
@pytest.mark.parametrize("what", ODD)
def test_a_script_that(what: str, start: str, tmp_path: Path) -> None:
    sweep, trial = run(tmp_path, BEFORE + ODD[what] + AFTER, METRIC + f"start: {start}\n")
    assert (trial.state, trial.attempts) == ("complete", 1), trial.reason
    assert set(sweep.reports(1)) >= ({1} if "its" in what else {1, 2})
    assert not any(
        str(tmp_path) in process.info["environ"].get("TUI_TUNER_ATTEMPT_DIR", "")
        for process in psutil.process_iter(["environ"])
        if process.info["environ"]
    )


def test_a_script_that_becomes_another_program(tmp_path: Path) -> None:
    code = 'print(\'tui-tuner: {"step": 2, "acc": 0.5}\')'
    sweep, trial = run(
        tmp_path, BEFORE + f"os.execv(sys.executable, [sys.executable, '-c', {code!r}])"
    )
    assert (trial.state, sweep.reports(1)) == ("complete", [1, 2])


def test_a_command_of_a_shell(tmp_path: Path) -> None:
    line = 'tui-tuner: {\\"step\\": 1, \\"acc\\": 0.5}'
    command = f'command: [bash, -c, "echo \'{line}\'; exit 0", "${{args}}"]\n'
    sweep = of_command(tmp_path, command)
    assert (sweep.trials()[0].state, sweep.reports(1)) == ("complete", [1])


def test_a_program_that_cannot_be_found(tmp_path: Path) -> None:
    sweep = of_command(tmp_path, "command: [no-such-program, '${args}']\n")
    (trial,) = sweep.trials()
    assert trial.state == "failed"
    assert "no-such-program" in (trial.reason or "")


def of_command(folder: Path, command: str) -> RealSweep:
    sweep = RealSweep(folder, "", METRIC + command)
    sweep.start()
    wait_until(lambda: sweep.state in ("finished", "stopped"), "the sweep has ended")
    assert not status(sweep.directory).trials["running"]
    return sweep


OLD_PYTHON = next(Path.home().glob(".pyenv/versions/3.8.*/bin/python"), None)


@pytest.mark.skipif(OLD_PYTHON is None, reason="there is no Python 3.8 here")
@pytest.mark.parametrize("preload", ["", "preload: [torch]\n", "preload: [json]\n"])
def test_an_old_interpreter_without_torch(preload: str, tmp_path: Path) -> None:
    config = METRIC.replace("preload: []\n", preload)
    script = BEGIN + "assert 'tui_tuner.sdk' in sys.modules" + AFTER
    sweep = RealSweep(
        tmp_path, script, f"{config}command: ['{OLD_PYTHON}', train.py, '${{args}}']\n"
    )
    sweep.start()
    wait_until(lambda: sweep.state in ("finished", "stopped"), "the sweep has ended")
    (trial,) = sweep.trials()
    assert (trial.state, trial.value) == ("complete", 0.5), trial.reason
