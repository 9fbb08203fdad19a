"""From what a person types to a sweep's directory."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from engine.errors import NotFoundError, TunerError, UsageError
from engine.ownership import engine_pid
from engine.store.reader import open_reader
from engine.text import clean

from .registry import DATABASE, is_sweep, remembered

SWEEPS = "sweeps"
UNDER_WAY = ("running", "paused", "stopping")
_NUMBERED = re.compile(r"(.+)-\d{8}-\d+")


class KnownSweep(Struct, frozen=True, kw_only=True):
    """A sweep that can be named. `name` is the config's, as far as its directory tells."""

    directory: Path
    name: str


def list_sweeps() -> list[KnownSweep]:
    """List the sweeps known to this user and those under ./sweeps, by directory name."""
    here = Path.cwd()
    found = {path.resolve() for path in remembered()}
    with suppress(OSError):
        found |= {path.resolve() for path in (here / SWEEPS).iterdir() if is_sweep(path)}
    found |= {path for path in (here, *here.parents) if is_sweep(path)}
    ordered = sorted(found, key=lambda path: (path.name, str(path)))
    return [KnownSweep(directory=path, name=_short_name(path)) for path in ordered]


def find_sweep(text: str | None) -> Path:
    """Find the sweep that `text` names: a directory, a name, or the beginning of one.

    None means the only active sweep, else the only one there is. Raises NotFoundError with the
    nearest names, or UsageError where several fit.
    """
    if text is None:
        return _the_only_one()
    path = Path(text).expanduser()
    if path.exists():
        return _at(path)
    return _named(text)


def spelling(sweep: Path) -> str:
    """What to type for a sweep: its directory's name where that finds it, else the whole path.

    Quoted for a shell.
    """
    with suppress(TunerError):
        if find_sweep(sweep.name).resolve() == sweep.resolve():
            return shlex.quote(sweep.name)
    return shlex.quote(str(sweep.absolute()))


def _at(path: Path) -> Path:
    directory = path if path.is_dir() else path.parent
    if not is_sweep(directory):
        raise NotFoundError(f"{clean(str(path))} is no sweep: it holds no {DATABASE}")
    return directory.absolute()


def _the_only_one() -> Path:
    sweeps = list_sweeps()
    if not sweeps:
        raise NotFoundError("there is no sweep yet; `tui-tuner run CONFIG` starts one")
    here = Path.cwd()
    for directory in (here, *here.parents):
        if is_sweep(directory):
            return directory
    return _choose(sweeps, "which sweep?")


def _named(text: str) -> Path:
    sweeps = list_sweeps()
    ways: tuple[Callable[[KnownSweep], bool], ...] = (
        lambda s: s.directory.name == text,
        lambda s: s.name == text,
        lambda s: s.directory.name.startswith(text),
    )
    for fits in ways:
        found = [sweep for sweep in sweeps if fits(sweep)]
        if found:
            return _choose(found, f"several sweeps are called {clean(text, limit=80)!r}.")
    names = sorted({s.directory.name for s in sweeps} | {s.name for s in sweeps})
    near = get_close_matches(text, names, 3, 0.5)
    hint = f"; did you mean {' or '.join(clean(n) for n in near)}?" if near else ""
    raise NotFoundError(f"no sweep {clean(text, limit=200)!r}{hint}")


def _choose(sweeps: list[KnownSweep], question: str) -> Path:
    """The only one, or the only active one."""
    if len(sweeps) > 1:
        sweeps = [sweep for sweep in sweeps if is_active(sweep.directory)] or sweeps
    if len(sweeps) == 1:
        return sweeps[0].directory
    names = [clean(s.directory.name) for s in sweeps[-8:]]
    same = len(set(names)) < len(names)
    shown = [clean(str(s.directory)) for s in sweeps[-8:]] if same else names
    raise UsageError(f"{question} Say one of {', '.join(shown)}")


def is_active(sweep: Path) -> bool:
    """Whether an engine lives and has work to do."""
    if engine_pid(sweep) is None:
        return False
    try:
        reader = open_reader(sweep / DATABASE)
    except TunerError:
        return False
    try:
        view = reader.sweep()
    finally:
        reader.close()
    return view is None or view.state in UNDER_WAY


def _short_name(directory: Path) -> str:
    match = _NUMBERED.fullmatch(directory.name)
    return match[1] if match else directory.name
