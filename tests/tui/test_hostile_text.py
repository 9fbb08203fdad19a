"""Text from scripts and strangers is shown, never obeyed, and never breaks a column."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.fakes.fake_source import FakeSource

HOSTILE = {
    "escape": "\x1b[31mred\x1b[0m",
    "clipboard": "\x1b]52;c;AAAA\x07",
    "c1": "\x9b31m\x85",
    "bidi": "abc\u202edef\u2066",
    "markup": "loss [/b] [link=x]",
    "wide": "损失函数" * 5,
    "combining": "e\u0301\u0300\u0302" * 10,
    "zero width": "a\u200bb\u200dc\ufeff",
    "emoji": "👩‍🔬🔥",
    "newlines": "a\nb\r\nc\td",
    "surrogate": "x\ud800y",
    "long": "n" * 10_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_hostile_text_everywhere_leaves_every_line_whole(tui, tmp_path, text, size):
    sweep = FakeSource(tmp_path, name=text, metric=text)
    for n in range(3):
        sweep.propose({text: f"{text}{n}", "lr": 0.1 * n}, origin=text)
    sweep.start(1)
    sweep.report(1, 1, 0.5, **{text + "2": 1.0})
    sweep.report(1, 2, float("nan"))
    sweep.start(2)
    sweep.end(2, "failed", reason=text, failure=text)
    sweep.set_sweep(warnings=[text], sentence=text)
    sweep.decide(text, text, 1, who=text)
    async with tui(sweep, size) as t:
        for keys in ((), ("enter",), ("escape", "K")):
            await t.press(*keys)
            for line in t.lines:
                assert cell_len(line) == size[0]
                assert line.isprintable(), repr(line)
