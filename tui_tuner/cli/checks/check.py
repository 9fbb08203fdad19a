"""One thing that was looked at, and how it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct

from engine.errors import TunerError

Level = Literal["ok", "warn", "fault"]


class Check(Struct, frozen=True, kw_only=True):
    """A line of the doctor's: `advice` says what to do where it is not ok."""

    level: Level
    name: str
    text: str
    advice: str = ""


def ok(name: str, text: str) -> Check:
    """All is well."""
    return Check(level="ok", name=name, text=text)


def warn(name: str, text: str, advice: str = "") -> Check:
    """It works, but not as well as it could."""
    return Check(level="warn", name=name, text=text, advice=advice)


def fault(name: str, text: str, advice: str = "") -> Check:
    """It does not work."""
    return Check(level="fault", name=name, text=text, advice=advice)


def guarded(name: str, look: Callable[[], Iterable[Check]]) -> list[Check]:
    """Give what a look finds; one that fails is a fault itself."""
    try:
        return list(look())
    except TunerError as error:
        return [fault(name, str(error))]
    except Exception as error:  # noqa: BLE001 - a doctor does not die of what the patient has
        return [fault(name, f"cannot be looked at: {error!r}")]


def size(count: float) -> str:
    """Bytes for people: '3.4 GiB', '120 GiB', '64 MiB'."""
    if count < 2**30:
        return f"{count / 2**20:.0f} MiB"
    return f"{count / 2**30:.{1 if count < 10 * 2**30 else 0}f} GiB"
