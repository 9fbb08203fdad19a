"""Keys that a person prefers to those of the registry: what the file of keys says, judged.

The file maps an action's id to its keys: `sort: o`, `filter: "/, f3"`. An entry that cannot be
taken is told in a line and leaves its action as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from engine.text import clean
from tui_tuner.actions import ACTIONS, BY_ID, FILTER, RANGES, Action
from tui_tuner.keys.editor import TYPED
from tui_tuner.keys.spelling import character, key_name, written
from tui_tuner.preferences import config_dir

FILES = ("keys.yaml", "keys.yml", "keys.json")
_MOST_BYTES = 1_000_000
_LONGEST = 60


class Keymap(Struct, frozen=True):
    """Which keys some actions have instead of their own, as Textual names them."""

    chosen: Mapping[str, tuple[str, ...]] = {}

    def keys(self, action: Action) -> tuple[str, ...]:
        """Give the keys of an action."""
        return self.chosen.get(action.id) or tuple(action.keys.split(","))

    def shown(self, action: Action) -> str:
        """Give the key of an action as people write it."""
        chosen = self.chosen.get(action.id)
        return written(chosen[0]) if chosen else action.key

    def for_textual(self) -> dict[str, str]:
        """Give the whole of what Textual is to rebind.

        It drops all else that lies on a key it takes or gives, in whatever place, so those
        actions are told to it with the keys they have.
        """
        touched = {key for id in self.chosen for key in (*self.chosen[id], *_own(BY_ID[id]))}
        concerned = [a for a in ACTIONS if a.id in self.chosen or touched & set(_own(a))]
        return {action.id: ",".join(self.keys(action)) for action in concerned}


DEFAULT_KEYMAP = Keymap()
_in_use = [DEFAULT_KEYMAP]


def use(keymap: Keymap) -> None:
    """Have the texts that name keys name those of this keymap from now on."""
    _in_use[:] = [keymap]


def key_of(action: str) -> str:
    """Give the key of an action, by its id, as the person who uses the app would write it."""
    return _in_use[0].shown(BY_ID[action])


def has_keymap() -> bool:
    """Whether this person has a file of keys."""
    return _file() is not None


def _file() -> Path | None:
    return next((path for name in FILES if (path := config_dir() / name).is_file()), None)


def read_keymap() -> tuple[Keymap, list[str]]:
    """Read the file of keys, if there is one, and give what is wrong with it, a line each."""
    path = _file()
    if path is None:
        return DEFAULT_KEYMAP, []
    try:
        wanted = _parsed(path)
    except (OSError, ValueError, RecursionError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or "it cannot be understood"
        return DEFAULT_KEYMAP, [f"{clean(str(path))}: {why}; the usual keys hold"]
    return judged(wanted, path.name)


def judged(wanted: Mapping[Any, Any], where: str = FILES[0]) -> tuple[Keymap, list[str]]:
    """Take what can be taken, and give a line for each entry that cannot."""
    chosen: dict[str, tuple[str, ...]] = {}
    faults: list[str] = []
    for id, value in wanted.items():
        name = clean(str(id), limit=_LONGEST)
        keys, fault = _keys_of(str(id), value)
        if fault:
            faults.append(f"{where}: {name}: {fault}")
        else:
            chosen[str(id)] = keys
    return _without_conflicts(chosen, faults, where)


def _keys_of(id: str, value: Any) -> tuple[tuple[str, ...], str]:
    if id not in BY_ID:
        near = get_close_matches(id, BY_ID, 1)
        return (), "no such action" + (f"; did you mean {near[0]}" if near else "")
    texts = value if isinstance(value, list) else _split(str(value))
    keys = []
    for text in texts:
        key = key_name(str(text))
        if key is None:
            return (), f"no such key: {clean(str(text), limit=_LONGEST)}"
        if fault := _unfit(BY_ID[id], key):
            return (), fault
        keys.append(key)
    return tuple(dict.fromkeys(keys)), "" if keys else "no key is given"


def _split(text: str) -> list[str]:
    return [text] if len(text) == 1 else [part.strip() for part in text.split(",") if part.strip()]


def _unfit(action: Action, key: str) -> str:
    """Say why an action cannot have a key; nothing where it can."""
    char = character(key)
    if key in _own(action):
        return ""
    if action.acts and char.islower():
        return f"{char} is lowercase, and acts are capitals"
    if not action.acts and char.isupper():
        return f"{char} is a capital, and capitals act"
    if FILTER in action.where and char:
        return f"{char} could not be typed into the filter any more"
    if RANGES in action.where and char and char in TYPED:
        return f"{char} begins a number in the range editor"
    return ""


def _without_conflicts(
    chosen: dict[str, tuple[str, ...]], faults: list[str], where: str
) -> tuple[Keymap, list[str]]:
    """Let go of an entry whose key another action of the same place has, until none is left."""
    while True:
        conflict = _conflict(chosen)
        if conflict is None:
            return Keymap(chosen), faults
        id, other, key = conflict
        del chosen[id]
        faults.append(f"{where}: {id}: {written(key)} is the key of {other} in the same place")


def _conflict(chosen: Mapping[str, tuple[str, ...]]) -> tuple[str, str, str] | None:
    taken: dict[tuple[str, str], str] = {}
    rebound = [BY_ID[id] for id in chosen]
    others = [action for action in ACTIONS if action.id not in chosen]
    for action in (*others, *rebound):
        for key in chosen.get(action.id) or _own(action):
            for place in action.where:
                other = taken.setdefault((place, key), action.id)
                if other != action.id:
                    return action.id, other, key
    return None


def _own(action: Action) -> tuple[str, ...]:
    return tuple(action.keys.split(","))


def _parsed(path: Path) -> Mapping[Any, Any]:
    """Read a mapping. Raises OSError and ValueError."""
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES)
    found = msgspec.json.decode(data) if path.suffix == ".json" else _of_yaml(data)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise ValueError("no mapping")
    return found


def _of_yaml(data: bytes) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(data.decode())
    except YAMLError as error:
        raise ValueError(str(error)) from None


def all_keys(keymap: Keymap, action: Action) -> str:
    """Write every key of an action."""
    return " ".join(written(key) for key in keymap.keys(action))


def listing(actions: Iterable[Action], keymap: Keymap) -> list[dict[str, Any]]:
    """Give the registry as plain data, for scripts and for whoever writes the file of keys."""
    return [
        {
            "action": action.id,
            "keys": list(keymap.keys(action)),
            "written": all_keys(keymap, action),
            "help": action.help,
            "places": sorted(action.where),
            "acts": action.acts,
        }
        for action in actions
    ]
