"""The lines of the form for a configuration."""

from __future__ import annotations

from .change import Form
from .change_field import Field, limits_text
from .glyphs import Glyphs
from .line import Line, Run, crop, fit, plain, width_of, with_role
from .ranges import same, spelled

_MOST_NAME = 24
_MOST_VALUE = 14


def form_lines(form: Form, origin: str, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Draw a line a parameter that applies now; the cursor's stays in view."""
    visible = form.visible
    at = min(form.at, len(visible) - 1)
    top = max(0, min(at - height // 2, len(visible) - height))
    name = min(_MOST_NAME, max([4, *(width_of(plain(f.name)) for f in visible)]))
    shown = list(enumerate(visible))[top : top + height]
    lines: list[Line] = []
    for n, field in shown:
        line = crop(_row(field, n == form.at, origin, name, glyphs), width)
        lines.append(with_role(line, "cursor") if n == form.at else line)
    return [*lines, *([crop((), width)] * (height - len(lines)))]


def _row(field: Field, here: bool, origin: str, name: int, glyphs: Glyphs) -> list[Run]:
    runs: list[Run] = [
        (glyphs.cursor if here else " ", "accent"),
        (" ", ""),
        (fit(plain(field.name), name), "bold" if here else ""),
        ("  ", ""),
        *_value(field, here),
        ("  ", ""),
        *_beside(field, origin, glyphs),
    ]
    return runs


def _value(field: Field, here: bool) -> list[Run]:
    text = plain(field.shown)
    typing = here and field.text is not None
    role = "error" if field.error else "accent bold" if field.changed else ""
    role = "dim" if not field.open else role
    shown = fit(f"{text}_" if typing else text, _MOST_VALUE)
    return [(shown, role)]


def _beside(field: Field, origin: str, glyphs: Glyphs) -> list[Run]:
    """What stands beside the value: what is wrong with it, what it was, what it can be."""
    if field.error:
        return [(plain(field.error, 200), "error")]
    runs: list[Run] = []
    if field.choices is not None and field.open:
        runs += _choices(field)
    else:
        runs.append((plain(limits_text(field.parameter, glyphs.ellipsis)), "dim"))
    if field.changed and field.open:
        was = f"{spelled(field.source)} in {origin}" if field.has_source else f"not in {origin}"
        runs.append((f"   {plain(was)}" if origin else "", "faint"))
    return runs


def _choices(field: Field) -> list[Run]:
    choices = field.choices or ()
    numbered = not any(spelled(value)[:1].isdigit() for value in choices)
    runs: list[Run] = []
    for number, value in enumerate(choices, 1):
        if numbered:
            runs.append((f"{number} ", "faint"))
        taken = same(value, field.value)
        runs.append((f"{plain(spelled(value))}  ", "accent" if taken else "dim"))
    return runs
