"""The words of EXPR."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.errors import UsageError

MAX_LENGTH = 10_000

_PATTERN = re.compile(
    r"""\s*(?:
        (?P<sign>>=|<=|!=|==|=|<|>|~)
      | (?P<open>\()
      | (?P<close>\))
      | (?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
      | (?P<word>[^\s()<>=!~"']+)
    )""",
    re.VERBOSE,
)

_KINDS = {"open": "(", "close": ")"}


class Token(NamedTuple):
    """A piece of an EXPR. `kind` is word, quoted, sign, ( or ); `position` counts from 1."""

    kind: str
    text: str
    position: int


def tokenize(text: str) -> list[Token]:
    """Cut an EXPR into its words. Raises UsageError."""
    if len(text) > MAX_LENGTH:
        raise UsageError(f"filter: longer than {MAX_LENGTH} characters")
    end = len(text.rstrip())
    tokens = []
    at = 0
    while at < end:
        match = _PATTERN.match(text, at, end)
        if match is None:
            raise _unreadable(text, at)
        tokens.append(_token(match))
        at = match.end()
    return tokens


def fault(reason: str, position: int) -> UsageError:
    """Say what is wrong with an EXPR, and where."""
    return UsageError(f"filter: character {position}: {reason}")


def _token(match: re.Match[str]) -> Token:
    kind = match.lastgroup or "word"
    text = match[kind]
    if kind == "quoted":
        text = re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
    return Token(_KINDS.get(kind, kind), text, match.start(kind) + 1)


def _unreadable(text: str, at: int) -> UsageError:
    at += len(text[at:]) - len(text[at:].lstrip())
    if text[at] in "\"'":
        return fault("a quote is never closed", at + 1)
    return fault(f"{text[at]!r} does not belong here", at + 1)
