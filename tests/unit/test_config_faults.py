"""Configs that are wrong: every fault at once, one line each, with file, line, key and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.load import load_config
from engine.errors import ConfigError

GOOD = """\
program: train.py
metric: {name: val_acc, goal: maximize}
parameters:
  lr: {min: 1e-4, max: 1.0}
  opt: {values: [sgd, adam]}
"""
BUDGET = "budget: {max: 27}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("print()\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "plain.txt").write_text("no program\n")
    return tmp_path


def faults_of(folder: Path, text: str, *overrides: str) -> list[str]:
    path = folder / "sweep.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    here = str(folder)
    return [fault.replace(f"{here}/", "").replace(here, "HERE") for fault in caught.value.faults]


def fault_of(folder: Path, text: str, *overrides: str) -> str:
    faults = faults_of(folder, text, *overrides)
    assert len(faults) == 1, faults
    return faults[0]


def test_every_fault_is_told_at_once_in_the_order_of_the_file(folder: Path) -> None:
    text = """\
programm: train.py
metric: {name: val_acc, gaol: maximize}
parameters:
  lr: {min: 2.0, max: 1.0}
limits:
  trials: -3
  hour: 2
"""
    faults = faults_of(folder, text)
    assert [fault.split(" ")[0] for fault in faults] == [
        "sweep.yaml:1:",
        "sweep.yaml:1:",
        "sweep.yaml:2:",
        "sweep.yaml:4:",
        "sweep.yaml:6:",
        "sweep.yaml:7:",
    ]
    assert "sweep.yaml:1: programm: unknown key; did you mean 'program'?" in faults
    assert "sweep.yaml:2: metric.gaol: unknown key; did you mean 'goal'?" in faults
    assert "sweep.yaml:6: limits.trials: must be at least 1, not -3" in faults
    assert "sweep.yaml:7: limits.hour: unknown key; did you mean 'hours'?" in faults


@pytest.mark.parametrize(
    ("extra", "fault"),
    [
        ("limits: {trials: many}", "limits.trials: must be a whole number, not the text 'many'"),
        ("limits: {trials: 2.5}", "limits.trials: must be a whole number, not 2.5"),
        ("limits: {trials: true}", "limits.trials: must be a whole number, not true"),
        ("limits: {hours: 0}", "limits.hours: must be above 0, not 0"),
        ("limits: {target: best}", "limits.target: must be a number, not the text 'best'"),
        ("limits: 20", "limits: must be a mapping, `name: value`, not 20"),
        ("run_cap: 0", "run_cap: must be at least 1, not 0"),
        ("limits: {trials: 5}\nrun_cap: 6", "run_cap: says 6, but limits.trials says 5; keep one"),
        ("metod: random", "metod: unknown key; did you mean 'method'?"),
        ("start: zygot", "start: is the text 'zygot', not one of auto, zygote, spawn; "
         "did you mean 'zygote'?"),
        ("grace: -1", "grace: must be at least 0, not -1"),
        ("name: 5", "name: must be text, not 5"),
        ("name: ''", "name: must not be empty"),
        ("resources: {cpus: 0}", "resources.cpus: must be at least 1, not 0"),
        ("resources: {slots: all}", "resources.slots: must be auto or a whole number, "
         "not the text 'all'"),
        ("resources: {slot: 2}", "resources.slot: unknown key; did you mean 'slots'?"),
        ("preload: torch", "preload: must be a list, not the text 'torch'"),
        ("preload: [a b]", "preload[0]: must be a module's name, such as torch, not the "
         "text 'a b'"),
        ("env: {A: true}", "env.A: must be text, not true; write \"true\" in quotes"),
        ("env: {A: [1]}", "env.A: must be text, not a list"),
        ("env: {TUI_TUNER_X: a}", "env.TUI_TUNER_X: names that start with TUI_TUNER_ are "
         "tui-tuner's own"),
        ("env: {A: '${seed} ${sed}'}", "env.A: unknown macro '${sed}'; did you mean '${seed}'?"),
        ("env: {A: '${args}'}", "env.A: ${args} stands for several arguments, not one text"),
        ("metrics: {stdout: 'loss (.*'}", "metrics.stdout: is no regular expression: missing ), "
         "unterminated subpattern at position 5"),
        ("metrics: {stdout: ['(?P<a>.)', 'loss (.*)']}", "metrics.stdout[1]: names no metric; "
         r"write groups such as (?P<val_loss>\S+)"),
        ("metrics: {stdout: '(?P<step>.)'}", "metrics.stdout: names no metric; "
         r"write groups such as (?P<val_loss>\S+)"),
        ("metrics: {stderr: x}", "metrics.stderr: unknown key; known here: stdout"),
        ("search: {seed: -1}", "search.seed: must be at least 0, not -1"),
        ("search: {seed: [1]}", "search.seed: must be a whole number, not a list"),
        ("stop: diverged", "stop: must be a list, not the text 'diverged'"),
        ("stop: [7]", "stop[0]: must be a rule's name or {rule: name, ...}, not 7"),
        ("stop: [diverged, {rule: diverged}]", "stop[1]: the rule diverged stands here twice"),
        ("stop: [patience]", "stop[0]: the rule patience needs epochs"),
        ("stop: [{rule: asha, reduction: 1}]", "stop[0].reduction: must be at least 1.1, not 1"),
        ("stop: [{rule: hyperband, reduction: 1.0000001}]", "stop[0].reduction: must be at least "
         "1.1, not 1.0000001"),
        ("stop: [{rule: asha, reductoin: 3}]", "stop[0].reductoin: unknown key; "
         "did you mean 'reduction'?"),
        ("stop: [{rule: diverged, enabled: no}]", "stop[0].enabled: must be true or false, "
         "not the text 'no'"),
        ("early_terminate: {type: hyperband}", "early_terminate: hyperband needs min_iter, or "
         "max_iter and s"),
        ("early_terminate: {type: hyperbnad, s: 1, max_iter: 9}", "early_terminate.type: is the "
         "text 'hyperbnad', not one of hyperband; did you mean 'hyperband'?"),
        ("budget: {min: 3}", "budget: needs max: the full budget of a trial"),
        ("budget: {min: 3, max: 2}", "budget.min: 3 is above max 2"),
        ("stages: [{epochs: 1, trials: 2}]", "stages: need a budget, such as budget: "
         "{parameter: epochs, max: 27}"),
        ("sweep: 5", "sweep: must be a mapping of a whole config, not 5"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_key_and_line(folder: Path, extra: str, fault: str) -> None:
    line = 6 + extra.count("\n")
    assert fault_of(folder, f"{GOOD}{extra}\n") == f"sweep.yaml:{line}: {fault}"


@pytest.mark.parametrize(
    ("stages", "fault"),
    [
        ("[{epochs: 1}]", "stages[0]: needs trials (new ones) or promote (earlier ones)"),
        ("[{trials: 5}]", "stages[0]: needs epochs: what a trial spends in it"),
        ("[{epochs: 28, trials: 5}]", "stages[0].epochs: 28 is beyond budget.max 27"),
        ("[{epochs: 1, trials: 5, epoch: 2}]", "stages[0].epoch: unknown key; did you "
         "mean 'epochs'?"),
        ("[{epochs: 5, promote: 2}]", "stages[0].promote: promotes 2 trials, but the stages before "
         "have 0"),
        ("[{epochs: 1, trials: 4}, {epochs: 5, promote: 5}]", "stages[1].promote: promotes 5 "
         "trials, "
         "but the stages before have 4"),
        ("[{epochs: 5, trials: 4}, {epochs: 5, promote: 2}]", "stages[1].promote: promotes to a "
         "budget of 5, but trials have had 5 already"),
        ("[{epochs: 5, trials: 4}, {epochs: 6, trials: 4, narrow: {top: 9}}]",
         "stages[1].narrow.top: asks for 9 trials, but the stages before have 4"),
        ("[{name: a, epochs: 5, trials: 4}, {name: a, epochs: 6, trials: 4}]",
         "stages[1].name: there is a stage 'a' before this one"),
        ("[coarse]", "stages[0]: must be a mapping, not the text 'coarse'"),
        ("{epochs: 5}", "stages: must be a list, not a mapping"),
    ],
)  # fmt: skip
def test_a_stage_must_fit_the_budget_and_the_stages_before(
    folder: Path, stages: str, fault: str
) -> None:
    assert fault_of(folder, f"{GOOD}{BUDGET}stages: {stages}\n") == f"sweep.yaml:7: {fault}"


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("name: x", "sweep.yaml:1: program: missing; say what to run: program: train.py, a command "
         "or a function"),
        ("program: trian.py", "sweep.yaml:1: program: there is no 'trian.py' in HERE; "
         "did you mean 'train.py'?"),
        ("program: data", "sweep.yaml:1: program: 'data' is a folder, not a program"),
        ("program: plain.txt", "sweep.yaml:1: program: 'plain.txt' cannot be executed; make it so "
         "with chmod +x, or name what runs it: command: [bash, \"${program}\", \"${args}\"]"),
        ("program: [train.py]", "sweep.yaml:1: program: must be text, not a list"),
        ("function: train.main", "sweep.yaml:1: function: must be module:function, such as "
         "train:main, not 'train.main'"),
        ("function: 'train:1st'", "sweep.yaml:1: function: must be module:function, such as "
         "train:main, not 'train:1st'"),
        ("{program: train.py, function: 'train:main'}", ""),
        ("command: python train.py --lr 1", "sweep.yaml:1: command: must be a list of arguments; "
         "write [\"python\", \"train.py\", \"--lr\", \"1\"]"),
        ("command: []", "sweep.yaml:1: command: must not be empty"),
        ("command: [sh, [a]]", "sweep.yaml:1: command[1]: must be one argument, not a list"),
        ("command: [sh, '${program}']", "sweep.yaml:1: command: says ${program}, but no program "
         "is given"),
        ("command: [./trian.sh]", "sweep.yaml:1: command[0]: there is no program './trian.sh'; did "
         "you mean './train.py'?"),
        ("command: [./plain.txt]", "sweep.yaml:1: command[0]: './plain.txt' cannot be executed; "
         "make it so with chmod +x"),
        ("command: [sh, '${param:lrr}']", "sweep.yaml:1: command[1]: ${param:lrr} names an unknown "
         "parameter; did you mean 'lr'?"),
        ("command: [sh, '--x ${args}']", "sweep.yaml:1: command[1]: ${args} stands for several "
         "arguments; give it one of its own"),
        ("command: [sh, '${arg}']", "sweep.yaml:1: command[1]: unknown macro '${arg}'; did you "
         "mean '${args}'?"),
        ("command: [sh, '${HOME}']", "sweep.yaml:1: command[1]: unknown macro '${HOME}'; did you "
         "mean '${envvar:HOME}'?"),
        ("command: [sh, '${envvar:}']", "sweep.yaml:1: command[1]: ${envvar:} names no "
         "environment variable"),
    ],
)  # fmt: skip
def test_what_to_run_must_be_there_and_be_runnable(folder: Path, entry: str, fault: str) -> None:
    if entry.startswith("{"):
        entry = "program: train.py\nfunction: train:main"
        fault = "sweep.yaml:2: function: cannot stand beside program; keep one of them"
    assert fault_of(folder, GOOD.replace("program: train.py", entry)) == fault


def test_a_missing_metric_says_what_to_write(folder: Path) -> None:
    text = GOOD.replace("metric: {name: val_acc, goal: maximize}\n", "")
    assert fault_of(folder, text) == (
        "sweep.yaml:1: metric: missing; say what to optimise, such as "
        "metric: {name: val_acc, goal: maximize}"
    )


@pytest.mark.parametrize(
    ("metric", "fault"),
    [
        ("{goal: maximize}", "metric: needs a name: that of a metric the trials report"),
        ("val_acc", "metric: must be a mapping, `name: value`, not the text 'val_acc'"),
        ("{name: a, goal: maximise}", "metric.goal: is the text 'maximise', not one of maximize, "
         "minimize; did you mean 'maximize'?"),
        ("{name: a, target: high}", "metric.target: must be a number, not the text 'high'"),
    ],
)  # fmt: skip
def test_a_metric_has_a_name_and_a_goal(folder: Path, metric: str, fault: str) -> None:
    text = GOOD.replace("{name: val_acc, goal: maximize}", metric)
    assert fault_of(folder, text) == f"sweep.yaml:2: {fault}"


def test_faults_of_the_space_stand_at_their_own_lines(folder: Path) -> None:
    text = GOOD + "  a:\n    min: 3\n    max: 1\n  b:\n    distributon: uniform\n    min: 0\n"
    faults = faults_of(folder, text)
    assert all(fault.startswith("sweep.yaml:") for fault in faults)
    assert any(fault.startswith("sweep.yaml:10: parameters.b.distributon") for fault in faults)


def test_a_grid_over_a_continuous_range_is_a_fault_of_the_method(folder: Path) -> None:
    fault = fault_of(folder, GOOD + "method: grid\n")
    assert fault.startswith("sweep.yaml:6: method: ")
    assert "lr" in fault


def test_a_missing_space_says_what_to_write(folder: Path) -> None:
    text = "program: train.py\nmetric: {name: loss}\n"
    assert fault_of(folder, text).startswith(
        "sweep.yaml:1: parameters: missing; say what to search"
    )


@pytest.mark.parametrize(
    ("override", "fault"),
    [
        ("limits.trials=-1", "--set: limits.trials: must be at least 1, not -1"),
        ("limits.trails=1", "--set: limits.trails: unknown key; did you mean 'trials'?"),
        ("limits.trials", "--set limits.trials: 'limits.trials' is not KEY=VALUE"),
        ("=3", "--set =3: '=3' is not KEY=VALUE"),
        ("limits.trials=[1", "--set limits.trials=[1: "),
        ("program.x=1", "--set program.x=1: program.x leads into a value that holds no keys"),
        ("limits.trials=!!python/object:os.system x", "--set: limits.trials: has the tag"),
        ("env={A: &a [*a]}", "--set env={A: &a [*a]}: contains itself through an alias"),
    ],
)
def test_a_bad_override_is_a_fault_of_set(folder: Path, override: str, fault: str) -> None:
    assert fault_of(folder, GOOD, override).startswith(fault)


def test_nothing_hostile_in_the_file_reaches_the_terminal(folder: Path) -> None:
    text = GOOD + '"\\e]0;owned\\a": 1\nstart: "\\e[31m"\n'
    assert not any(c in fault for fault in faults_of(folder, text) for c in "\x1b\x07\n")
