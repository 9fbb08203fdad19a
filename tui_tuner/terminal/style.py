"""What a character looks like, and the shortest way from one look to another."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Look(NamedTuple):
    """SGR parameters: attributes such as '1', the foreground, the background; empty is default."""

    attributes: frozenset[str] = frozenset()
    foreground: str = ""
    background: str = ""

    @property
    def parameters(self) -> list[str]:
        """What gives this look to plain text."""
        colours = [colour for colour in (self.foreground, self.background) if colour]
        return [*sorted(self.attributes), *colours]


PLAIN = Look()


@lru_cache(maxsize=4096)
def after(look: Look, parameters: str) -> Look | None:
    """Give the look after an SGR sequence; None where it holds what is not understood."""
    words = (parameters or "0").split(";")
    while words:
        word = words.pop(0)
        if word in ("", "0"):
            look = PLAIN
        elif word in ("38", "48"):
            size = {"5": 2, "2": 4}.get(words[0] if words else "", 0)
            if len(words) < size or not size:
                return None
            colour = ";".join([word, *words[:size]])
            del words[:size]
            look = _coloured(look, word == "38", colour)
        elif word.isdigit() and 1 <= int(word) <= 9:
            look = look._replace(attributes=look.attributes | {word})
        elif word.isdigit() and (30 <= int(word) <= 37 or 90 <= int(word) <= 97):
            look = _coloured(look, True, word)
        elif word.isdigit() and (40 <= int(word) <= 47 or 100 <= int(word) <= 107):
            look = _coloured(look, False, word)
        elif word in ("39", "49"):
            look = _coloured(look, word == "39", "")
        else:
            return None
    return look


def _coloured(look: Look, foreground: bool, colour: str) -> Look:
    return look._replace(foreground=colour) if foreground else look._replace(background=colour)


@lru_cache(maxsize=4096)
def change(old: Look, new: Look) -> str:
    """Write the shortest SGR sequence that turns one look into another."""
    if old == new:
        return ""
    anew = ["0", *new.parameters] if new != PLAIN else [""]
    if old.attributes - new.attributes:
        return f"\x1b[{';'.join(anew)}m"
    words = sorted(new.attributes - old.attributes)
    if new.foreground != old.foreground:
        words.append(new.foreground or "39")
    if new.background != old.background:
        words.append(new.background or "49")
    return min((f"\x1b[{';'.join(way)}m" for way in (words, anew)), key=len)
