"""Text that attacks a terminal or a layout, and a real sweep that is full of it."""

from __future__ import annotations

HOSTILE = {
    "escape": "\x1b[31;5;77mred\x1b[0m",
    "cursor": "\x1b[77;7H\x1b[2J\x1b[?1049l",
    "question": "\x1b[6n\x1b[c",
    "clipboard": "\x1b]52;c;SE9TVElMRQ==\x07",
    "title": "\x1b]0;HOSTILE\x1b\\",
    "device": "\x1bP0;1|17/ab\x1b\\",
    "c1": "\x9b31m\x85\x9d0;x\x9c",
    "bidi": "abc\u202edef\u2066",
    "markup": "loss [/b] [link=x] [@click=app.quit]",
    "wide": "损失函数" * 5,
    "combining": "e\u0301\u0300\u0302" * 10,
    "zero width": "a\u200bb\u200dc\ufeff",
    "emoji": "👩‍🔬🔥",
    "newlines": "a\nb\r\nc\td\x0b\x0c",
    "bell": "a\x07b\x08\x7f",
    "surrogate": "x\ud800y",
    "long": "n" * 10_000,
}

NEEDLES = (
    *(b"\x1b[31;5;77m", b"\x1b[77;7H", b"\x1b[6n", b"\x1b[c", b"\x1b]52", b"\x1b]0;HOSTILE"),
    *(b"\x1bP", b"\xc2\x9b", b"\xc2\x9d", b"a\x07", b"b\x08", b"\x0b", b"\x0c"),
    *("\u202e".encode(), "\u2066".encode(), "\u200b".encode(), "\ufeff".encode()),
)
"""What of it must never come to a terminal, as bytes."""
