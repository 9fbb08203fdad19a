"""A trial's parameters as text to paste: a YAML mapping, or the flags of a command."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from engine.core.model import Params, Value

_POWER_WITHOUT_POINT = re.compile(r"^(-?\d+)(e)")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", "'": "\\'"}


def yaml_of(params: Params) -> str:
    """Write parameters as a YAML mapping that versions 1.1 and 1.2 read alike."""
    return "".join(f"{_scalar(name)}: {_scalar(value)}\n" for name, value in params.items())


def flags_of(params: Params) -> str:
    """Write parameters as a sweep's command has them, quoted for a shell: '--lr=0.01 --width=64'.

    What a shell could not take as it stands, such as an escape, is written in $'...'.
    """
    return " ".join(_quoted(f"--{name}={_argument(value)}") for name, value in params.items())


def _scalar(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z_][\w.-]*", value, re.ASCII):
        return f'"{value}"' if _is_word(value) else value
    if isinstance(value, float):
        return (
            _POWER_WITHOUT_POINT.sub(r"\1.0\2", repr(value))
            .replace("inf", ".inf")
            .replace("nan", ".nan")
        )
    return json.dumps(value, ensure_ascii=True)


def _is_word(text: str) -> bool:
    """Whether YAML 1.1 takes a bare word for something else than text."""
    return text.lower() in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")


def _argument(value: Value) -> str:
    return json.dumps(value) if isinstance(value, list | dict) else str(value)


def _quoted(text: str) -> str:
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(map(_escaped, text)) + "'"


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "replace"))
