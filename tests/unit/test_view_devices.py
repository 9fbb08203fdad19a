"""The devices as the dashboard shows them: means over time, a cell each, what fits and no more."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.views import (
    DeviceView,
    EngineView,
    ForeignView,
    MetricView,
    SweepView,
)
from engine.protocol.messages import Delta, Snapshot
from tui_tuner.view.device_line import device_lines, device_room, memory, spark
from tui_tuner.view.devices import BUCKET_S, KEPT, Sample, Track, latest, noted
from tui_tuner.view.glyphs import ASCII, UNICODE
from tui_tuner.view.line import line_width, text_of
from tui_tuner.view_state import ViewState, reduce

GIB = 2**30


CPU = DeviceView(id="cpu", name="CPU, 2 cores", util=12.0)


def gpu(n: int, **fields: Any) -> DeviceView:
    known: dict[str, Any] = {
        "id": f"gpu{n}",
        "name": "NVIDIA H200",
        "util": 90.0 + n,
        "mem_used": 38 * GIB,
        "mem_total": 80 * GIB,
        "temperature": 71.0,
        "trials": [f"t{2 * n:04d}", f"t{2 * n + 1:04d}"],
    }
    return DeviceView(**known | fields)


def sweep(*devices: DeviceView, running: int = 2) -> SweepView:
    return SweepView(
        name="s",
        dir="/s",
        state="running",
        engine=EngineView(pid=1, alive=True),
        metric=MetricView(name="acc", goal="maximize"),
        stage=None,
        space_version=1,
        slots=2,
        trials={"running": running},
        devices=list(devices),
    )


def shown(*devices: DeviceView, width: int = 80, height: int = 1, ascii: bool = False) -> list[str]:
    lines = device_lines(
        ViewState(sweep=sweep(*devices)), ASCII if ascii else UNICODE, width, height
    )
    assert all(line_width(line) == width for line in lines)
    return [text_of(line) for line in lines]


def utils(track: Track) -> list[float | None]:
    return [sample.util for sample in track.samples]


def test_looks_within_one_bucket_become_their_mean():
    tracks = noted({}, [gpu(0, util=10.0)], 100.0)
    tracks = noted(tracks, [gpu(0, util=20.0)], 101.0)
    tracks = noted(tracks, [gpu(0, util=60.0)], 104.9)
    assert utils(tracks["gpu0"]) == [30.0]
    tracks = noted(tracks, [gpu(0, util=5.0)], 105.0)
    assert utils(tracks["gpu0"]) == [30.0, 5.0]


def test_no_more_than_an_hour_is_kept():
    tracks: dict[str, Track] = {}
    for n in range(KEPT + 10):
        tracks = {**noted(tracks, [gpu(0, util=float(n))], n * BUCKET_S)}
    assert len(tracks["gpu0"].past) == KEPT


def test_a_time_nobody_looked_stays_blank_in_the_sparkline():
    past = tuple(Sample(at=n * BUCKET_S, util=u) for n, u in ((0, 0.0), (1, 50.0), (3, 100.0)))
    values = latest(Track(past), 5, lambda sample: sample.util)
    assert values == [None, 0.0, 50.0, None, 100.0]
    assert spark(values, UNICODE) == " ▁▄ ▇"


def test_a_push_of_the_engine_feeds_the_tracks_and_one_without_the_sweep_does_not():
    state = reduce(
        ViewState(),
        Snapshot(
            seq=1, sweep=sweep(gpu(0, util=10.0)), trials=[], decisions=[], first=True, more=False
        ),
        100.0,
    )
    state = reduce(state, Delta(seq=2, sweep=sweep(gpu(0, util=30.0))), 101.0)
    state = reduce(state, Delta(seq=3, sweep=None), 102.0)
    assert utils(state.tracks["gpu0"]) == [20.0]


def test_the_only_device_goes_by_its_name_and_lists_its_trials():
    (line,) = shown(DeviceView(id="cpu", name="CPU, 2 cores", util=91.4, trials=["t0001", "t0002"]))
    assert "CPU, 2 cores" in line
    assert " 91%  t0001 t0002 " in line
    assert line.rstrip().endswith("2/2 slots")


@pytest.mark.parametrize("width", [80, 120, 200])
def test_several_stand_in_columns_and_what_does_not_fit_is_counted(width: int):
    room = device_room({80: 24, 120: 40, 200: 60}[width])
    lines = shown(*map(gpu, range(8)), width=width, height=room)
    text = "\n".join(lines)
    named = sum(f"GPU{n}" in text for n in range(8))
    assert len(lines) == room
    if width == 80:
        assert text.startswith(" GPU 0 90%  1 91%  2 92%")
        assert "7 97%" in text
    else:
        assert named == 8
    assert ("t0015" in text) is (width == 200)


def test_neighbours_of_which_one_word_is_said_take_one_cell_of_a_narrow_line():
    away = [gpu(n, state="excluded", trials=[]) for n in range(2, 8)]
    (line,) = shown(gpu(0), gpu(1), *away, CPU)
    assert line.startswith(" GPU 0 90%  1 91%  2-7 excl.  CPU 12%")


def test_what_does_not_fit_a_narrow_line_is_counted_by_devices():
    away = [gpu(n, state="excluded" if n % 4 < 2 else "leased") for n in range(40)]
    (line,) = shown(*away, CPU)
    assert line.startswith(" GPU 0-1 excl.  2-3 leased  4-5 excl.")
    assert "+31, d" in line


def test_more_trials_than_fit_are_counted():
    (line,) = shown(gpu(0, trials=[f"t{n:04d}" for n in range(30)]))
    assert "t0000 t0001" in line
    assert "+2" in line


def test_somebody_else_s_use_is_said():
    other = ForeignView(user="bob", command="python", pid=1)
    assert "foreign: bob" in shown(gpu(0, foreign=[other]))[0]
    assert "foreign: carol" in shown(gpu(0, state="foreign: carol", foreign=[other]))[0]


def test_ascii_says_as_much():
    (line,) = shown(gpu(0), ascii=True)
    assert line.isascii()
    assert "90% 38/80G 71C" in line


def test_a_move_that_rounds_to_the_same_number_changes_no_cell():
    assert shown(gpu(0, util=90.2)) == shown(gpu(0, util=89.8, mem_used=38 * GIB + 1000))


def test_memory_is_written_in_the_unit_that_fits():
    assert memory(300 * 2**20) == "300M"
    assert memory(9.12 * GIB) == "9.1G"
    assert memory(38 * GIB, 80 * GIB) == "38/80G"


def test_hostile_names_stay_within_their_cell():
    shown(gpu(0, name="\x1b[31m损失" * 20, state="\x9b" * 5, trials=["\x1b]52;c;AAAA\x07"]))
