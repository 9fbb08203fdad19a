"""The devices: how they are used and by whom, from the dashboard's line to the whole screen."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from engine.core.views import DeviceView, ForeignView
from tests.tui.test_dashboard import SIZES

GIB = 2**30


def cpu(**fields: Any) -> DeviceView:
    known: dict[str, Any] = {
        "id": "cpu",
        "name": "CPU, 2 cores",
        "util": 91.0,
        "mem_used": 3 * GIB,
        "mem_total": 8 * GIB,
        "trials": ["t0001", "t0002"],
        "cores": 2,
        "load": 4.2,
    }
    return DeviceView(**known | fields)


def gpu(n: int, **fields: Any) -> DeviceView:
    return DeviceView(id=f"gpu{n}", name="NVIDIA H200", util=10.0 * n, **fields)


@pytest.fixture
def used(source):
    """The CPU with two trials on it: t0002 uses more than t0001."""
    source.set_sweep(devices=[cpu()])
    source.change(1, util=12.0, peak_memory=300 * 2**20)
    source.change(2, util=88.0, peak_memory=2 * GIB)
    return source


async def look_on(source: Any, t: Any, seconds: int = 30) -> None:
    """Let the engine push the devices' use for a while."""
    for n in range(seconds):
        source.now += 1
        source.set_sweep(devices=[cpu(util=float(n))])
        await t.until(lambda n=n: t.app.view.sweep.devices[0].util == n)


def names(t: Any) -> list[str]:
    return [line[3:8] for line in t.lines if line[3:8] in ("t0001", "t0002")]


@pytest.mark.parametrize("size", SIZES)
async def test_d_shows_the_devices_and_the_trials_on_them_by_use(tui, used, size):
    async with tui(used, size) as t:
        await t.press("d")
        await t.sees("device, and who is on it")
        assert "CPU, 2 cores" in t.text
        assert "load 4.2" in t.text
        assert names(t) == ["t0002", "t0001"]
        assert "memory, peak" in t.text
        assert "2.0G" in t.text
        assert "300M" in t.text
        assert all(cell_len(line) == size[0] for line in t.lines)
        await t.press("escape")
        assert t.ids


async def test_the_plots_say_what_they_wait_for_and_then_show_it(tui, used):
    async with tui(used, (120, 40)) as t:
        await t.press("d")
        await t.sees("it is drawn as you look on")
        await look_on(used, t)
        await t.until(lambda: "it is drawn as you look on" not in t.text)
        assert "utilisation, %" in t.text
        assert "memory, GiB" in t.text


async def test_enter_opens_the_trial_that_the_cursor_is_on(tui, used):
    async with tui(used, (120, 40)) as t:
        await t.press("d")
        await t.sees("device, and who is on it")
        await t.press("enter")
        await t.sees("go down to one of its trials")
        await t.press("j", "enter")
        await t.until(lambda: "device, and who is on it" not in t.text)
        assert "t0002" in t.text
        await t.press("escape")
        await t.sees("device, and who is on it")


async def test_the_cursor_stays_on_its_trial_when_the_order_changes(tui, used):
    async with tui(used, (120, 40)) as t:
        await t.press("d", "j")
        await t.until(lambda: any("▸" in line and "t0002" in line for line in t.lines))
        used.change(1, util=99.0)
        await t.until(lambda: names(t) == ["t0001", "t0002"])
        assert any("▸" in line and "t0002" in line for line in t.lines)


async def test_others_and_a_free_device_are_said(tui, source):
    other = ForeignView(user="bob", command="python train.py", pid=77, util=50.0, memory=GIB)
    source.set_sweep(devices=[gpu(0, foreign=[other]), gpu(1)])
    async with tui(source, (120, 40)) as t:
        await t.sees("foreign: bob")
        await t.press("d")
        await t.sees("GPU0  NVIDIA H200")
        assert "python train.py (77)" in t.text
        assert "no trial runs on it now" in t.text
        await t.press("G")
        await t.until(lambda: any("▸" in line and "GPU1" in line for line in t.lines))
        await t.press("g")
        await t.until(lambda: any("▸" in line and "GPU0" in line for line in t.lines))


async def test_a_sweep_at_rest_says_that_nobody_looks(tui, source):
    source.live = False
    source.set_sweep(engine=source.status().engine.__class__(pid=None, alive=False), state="dead")
    async with tui(source) as t:
        await t.press("d")
        await t.sees("no engine runs for this sweep")


async def test_what_does_not_fit_on_the_dashboard_is_counted_and_said_where(tui, source):
    source.set_sweep(devices=[gpu(n) for n in range(8)])
    async with tui(source, (80, 24)) as t:
        await t.sees("more, d")
        await t.pilot.resize_terminal(200, 60)
        await t.sees("GPU7")
        assert "more, d" not in t.text


@pytest.mark.parametrize("size", [(40, 10), (200, 60)])
async def test_hostile_names_break_no_line(tui, source, size):
    bad = "\x1b[31m损失[/b]\u202e" * 9
    other = ForeignView(user=bad, command=bad, pid=77)
    source.set_sweep(devices=[gpu(0, foreign=[other], state=bad), cpu(name=bad, trials=[bad])])
    async with tui(source, size) as t:
        for keys in ((), ("d",), ("G",)):
            await t.press(*keys)
            assert all(cell_len(line) == size[0] and line.isprintable() for line in t.lines)


async def test_ascii_is_all_that_an_ascii_terminal_gets(tui, used):
    async with tui(used, (120, 40), ascii=True) as t:
        await look_on(used, t)
        await t.press("d")
        await t.sees("device, and who is on it")
        assert t.text.isascii()


async def test_numbers_of_a_device_and_of_its_trials_end_in_the_same_columns(tui, source):
    source.set_sweep(devices=[gpu(0, trials=["t0001"], mem_used=38 * GIB, mem_total=80 * GIB)])
    source.change(1, util=44.0, peak_memory=9 * GIB, device="gpu0")
    async with tui(source) as t:
        await t.press("d")
        await t.sees("memory, peak")
        heads = next(line for line in t.lines if "memory, peak" in line)
        device = next(line for line in t.lines if "38/80G" in line and "GPU0" in line)
        trial = next(line for line in t.lines if "9.0G" in line)
        end = heads.index("memory, peak") + len("memory, peak")
        assert device[:end].endswith("38/80G")
        assert trial[:end].endswith("9.0G")
        use = heads.index("use") + len("use")
        assert device[:use].endswith("%")
        assert trial[:use].endswith("44%")
