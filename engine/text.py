"""The one gate for text that is not ours: nothing past it can steer a terminal."""

from __future__ import annotations

import unicodedata

_KEEP = {"\n", "\t"}
_BIDI = {chr(c) for c in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def clean(text: str, *, limit: int = 10_000, lines: bool = False) -> str:
    """Make foreign text safe to show: no controls, no bidi overrides, bounded length.

    Control characters (C0, C1, DEL), bidirectional overrides and lone surrogates become visible
    stand-ins (ESC -> '␛'). Newlines and tabs become spaces unless `lines` is set.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(c, lines) for c in text)


def last_drawn(line: str) -> str:
    """Give of a line that carriage returns redraw what a terminal shows at the end."""
    return line.rstrip("\r").rpartition("\r")[2]


def _shown(c: str, lines: bool) -> str:
    if c in _KEEP:
        return c if lines else " "
    code = ord(c)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if c in _BIDI or unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp"):
        return "\N{REPLACEMENT CHARACTER}"
    return c
