"""Names of keys: as people write them, and as Textual does."""

from __future__ import annotations

import string
import unicodedata

from textual.keys import KEY_NAME_REPLACEMENTS, Keys

_MODIFIERS = ("ctrl", "shift", "alt")
_OTHER_NAMES = {"esc": "escape", "return": "enter", "pgdn": "pagedown", "pgup": "pageup"}
_WORDS = {
    "escape": "Esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
_PUNCTUATION = {
    char: KEY_NAME_REPLACEMENTS.get(name, name)
    for char in (" ", *string.punctuation)
    for name in [unicodedata.name(char).lower().replace("-", "_").replace(" ", "_")]
}
_CHARACTERS = {name: char for char, name in _PUNCTUATION.items()}
_NAMED = {key.value for key in Keys if key.value.isalnum() and len(key.value) > 1} | {*_CHARACTERS}


def key_name(text: str) -> str | None:
    """Give a key as Textual names it: '/' and 'slash' are one; None where there is no such key."""
    if len(text) == 1:
        return text if text.isalnum() else _PUNCTUATION.get(text)
    *modifiers, base = text.strip().lower().replace("-", "+").split("+")
    base = _OTHER_NAMES.get(base, base)
    letter = len(base) == 1 and base.isalnum() and "ctrl" in modifiers
    if not set(modifiers) <= set(_MODIFIERS) or not (letter or base in _NAMED):
        return None
    return "+".join((*sorted(modifiers), base))


def character(key: str) -> str:
    """Give what a key types, if anything."""
    return key if len(key) == 1 else _CHARACTERS.get(key, "")


def written(key: str) -> str:
    """Write a key as people do: Ctrl-P, PgDn, /."""
    *modifiers, base = key.split("+")
    shown = _WORDS.get(base) or character(base).strip() or base.capitalize()
    if modifiers and len(shown) == 1:
        shown = shown.upper()
    return "-".join((*(word.capitalize() for word in modifiers), shown))
