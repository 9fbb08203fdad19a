"""News are told in a line until the next key, and ring once; parameters are copied."""

from __future__ import annotations

import pytest

from tests.fakes.fake_source import FakeSource
from tui_tuner.app import TunerApp
from tui_tuner.preferences import load


@pytest.fixture
def rung(monkeypatch):
    """How often the terminal's bell was rung."""
    bells = []
    monkeypatch.setattr(TunerApp, "bell", lambda app: bells.append(1))
    return bells


async def test_a_new_best_is_told_until_the_next_key_and_rings_once(tui, source, rung):
    async with tui(source) as t:
        assert "better" not in t.text
        source.report(1, 3, 0.99)
        await t.sees("★ new best 0.9900 by t0001, 0.0024 better")
        assert len(rung) == 1
        source.report(1, 4, 0.995)
        await t.sees("0.9950")
        assert "new best" in t.text
        await t.press("j")
        await t.until(lambda: "new best" not in t.text)
        assert len(rung) == 1


async def test_b_turns_the_bell_off_and_on_and_it_is_remembered(tui, source, rung):
    async with tui(source) as t:
        await t.press("b")
        await t.sees("the bell is off")
        assert load().bell is False
        source.report(1, 3, 0.99)
        await t.sees("new best")
        assert rung == []
        await t.press("b")
        await t.sees("the bell rings for news")
        assert load().bell is True


async def test_a_failure_is_told_where_the_person_is(tui, source, rung):
    async with tui(source) as t:
        await t.press("h")
        await t.sees("history")
        source.end(1, "failed", failure="oom", reason="out of memory")
        await t.sees("✗ t0001 failed: oom, out of memory")
        await t.press("escape")
        await t.until(lambda: "t0001 failed" not in t.text)
        assert rung == []


async def test_ones_own_acts_ring_nothing(tui, source, rung):
    async with tui(source) as t:
        await t.press("S")
        await t.sees("Enter")
        await t.press("enter")
        await t.until(lambda: source.acts)
        source.decide("stop", "stopped", who="ada@pts/1")
        source.set_sweep(state="stopped", sentence="stopped by ada")
        await t.sees("stopped by ada")
        assert rung == []


async def test_what_ended_while_the_link_was_down_is_told_after_it(tui, source, rung):
    async with tui(source) as t:
        t.reachable = False
        t.connections[-1].lose()
        await t.sees("no answer from the engine")
        source.report(2, 3, 0.999)
        source.end(1, "failed", failure="error")
        t.reachable = True
        await t.sees("meanwhile 1 trial ended, 1 of them failed; new best 0.9990 by t0002")
        assert rung == []


async def test_p_copies_the_parameters_and_again_the_flags(tui, source, tmp_path):
    async with tui(source, (160, 30)) as t:
        await t.press("p")
        await t.sees("3 parameters copied as YAML")
        name = t.table.cursor
        params = source.trial(int(name[1:])).params
        assert t.app.clipboard == (tmp_path / "copied.yaml").read_text()
        assert t.app.clipboard.startswith("lr: ")
        assert f"also in {tmp_path.name}/copied.yaml" in t.text
        await t.press("p")
        await t.sees("3 parameters copied as flags")
        assert t.app.clipboard == (f"--lr={params['lr']} --width={params['width']} --dropout=0.5")
        assert (tmp_path / "copied.txt").read_text() == t.app.clipboard
        await t.press("j", "p")
        await t.sees("copied as YAML")
        assert (tmp_path / "copied.yaml").read_text() == t.app.clipboard


async def test_who_only_looks_leaves_no_file_in_the_sweep(tui, source, tmp_path, monkeypatch):
    home = tmp_path / "state"
    home.mkdir()
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(home))
    async with tui(source, (160, 30), read_only=True) as t:
        await t.press("p")
        await t.sees("copied as YAML")
    assert (home / "copied.yaml").exists()
    assert not (tmp_path / "copied.yaml").exists()


async def test_a_folder_that_takes_no_file_costs_no_copy(tui, source, tmp_path, monkeypatch):
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "gone"))
    source.set_sweep(dir=str(tmp_path / "gone too"))
    async with tui(source, (160, 30)) as t:
        await t.press("p")
        await t.sees("copied as YAML")
        assert "also in" not in t.text
        assert t.app.clipboard


async def test_without_trials_p_says_so(tui, tmp_path):
    async with tui(FakeSource(tmp_path)) as t:
        await t.press("p")
        await t.sees("no trial whose parameters could be copied")
