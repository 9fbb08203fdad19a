"""A table or a function that cannot answer a rehearsal is one clear sentence, before it starts."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.config.load import load_config
from engine.curves.answers import computed, load_objective
from engine.curves.reading import read_table
from engine.errors import UsageError
from engine.rehearsing import Rehearsing, rehearse

HEADING = "lr,step,val_acc,seconds\n"
CURVES = HEADING + "0.1,1,0.5,2\n0.1,2,0.6,2\n0.2,1,0.4,2\n0.2,2,0.5,2\n"


def table(folder: Path, text: str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def fault_of(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read_table(path)
    return str(caught.value).removeprefix(f"{path.parent}/")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "t.csv is empty"),
        ("\n\n", "t.csv is empty"),
        (HEADING, "t.csv:1: there are no curves"),
        ("lr,epoch,val_acc,seconds\n", "t.csv:1: the columns must be parameters, then step"),
        ("lr,step,val_acc\n", "t.csv:1: the columns must be parameters, then step"),
        (HEADING + "0.1,1,0.5\n", "t.csv:2: 3 cells, not 4 as in the first line"),
        (HEADING + "0.1,one,0.5,2\n", "t.csv:2: invalid literal for int"),
        (HEADING + "0.1,1,good,2\n", "t.csv:2: could not convert string to float: 'good'"),
        (HEADING + "0.1,1,0.5,-2\n", "t.csv:2: -2 seconds"),
        (HEADING + "0.1,1,0.5,nan\n", "t.csv:2: nan seconds"),
        (HEADING + "0.1,2,0.5,2\n0.1,1,0.6,2\n", "t.csv:3: the steps before do not ascend"),
    ],
)
def test_a_table_that_is_none_says_in_which_line(tmp_path: Path, text: str, sentence: str) -> None:
    assert fault_of(table(tmp_path, text)).startswith(sentence)


def test_a_file_that_is_no_table_says_so(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(bytes(range(256)))
    assert fault_of(path) == "t.csv.gz is no curve table: neither CSV nor gzip of it"
    path.write_bytes(gzip.compress(CURVES.encode())[:-20])
    assert fault_of(path) == "t.csv.gz is cut short: its compressed end is missing"


def rehearsing(folder: Path, metric: str, epochs: int) -> Rehearsing:
    (folder / "train.py").write_text("print()\n")
    lines = (
        "program: train.py",
        f"metric: {{name: {metric}}}",
        "parameters: {lr: {min: 0.0, max: 1.0}}",
        f"budget: {{parameter: epochs, max: {epochs}}}",
        "limits: {trials: 2}",
    )
    (folder / "sweep.yaml").write_text("\n".join(lines) + "\n")
    config = load_config(folder / "sweep.yaml").config
    return Rehearsing(config=config, table=table(folder, CURVES))


def test_a_table_without_the_metric_is_refused_before_any_seed(tmp_path: Path) -> None:
    what = rehearsing(tmp_path, "val_loss", epochs=2)
    with pytest.raises(UsageError, match="no metric val_loss, which the config names, but val_acc"):
        list(rehearse(what, [0]))


def test_a_budget_that_no_curve_comes_to_is_refused(tmp_path: Path) -> None:
    told = "curves end at step 2, before the budget of 3 epochs; --set budget.max=2"
    with pytest.raises(UsageError, match=told):
        list(rehearse(rehearsing(tmp_path, "val_acc", epochs=3), [0]))
    (result,) = rehearse(rehearsing(tmp_path, "val_acc", epochs=2), [0])
    assert result.epochs == 4


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("raise ValueError('no way')", "o:f at step 1: ValueError('no way')"),
        ("raise SystemExit(3)", "o:f at step 1: SystemExit(3)"),
        ("return None", "o:f at step 1 must give ({metric: number}, seconds), not None"),
        ("return {'loss': 'low'}, 1.0", "o:f at step 1 must give ({metric: number}, seconds), not"),
        ("return {'loss': 1.0}, -1.0", "o:f at step 1: -1.0 seconds"),
    ],
)
def test_a_function_that_does_not_answer_says_at_which_step(
    tmp_path: Path, body: str, sentence: str
) -> None:
    scope: dict[str, object] = {}
    exec(f"def f(params, step):\n    {body}\n", scope)
    with pytest.raises(UsageError) as caught:
        next(computed(scope["f"], "o:f")({"lr": 0.1}, 0))  # type: ignore[arg-type]
    assert str(caught.value).startswith(sentence)


def test_what_a_function_prints_stays_out_of_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "chatty_objective.py").write_text(
        "print('imported')\n"
        "def f(params, step):\n    print('asked')\n    return {'loss': 1.0}, 2.0\n"
    )
    objective = load_objective("chatty_objective:f", tmp_path)
    next(computed(objective, "chatty_objective:f")({"lr": 0.1}, 0))
    assert capsys.readouterr() == ("", "imported\nasked\n")


@pytest.mark.parametrize(
    ("name", "source", "sentence"),
    [
        (
            "wants_more",
            "import no_such_module_of_theirs",
            "No module named 'no_such_module_of_theirs'",
        ),
        ("no_python", "def f(:", "invalid syntax"),
        ("leaves", "raise SystemExit(4)", "SystemExit(4)"),
        ("no_function", "f = 3", "has no function f"),
    ],
)
def test_a_module_that_cannot_be_had_says_why(
    tmp_path: Path, name: str, source: str, sentence: str
) -> None:
    (tmp_path / f"{name}.py").write_text(source + "\n")
    with pytest.raises(UsageError) as caught:
        load_objective(f"{name}:f", tmp_path)
    assert sentence in str(caught.value)


def test_numerical_libraries_that_are_loaded_on_the_way_take_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "3")
    (tmp_path / "threads.py").write_text(
        "import os\n"
        "def asked(params, step):\n"
        "    names = 'OMP_NUM_THREADS', 'MKL_NUM_THREADS'\n"
        "    return {'val_acc': sum(int(os.environ[name]) for name in names)}, 1.0\n"
    )
    what = rehearsing(tmp_path, "val_acc", epochs=2)
    what = replace(what, table=None, objective="threads:asked")
    (result,) = rehearse(what, [0])
    assert result.best == 4
    assert "OMP_NUM_THREADS" not in os.environ
