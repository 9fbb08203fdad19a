"""Every theme can be read, in as many colours as the terminal has."""

from __future__ import annotations

from itertools import product

import pytest
from rich._palettes import EIGHT_BIT_PALETTE, STANDARD_PALETTE
from rich.color import Color, ColorSystem
from textual.color import Color as Paint

from tui_tuner.options import THEMES
from tui_tuner.theme import PALETTES, PLOTS, Palette, after, themes

TEXT = ("foreground", "dim", "accent", "best", "warning", "error")
GROUNDS = ("background", "panel", "cursor")


def in_256(palette: Palette) -> Palette:
    """Give a palette as Rich writes it on a terminal of 256 colours."""
    colours = (Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT) for colour in palette)
    return Palette(*(EIGHT_BIT_PALETTE[colour.number].hex for colour in colours))


MANY = [
    *(pytest.param(PALETTES[name]["truecolor"], id=name) for name in THEMES),
    *(pytest.param(in_256(PALETTES[name]["256"]), id=f"{name} of 256") for name in THEMES),
]
FEW = [pytest.param(PALETTES[name]["standard"], id=f"{name} of 16") for name in THEMES]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.1."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts_of(colour))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def parts_of(colour: str) -> tuple[float, float, float]:
    red, green, blue = Paint.parse(colour).rgb
    return red / 255, green / 255, blue / 255


@pytest.mark.parametrize("palette", MANY)
def test_text_stands_out_from_whatever_it_stands_on(palette):
    for text, ground in product(TEXT, GROUNDS):
        assert contrast(getattr(palette, text), getattr(palette, ground)) >= 4.5, (text, ground)
    assert contrast(palette.background, palette.warning) >= 4.5


@pytest.mark.parametrize("palette", [*MANY, *FEW])
def test_lines_and_curves_stand_out_from_the_background(palette):
    for drawn in ("faint", "bar", "spark"):
        assert contrast(getattr(palette, drawn), palette.background) >= 3.0, drawn


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("depth", ["truecolor", "256", "standard"])
def test_six_lines_are_told_apart_and_stand_out_from_the_background(name, depth):
    colours, ground = PLOTS[name][depth], PALETTES[name][depth].background
    assert len(set(colours)) == 6
    assert all(contrast(colour, ground) >= 3.0 for colour in colours)


@pytest.mark.parametrize("palette", FEW)
def test_sixteen_colours_are_named_exactly_and_readable(palette):
    assert set(palette) <= {STANDARD_PALETTE[number].hex for number in range(16)}
    for text in TEXT:
        assert contrast(getattr(palette, text), palette.background) >= 4.5, text


def test_the_cursor_is_told_from_the_background_by_more_than_a_shade_in_high_contrast():
    palette = PALETTES["high-contrast"]["truecolor"]
    assert contrast(palette.cursor, palette.background) >= 2.0


def test_themes_come_one_after_the_other():
    assert [after(name) for name in THEMES] == [*THEMES[1:], THEMES[0]]
    assert after("a theme of long ago") == THEMES[0]


def test_every_depth_has_every_theme():
    for depth in ("truecolor", "256", "standard"):
        assert tuple(theme.name for theme in themes(depth)) == THEMES
