"""What a person has chosen about the app, remembered from one sweep to the next.

A file that cannot be read is said so and never lost: what is not understood stays in it, and a
file that is no JSON at all is put aside before another is written.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from engine.text import clean

_NAME = "preferences.json"
_MOST_BYTES = 1_000_000

Complain = Callable[[str], object]


class Preferences(Struct, frozen=True, kw_only=True):
    """The choices that last. Fields may be added, each with a default."""

    theme: str = ""
    """Empty: the app's own choice."""
    bell: bool = True
    columns: tuple[str, ...] = ()
    """The table's columns in the order chosen, parameters by their names; empty: as they fit."""
    hidden: tuple[str, ...] = ()
    """Columns left out; those in neither list, such as another sweep's parameters, are shown."""
    sort: str = "state"
    """The column the table is sorted by; a sweep without it is sorted by the state."""
    reverse: bool = False


def config_dir() -> Path:
    """Name the folder of this user's settings.

    TUI_TUNER_CONFIG_DIR, or tui-tuner under XDG_CONFIG_HOME, or ~/.config/tui-tuner.
    """
    chosen = os.environ.get("TUI_TUNER_CONFIG_DIR")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CONFIG_HOME", "")
    home = Path(base) if os.path.isabs(base) else Path(os.path.expanduser("~")) / ".config"
    return home / "tui-tuner"


def load(complain: Complain = str) -> Preferences:
    """Read what was chosen; what cannot be read is told to `complain`, and its default taken."""
    found = _read(complain)
    chosen: dict[str, Any] = {}
    for name, kind in _kinds().items():
        if name in found:
            try:
                chosen[name] = msgspec.convert(found[name], kind)
            except msgspec.ValidationError:
                complain(f"{_shown()}: {name} is not understood, and left as it is")
    return Preferences(**chosen)


def save(preferences: Preferences, complain: Complain = str) -> None:
    """Write what is chosen, and keep whatever else the file says; a failure goes to `complain`."""
    path = config_dir() / _NAME
    broken: list[str] = []
    found = _read(broken.append)
    known = load()
    for name in _kinds():
        value = getattr(preferences, name)
        if value != getattr(known, name):
            found[name] = value
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if broken:
            os.replace(path, path.with_name(f"{_NAME}.broken"))
        _replace(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n", path)
    except OSError as error:
        complain(f"cannot write {_shown()}: {error.strerror}")


def _kinds() -> Mapping[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(Preferences)}


def _read(complain: Complain) -> dict[str, Any]:
    try:
        with (config_dir() / _NAME).open("rb") as file:
            return msgspec.json.decode(file.read(_MOST_BYTES), type=dict[str, Any])
    except FileNotFoundError:
        return {}
    except OSError as error:
        complain(f"cannot read {_shown()}: {error.strerror}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        complain(f"{_shown()} cannot be understood: going on without it")
    return {}


def _replace(data: bytes, path: Path) -> None:
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise


def _shown() -> str:
    return clean(str(config_dir() / _NAME))
