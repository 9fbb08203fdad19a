"""Taking GPUs from a sweep and giving them back by words, and the table of those there are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.core.acts import SetSlots, UseGpus
from engine.core.views import DeviceView, EngineView, ForeignView, SweepView
from engine.errors import NotFoundError, UsageError
from engine.protocol.messages import DevicePoint, GetDeviceHistory, GetStatus
from engine.store.base import DeviceSample
from tests.fakes.fake_source import FakeSource
from tests.fakes.stored_sweep import AT, StoredSweep
from tui_tuner.cli import gpu_table, gpus, main, slots
from tui_tuner.cli.columns import table
from tui_tuner.cli.deeds import Gone
from tui_tuner.cli.gpus import Wanted, words_of
from tui_tuner.cli.status import status_lines
from tui_tuner.cli.steering import farewell

GIB = 2**30


@pytest.fixture
def acts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Path, Any]]:
    """The acts that verbs ask for, none of them done."""
    asked: list[tuple[Path, Any]] = []
    for verb in (gpus, slots):
        monkeypatch.setattr(verb, "find_sweep", lambda name: tmp_path / (name or "only"))
    monkeypatch.setattr(slots, "steer", lambda sweep, act, how: asked.append((sweep, act)))
    monkeypatch.setattr(
        gpus, "steer_in_turn", lambda sweep, acts, how: asked.extend((sweep, act) for act in acts)
    )
    return asked


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", Wanted(None, (), ())),
        ("digits", Wanted("digits", (), ())),
        ("-2", Wanted(None, ("gpu2",), ())),
        ("digits -2 +3 -0", Wanted("digits", ("gpu2", "gpu0"), ("gpu3",))),
        ("-2 -gpu2", Wanted(None, ("gpu2",), ())),
        ("-0:1 +GPU-8a2f91c3", Wanted(None, ("gpu0:1",), ("GPU-8a2f91c3",))),
    ],
)
def test_a_sign_says_what_becomes_of_a_gpu(words: str, wanted: Wanted) -> None:
    assert words_of(words.split()) == wanted


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("digits 2", "'2': say -2 to take a GPU, +2 to give it back"),
        ("digits -", "'-' names no GPU: say -2 or +2"),
        ("--nwo -2", "'--nwo' names no GPU: say -2 or +2"),
        ("-2 +2", "gpu2: take it or give it back, not both"),
    ],
)
def test_words_that_name_no_gpu_are_refused(words: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        words_of(words.split())
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("gpus digits -2", [UseGpus(gpus=("gpu2",), use="exclude")]),
        ("gpus digits -2 --now", [UseGpus(gpus=("gpu2",), use="exclude", how="now")]),
        ("gpus digits --finish -2", [UseGpus(gpus=("gpu2",), use="exclude", how="end")]),
        ("gpus digits -2 --quarantine", [UseGpus(gpus=("gpu2",), use="quarantine", how="now")]),
        (
            "gpus -1 digits +3",
            [UseGpus(gpus=("gpu3",), use="include"), UseGpus(gpus=("gpu1",), use="exclude")],
        ),
        ("slots digits auto", [SetSlots(count=None)]),
        ("slots digits 3", [SetSlots(count=3)]),
    ],
)
def test_a_command_line_asks_for_acts(
    acts: list[tuple[Path, Any]], tmp_path: Path, words: str, asked: list[Any]
) -> None:
    assert main(words.split()) == 0
    assert acts == [(tmp_path / "digits", act) for act in asked]


@pytest.mark.parametrize(
    "words",
    ["gpus digits +2 --now", "gpus -2 --now --finish", "gpus digits --now", "slots digits all"],
)
def test_what_makes_no_sense_together_is_wrong_usage(
    acts: list[tuple[Path, Any]], words: str
) -> None:
    assert main(words.split()) == 2
    assert acts == []


def gpu(number: int, **fields: Any) -> DeviceView:
    return DeviceView(id=f"gpu{number}", name="H100", uuid=f"GPU-{number}", **fields)


def sweep_of(folder: Path, devices: list[DeviceView], *, alive: bool) -> SweepView:
    view = FakeSource(folder).status()
    view.devices, view.engine = devices, EngineView(pid=7 if alive else None, alive=alive)
    return view


def asking(*answers: tuple[type, Any]) -> Callable[..., list[Any]]:
    """Answers requests by their type."""

    def ask(sweep: Path, *requests: Any) -> list[Any]:
        return [next(a for kind, a in answers if isinstance(r, kind)) for r in requests]

    return ask


def lines(devices: Sequence[DeviceView]) -> list[str]:
    return table(gpu_table.gpu_columns(devices), None)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ([], "`tui-tuner doctor` lists the GPUs of this box"),
        (["2"], "say -2 to take a GPU, +2 to give it back"),
        (["GPU2"], "say -GPU2 to take a GPU"),
    ],
)
def test_where_no_sweep_is_meant_it_is_said_what_was(
    words: list[str], hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_none(name: str | None) -> Path:
        raise NotFoundError("no such sweep")

    monkeypatch.setattr(gpus, "find_sweep", find_none)
    with pytest.raises((UsageError, NotFoundError), match=re.escape(f"no such sweep; {hint}")):
        gpus.command(words)


def test_the_table_says_how_each_gpu_is_who_is_there_and_why_it_is_closed() -> None:
    mine = gpu(0, util=91.4, mem_used=38 * GIB, mem_total=80 * GIB, temperature=64.0, power=303.2)
    mine.share, mine.trials, mine.throttle = 0.5, ["t0001", "t0002"], ["power cap"]
    bob = ForeignView(user="bob", command="python \x1b[31m", pid=1234)
    old = ForeignView(user="ann", command="python", pid=99, trial="t0009")
    busy = gpu(1, state="busy", foreign=[bob, old], reason="in use by python (1234) of bob")
    head, first, second = lines([mine, busy])
    wanted = "gpu name util memory temp power share state trials others why"
    assert " ".join(head.split()) == wanted
    told = "gpu0 H100 91% 38/80G 64C 303W 50% ok t0001 t0002 slowed by power cap"
    assert " ".join(first.split()) == told
    assert "python ␛[31m (1234) of bob, python (99) of t0009" in second
    assert second.endswith("in use by python (1234) of bob")


def test_a_sweep_without_gpus_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cpu = DeviceView(id="cpu", name="CPU", cores=8)
    monkeypatch.setattr(
        gpu_table, "ask", asking((GetStatus, sweep_of(tmp_path, [cpu], alive=True)))
    )
    gpu_table.show_gpus(tmp_path, json=False)
    assert "its trials run on the CPU" in capsys.readouterr().err
    gpu_table.show_gpus(tmp_path, json=True)
    assert capsys.readouterr().out.strip() == "[]"


def test_a_sweep_that_waits_for_the_driver_is_not_said_to_run_on_the_cpu(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    view = replace(sweep_of(tmp_path, [], alive=True), auto_slots=True)
    monkeypatch.setattr(gpu_table, "ask", asking((GetStatus, view)))
    gpu_table.show_gpus(tmp_path, json=False)
    assert "trials wait until the driver answers" in capsys.readouterr().err


def test_a_dead_engines_gpus_are_shown_as_last_seen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    known = [gpu(2, state="stale", reason="last looked at noon", mem_total=80 * GIB), gpu(10)]
    point = DevicePoint(at=0.0, util=50.0, mem_used=2 * GIB, temperature=60.0, power=None)
    view = sweep_of(tmp_path, known, alive=False)
    monkeypatch.setattr(gpu_table, "ask", asking((GetStatus, view), (GetDeviceHistory, [point])))
    gpu_table.show_gpus(tmp_path, json=False)
    out, err = capsys.readouterr()
    assert "the engine is not running" in err
    assert [line.split()[:5] for line in out.splitlines()[1:]] == [
        ["gpu2", "H100", "50%", "2/80G", "60C"],
        ["gpu10", "H100", "50%", "2.0G", "60C"],
    ]
    assert "last looked at noon" in out


def test_the_last_point_of_a_long_history_is_shown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sweep = StoredSweep(tmp_path / "digits", "  lr: {min: 0.1, max: 1.0}\n")
    sweep.measured = [DeviceSample(device="gpu0", at=AT + n, util=n % 90) for n in range(1000)]
    assert main(["gpus", str(sweep.write()), "--json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)
    assert shown["util"] == 999 % 90


def test_the_status_says_which_gpus_take_trials_and_why_others_do_not(tmp_path: Path) -> None:
    bob = "in use by \x1b[31mpython (1234) of bob"
    box = [gpu(0), gpu(1, state="busy", reason=bob), gpu(2, state="busy", reason=bob)]
    told = "  gpus     1 of 3 for trials; gpu1 gpu2 in use by ␛[31mpython (1234) of bob"
    cpu = DeviceView(id="cpu", name="CPU", cores=8)

    def line_on(devices: list[DeviceView], **fields: Any) -> list[str]:
        view = replace(sweep_of(tmp_path, devices, alive=True), **fields)
        return [line for line in status_lines(view) if line.startswith("  gpus")]

    assert line_on(box) == [told]
    assert line_on([cpu]) == line_on(box, engine=EngineView(pid=None, alive=False)) == []
    silent = "  gpus     none seen yet: trials wait until the driver answers"
    assert line_on([cpu], auto_slots=True) == [silent]


def test_a_trial_that_left_its_gpu_and_runs_again_is_said_to() -> None:
    gone = [
        Gone(id="t0001", state="running", slot=0, after_s=0.4, again=True),
        Gone(id="t0002", state="running", slot=1, after_s=0.4),
    ]
    assert farewell(gone) == [
        "t0001 left after 0.4 s, and runs elsewhere",
        "t0002 goes on: its leaving was called off",
    ]
