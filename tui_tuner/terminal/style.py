"""What a character looks like, and the shortest way from one look to another."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28", "9": "29"}
"""How each attribute is switched off; bold and dim go together."""

_VISIBLE_ON_BLANKS = frozenset({"4", "7", "9"})


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

    @property
    def colours_only(self) -> bool:
        """Whether a blank shows nothing of it but the background."""
        return self.attributes.isdisjoint(_VISIBLE_ON_BLANKS)


PLAIN = Look()


@lru_cache(maxsize=4096)
def of_blank(look: Look) -> Look:
    """Reduce a look to what shows of it on a blank."""
    return Look(background=look.background) if look.colours_only else look


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
        elif (changed := _after_word(look, word)) is not None:
            look = changed
        else:
            return None
    return look


def _after_word(look: Look, word: str) -> Look | None:
    if word in _OFF:
        return look._replace(attributes=look.attributes | {word})
    if word in _OFF.values():
        kept = {name for name in look.attributes if _OFF[name] != word}
        return look._replace(attributes=frozenset(kept))
    if word in ("39", "49"):
        return _coloured(look, word == "39", "")
    number = int(word)
    if 30 <= number <= 37 or 90 <= number <= 97:
        return _coloured(look, True, word)
    if 40 <= number <= 47 or 100 <= number <= 107:
        return _coloured(look, False, word)
    return None


def _coloured(look: Look, foreground: bool, colour: str) -> Look:
    return look._replace(foreground=colour) if foreground else look._replace(background=colour)


@lru_cache(maxsize=8192)
def change(old: Look | None, new: Look) -> str:
    """Write the shortest SGR sequence from one look, or from none that is known, to another."""
    if old == new:
        return ""
    anew = ["", *new.parameters] if new != PLAIN else [""]
    if old is None:
        return _sequence(anew)
    gone = {_OFF[name] for name in old.attributes - new.attributes}
    left = {name for name in old.attributes if _OFF[name] not in gone}
    words = [*sorted(gone), *sorted(new.attributes - left)]
    if new.foreground != old.foreground:
        words.append(new.foreground or "39")
    if new.background != old.background:
        words.append(new.background or "49")
    return min((_sequence(way) for way in (words, anew)), key=len)


def _sequence(words: list[str]) -> str:
    return f"\x1b[{';'.join(words)}m"
