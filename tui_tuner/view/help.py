"""Every key as lines, place by place: in two or three columns where there is room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui_tuner.actions import (
    ACTIONS,
    ALL,
    BY_ID,
    COMPARE,
    DEVICES,
    FILTER,
    HISTORY,
    INSIGHT,
    LOG,
    MAIN,
    MOVES,
    PANE,
    RANGES,
    SPACE,
    SWEEPS,
    TABLE,
    TRIAL,
    Action,
)
from tui_tuner.keymap import DEFAULT_KEYMAP, Keymap

from .line import Line, crop, fit, width_of, wrap

_LEAST_COLUMN = 52
_GAP = 3
_NOTE = "Lowercase looks, capital acts; a capital asks before it does anything."
_ARROWS = {"↓": "Down", "↑": "Up", "←": "Left", "→": "Right"}

NAMES = {
    TABLE: "at the table and its pane",
    PANE: "at the table and its pane",
    FILTER: "while a filter is written",
    TRIAL: "at a trial",
    COMPARE: "in a comparison",
    LOG: "in the log",
    SPACE: "in the space",
    RANGES: "in the range editor",
    INSIGHT: "in the insight",
    HISTORY: "in the history",
    DEVICES: "at the devices",
    SWEEPS: "among the sweeps",
}
"""Every place of the registry, in the order of the help."""

Section = tuple[str, list[tuple[str, str]]]


def help_lines(
    width: int, *, ascii_only: bool, place: str = TABLE, keymap: Keymap = DEFAULT_KEYMAP
) -> list[Line]:
    """Write the keys in lines of exactly `width` cells, those of `place` first."""
    note = [crop(((_NOTE, "dim"),), width), crop((), width)]
    told = [
        (title, [(_shown(key, ascii_only), text) for key, text in entries])
        for title, entries in sections(place, keymap)
    ]
    count = max(1, min(3, (width + _GAP) // (_LEAST_COLUMN + _GAP)))
    each = (width - _GAP * (count - 1)) // count
    blocks = [_block(section, each) for section in told]
    return [*note, *_side_by_side(_shared_out(blocks, count), each, width)]


def sections(place: str, keymap: Keymap = DEFAULT_KEYMAP) -> list[Section]:
    """Give the keys of every place: first where one is, then what acts, then the other places.

    An action stands in the first section that has it.
    """
    told: set[str] = set(MOVES)
    here = {place} | (MAIN if place in MAIN else set())
    found = [_section(NAMES.get(place, place), _only(here), keymap, told)]
    acts = [action for action in ACTIONS if action.acts]
    found.append(_section("act on the trials, or on the sweep", acts, keymap, told))
    for other, title in NAMES.items():
        where = MAIN if other in MAIN else {other}
        found.append(_section(title, _only(where), keymap, told))
    moves = (" ".join(keymap.shown(BY_ID[name]).split()[0] for name in MOVES), "move; arrows too")
    title, entries = _section("everywhere", _everywhere(), keymap, told)
    return [*(section for section in found if section[1]), (title, [moves, *entries])]


def _only(where: Iterable[str]) -> list[Action]:
    """The actions of some places that neither act nor work everywhere."""
    places = set(where)
    return [
        action
        for action in ACTIONS
        if action.where & places and not action.acts and not action.where >= ALL
    ]


def _everywhere() -> list[Action]:
    return [action for action in ACTIONS if action.where >= ALL and not action.acts]


def _section(title: str, actions: Sequence[Action], keymap: Keymap, told: set[str]) -> Section:
    fresh = [action for action in actions if action.id not in told]
    told.update(action.id for action in fresh)
    return title, [(keymap.shown(a), a.help) for a in fresh if not _told_before(a, keymap)]


def _told_before(action: Action, keymap: Keymap) -> bool:
    """Whether it is the other half of a pair whose keys are told together: '←→'."""
    return not (action.palette or action.shown or action.id in keymap.chosen)


def _shown(key: str, ascii_only: bool) -> str:
    if ascii_only and any(arrow in key for arrow in _ARROWS):
        words = [_ARROWS.get(char, char) for char in key]
        return "".join(f" {word}" if len(word) > 1 else word for word in words).strip()
    return key


def _block(section: Section, width: int) -> list[Line]:
    """Write a section, its title first."""
    title, entries = section
    lines = [crop(((title, "accent"),), width)]
    keys = max((width_of(key) for key, _ in entries if width_of(key) < 12), default=4)
    for key, text in entries:
        lines += _entry(fit(key, keys) if width_of(key) <= keys else key, text, width)
    return lines


def _entry(key: str, text: str, width: int) -> list[Line]:
    indent = width_of(key) + 4
    texts = wrap(text, max(8, width - indent), 3)
    keys = [f"  {key}  ", *[" " * indent] * len(texts)]
    return [
        crop(((shown, "key"), (part, "")), width) for shown, part in zip(keys, texts, strict=False)
    ]


def _shared_out(blocks: Sequence[list[Line]], count: int) -> list[list[Line]]:
    """Fill columns with sections, in their order, so that the highest is as low as can be."""
    height = max((len(block) for block in blocks), default=0)
    while (columns := _filled(blocks, height)) and len(columns) > count:
        height += 1
    return columns


def _filled(blocks: Sequence[list[Line]], height: int) -> list[list[Line]]:
    columns: list[list[Line]] = []
    for block in blocks:
        if columns and len(columns[-1]) + 1 + len(block) <= height:
            columns[-1] += [(), *block]
        else:
            columns.append([*block])
    return columns


def _side_by_side(columns: Sequence[list[Line]], each: int, width: int) -> list[Line]:
    rows: list[Line] = []
    for y in range(max((len(column) for column in columns), default=0)):
        runs: list[tuple[str, str]] = []
        for place, column in enumerate(columns):
            runs += [(" " * _GAP, "")] if place else []
            runs += crop(column[y] if y < len(column) else (), each)
        rows.append(crop(runs, width))
    return rows
