"""The devices: how they are used and by whom, from the dashboard's line to the whole screen."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from engine.core.acts import SetSlots, UseGpus
from engine.core.views import DeviceView, ForeignView
from engine.protocol.messages import GetDeviceHistory, GetUsage
from tests.fakes.gpu_box import on_gpus
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
        assert "peak 2.0G" in t.text
        assert "peak 300M" in t.text
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


async def test_one_comes_back_to_the_row_and_the_plots_that_one_left(tui, used):
    async with tui(used, (120, 40)) as t:
        await t.press("d")
        await t.sees("device, and who is on it")
        await t.press("j", "j", "a")
        await t.sees("the plots show the whole sweep")
        assert t.app.screen.targets == ["t0001"]
        await t.press("escape")
        await t.press("d")
        await t.until(lambda: t.app.screen.targets == ["t0001"])
        await t.press("a")
        await t.sees("the plots show the last hour")


async def test_others_and_a_free_device_are_said(tui, source):
    other = ForeignView(user="bob", command="python train.py", pid=77, util=50.0, memory=GIB)
    source.set_sweep(devices=[gpu(0, foreign=[other]), gpu(1)])
    async with tui(source, (120, 40)) as t:
        await t.sees("foreign: bob")
        await t.press("d")
        await t.sees("GPU0  H200")
        assert "python train.py (77)" in t.text
        assert any("GPU1" in line and "free" in line for line in t.lines)
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
        await t.sees("GPU 0  0%  1 10%")
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
    source.change(1, util=44.0, memory=9 * GIB, device="gpu0")
    async with tui(source) as t:
        await t.press("d")
        await t.sees("who is on it")
        heads = next(line for line in t.lines if "who is on it" in line)
        device = next(line for line in t.lines if "38/80G" in line and "GPU0" in line)
        trial = next(line for line in t.lines if "9.0G" in line)
        end = heads.index("memory") + len("memory")
        assert device[:end].endswith("38/80G")
        assert trial[:end].endswith("9.0G")
        use = heads.index("use") + len("use")
        assert device[:use].endswith("%")
        assert trial[:use].endswith("44%")


@pytest.fixture
def box(source):
    return on_gpus(source)


def row_of(t: Any, text: str) -> str:
    return next(line for line in t.lines if text in line)


@pytest.mark.parametrize("size", SIZES)
async def test_a_box_of_gpus_shows_each_with_its_state_and_who_is_on_it(tui, box, size):
    async with tui(box, size) as t:
        await t.press("d")
        await t.sees("who is on it")
        await t.press("G")
        await t.until(lambda: "CPU, 8 cores" in t.text)
        await t.press("g")
        assert "614/700W" in row_of(t, "▸GPU0")
        assert "NVIDIA H100 80GB HBM3" in t.text
        assert "room for 1 more" in t.text
        assert "slowed: power cap" in row_of(t, " GPU1  H100")
        assert "in use by py" in row_of(t, " GPU2  H100")
        assert "left by t0004" in t.text
        assert all(cell_len(line) == size[0] for line in t.lines)


async def test_the_slower_of_two_on_one_gpu_is_told_by_how_much(tui, box):
    async with tui(box, (120, 40)) as t:
        await t.press("d")
        await t.sees("who is on it")
        slow = next(line for line in t.lines if "t0002" in line)
        assert "x t0001's" in slow
        assert "cpu 98%" in slow
        assert "x t00" not in next(line for line in t.lines if "  t0001 " in line)


async def test_who_has_just_begun_has_no_pace_to_be_compared_by(tui, box):
    box.change(1, step=1)
    async with tui(box, (120, 40)) as t:
        await t.press("d")
        await t.sees("who is on it")
        assert "s/epoch" not in next(line for line in t.lines if "  t0001 " in line)
        assert "x t0001's" not in next(line for line in t.lines if "  t0002 " in line)


@pytest.mark.parametrize(("size", "told"), [((120, 40), ", 2 GPUs"), ((80, 24), ", x2")])
async def test_a_trial_on_several_gpus_says_on_how_many_its_numbers_are(tui, box, size, told):
    box.change(1, gpus=2.0, device="gpu0 gpu2")
    async with tui(box, size) as t:
        await t.press("d")
        await t.sees("who is on it")
        assert told in next(line for line in t.lines if "  t0001 " in line)


async def test_the_plots_begin_with_what_the_store_has(tui, box):
    async with tui(box, (120, 40)) as t:
        await t.press("d")
        await t.until(lambda: any("since " in line and "since you" not in line for line in t.lines))
        asked = [a for c in t.connections for a in c.asked if isinstance(a, GetDeviceHistory)]
        assert [one.device for one in asked] == ["gpu0"]
        await t.press("a")
        await t.sees("the whole sweep")
        await t.press("m")
        await t.until(lambda: t.lines[1].startswith(" memory, GiB"))


async def test_what_the_driver_does_not_tell_shows_a_dash_and_why(tui, box):
    async with tui(box, (120, 40)) as t:
        await t.press("d", "G", "k")
        await t.until(lambda: "▸GPU7" in t.text)
        assert "- power, power limit: unsupported" in t.text
        assert "      -   345MHz  idle" in row_of(t, "▸GPU7")


async def test_a_gpu_is_excluded_and_included_by_key(tui, box):
    async with tui(box, (120, 40)) as t:
        await t.press("d")
        await t.sees("X exclude")
        await t.press("X")
        await t.sees("its trials leave at their next epoch")
        await t.press("down", "enter")
        await t.until(lambda: box.acts)
        assert box.acts[0][0] == UseGpus(gpus=("gpu0",), use="exclude", how="now")
        await t.until(lambda: "excluded" in row_of(t, "▸GPU0"))
        await t.press("I")
        await t.sees("Include gpu0")
        await t.press("enter")
        await t.until(lambda: len(box.acts) == 2)
        assert box.acts[1][0] == UseGpus(gpus=("gpu0",), use="include")


async def test_marked_gpus_are_closed_together(tui, box):
    async with tui(box, (120, 40)) as t:
        await t.press("d", "space", "j", "j", "j", "space")
        await t.sees("2 marked")
        await t.press("Q")
        await t.sees("Quarantine gpu0, gpu1")
        await t.press("enter")
        await t.until(lambda: box.acts)
        assert box.acts[0][0] == UseGpus(gpus=("gpu0", "gpu1"), use="quarantine", how="now")
        await t.until(lambda: "2 marked" not in t.text)
        await t.press("space", "escape")
        await t.until(lambda: "1 marked" not in t.text)
        assert "who is on it" in t.text


async def test_the_cpu_is_no_gpu_to_exclude(tui, box):
    async with tui(box, (120, 40)) as t:
        await t.press("d", "G")
        await t.until(lambda: "▸CPU" in t.text)
        assert "X exclude" not in t.text
        await t.press("X")
        await t.sees("this is no GPU")
        assert "cores ▇" in t.text


async def test_a_trial_is_pruned_from_where_it_is_seen_to_be_slow(tui, box):
    async with tui(box, (120, 40)) as t:
        await t.press("d", "j", "j")
        await t.until(lambda: "K prune" in t.text)
        await t.press("K")
        await t.sees("Prune 1 trial")
        await t.press("enter")
        await t.until(lambda: box.acts)
        assert box.acts[0][0].trials == (2,)


async def test_w_offers_as_many_slots_as_the_gpus_have_room_for(tui, box):
    async with tui(box, (120, 40)) as t:
        await t.press("W")
        await t.sees("auto: as many as the GPUs have room for")
        await t.press("down", "enter")
        await t.until(lambda: box.acts)
        assert box.acts[0][0] == SetSlots(count=None)


async def test_auto_can_be_typed_for_the_slots(tui, box):
    async with tui(box, (120, 40)) as t:
        await t.press("W")
        await t.sees("now 3, or auto")
        await t.press(*"auto")
        await t.sees("Run as many at once as the GPUs have room for")
        await t.press("enter")
        await t.until(lambda: box.acts)
        assert box.acts[0][0] == SetSlots(count=None)


async def test_w_says_that_the_slots_follow_the_gpus(tui, box):
    box.set_sweep(auto_slots=True)
    async with tui(box, (120, 40)) as t:
        await t.press("W")
        await t.sees("Keep 3 at once")
        assert "now 3 by auto" in t.text


async def test_without_gpus_slots_are_a_number_and_no_more(tui, used):
    async with tui(used, (120, 40)) as t:
        await t.press("W")
        await t.sees("now 2")
        assert "auto" not in t.text


async def test_the_trial_s_screen_draws_what_it_used(tui, box):
    async with tui(box, (120, 40)) as t:
        await t.press("d", "j", "enter")
        await t.sees("% on average")
        assert "9.0G of 80.0G, peak 10.0G" in t.text
        asked = [a for c in t.connections for a in c.asked if isinstance(a, GetUsage)]
        assert {one.trial for one in asked} == {1}


async def test_an_idle_gpu_is_asked_about_on_every_screen(tui, box):
    async with tui(box, (120, 40)) as t:
        await t.press("d", "j", "j", "enter")
        await t.sees("gpu0 4 % busy: input-bound?")
        await t.press("escape", "escape", "i")
        await t.sees("t0002: gpu0 4 % busy: input-bound? its CPU share is 98 % busy")
