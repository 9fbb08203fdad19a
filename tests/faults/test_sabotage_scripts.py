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

DEEDS = """
metric: {{name: acc, goal: maximize}}
parameters: {{what: {{values: {deeds}}}}}
method: grid
resources: {{slots: 3}}
start: {start}
preload: []
"""

BEGIN = """
import os, sys, time
import tui_tuner as tt
trial = tt.trial()
folder = os.environ["TUI_TUNER_ATTEMPT_DIR"]
reports = os.path.join(folder, "reports.jsonl")
trial.report(1, acc=0.25)
"""

DO = "exec({deeds!r}[trial.params['what']])\n"

FLOODS = {
    "one line of 100 MB": "for _ in range(100): sys.stdout.write('x' * 1_000_000)",
    "60 MB of lines": "for _ in range(60): sys.stdout.write(('y' * 99 + '\\n') * 10_000)",
    "a progress bar of 30 MB": "for _ in range(30): sys.stdout.write(('=' * 99 + '\\r') * 10_000)",
    "a report of 5 MB": "open(reports, 'a').write('{\"text\": \"' + 'z' * 5_000_000 + '\"}\\n')",
    "10,000 reports": "for step in range(2, 10_002): trial.report(step, acc=0.5)",
}

ODDITIES = {
    "truncates its reports": "time.sleep(0.3); os.truncate(reports, 0)",
    "replaces its reports": "time.sleep(0.3); os.rename(reports, reports + '.old')",
    "removes its attempt's folder": "import shutil; time.sleep(0.3); shutil.rmtree(folder)",
    "goes somewhere else": "os.chdir('/')",
    "leaves a daemon": "if os.fork() == 0: os.setsid(); time.sleep(600)",
    "closes every file": "os.closerange(0, 4096)",
}


def run(folder: Path, script: str, config: str) -> RealSweep:
    """Run a sweep to its end."""
    sweep = RealSweep(folder, script, config)
    sweep.start()
    wait_until(lambda: sweep.state in ("finished", "stopped"), "the sweep has ended")
    assert not status(sweep.directory).trials["running"]
    return sweep


def run_deeds(
    folder: Path, deeds: dict[str, str], last: str, start: str = "auto"
) -> tuple[RealSweep, dict[str, tuple[TrialView, list[int]]]]:
    """Run a trial for each deed; what became of each, and the steps that it reported."""
    config = DEEDS.format(deeds=list(deeds), start=start)
    sweep = run(folder, BEGIN + DO.format(deeds=deeds) + last, config)
    found = {
        str(view.params["what"]): (view, sweep.reports(n))
        for n, view in enumerate(sweep.trials(), 1)
    }
    assert found.keys() == deeds.keys()
    return sweep, found


def test_floods_cost_the_engine_little(tmp_path: Path) -> None:
    sweep, found = run_deeds(tmp_path, FLOODS, "trial.report(20_000, acc=0.75)")
    for what, (trial, steps) in found.items():
        assert (trial.state, trial.value, trial.step) == ("complete", 0.75, 20_000), what
        assert len(steps) == (10_002 if what == "10,000 reports" else 2)
    assert psutil.Process(engine_pid(sweep.directory)).memory_info().rss < 160e6


@pytest.mark.parametrize("start", ["zygote", "spawn"])
def test_odd_scripts_run_to_their_end_and_leave_nothing(start: str, tmp_path: Path) -> None:
    _, found = run_deeds(tmp_path, ODDITIES, "trial.report(2, acc=0.5)", start)
    for what, (trial, steps) in found.items():
        assert (trial.state, trial.attempts) == ("complete", 1), (what, trial.reason)
        assert set(steps) >= ({1} if "its" in what else {1, 2}), what
    environments = (process.info["environ"] or {} for process in psutil.process_iter(["environ"]))
    assert not any(str(tmp_path) in env.get("TUI_TUNER_ATTEMPT_DIR", "") for env in environments)


def test_a_script_that_becomes_another_program(tmp_path: Path) -> None:
    code = 'print(\'tui-tuner: {"step": 2, "acc": 0.5}\')'
    deed = f"os.execv(sys.executable, [sys.executable, '-c', {code!r}])"
    sweep = run(tmp_path, BEGIN + deed, METRIC)
    assert (sweep.trials()[0].state, sweep.reports(1)) == ("complete", [1, 2])


def test_a_command_of_a_shell(tmp_path: Path) -> None:
    line = 'tui-tuner: {\\"step\\": 1, \\"acc\\": 0.5}'
    command = f'command: [bash, -c, "echo \'{line}\'; exit 0", "${{args}}"]\n'
    sweep = run(tmp_path, "", METRIC + command)
    assert (sweep.trials()[0].state, sweep.reports(1)) == ("complete", [1])


def test_a_program_that_cannot_be_found(tmp_path: Path) -> None:
    (trial,) = run(tmp_path, "", METRIC + "command: [no-such-program, '${args}']\n").trials()
    assert trial.state == "failed"
    assert "no-such-program" in (trial.reason or "")


OLD_PYTHON = next(Path.home().glob(".pyenv/versions/3.8.*/bin/python"), None)


@pytest.mark.skipif(OLD_PYTHON is None, reason="there is no Python 3.8 here")
@pytest.mark.parametrize("preload", ["", "preload: [torch]\n"])
def test_an_old_interpreter_without_torch(preload: str, tmp_path: Path) -> None:
    config = METRIC.replace("preload: []\n", preload)
    command = f"command: ['{OLD_PYTHON}', train.py, '${{args}}']\n"
    (trial,) = run(tmp_path, BEGIN, config + command).trials()
    assert (trial.state, trial.value) == ("complete", 0.25), trial.reason
