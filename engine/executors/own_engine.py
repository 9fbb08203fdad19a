"""Keeps a script's own `engine/` folder importable where tui-tuner is installed beside it.

Python prefers any package with an `__init__.py`, ours too, to a folder without one, wherever on the
path they lie. So such a folder gets a stand-in on the trial's path, ahead of what is installed.
"""

from __future__ import annotations

from pathlib import Path

from .base import AttemptSpec


def keep_own_engine(spec: AttemptSpec, sdk_dir: Path) -> None:
    """Put a stand-in beside the sdk for an `engine/` of the script that has no `__init__`."""
    for folder in _script_folders(spec):
        own = folder / "engine"
        if own.is_dir() and not (own / "__init__.py").exists():
            _write(sdk_dir / "engine" / "__init__.py", f"__path__ = [{str(own)!r}]\n")
            return


def _script_folders(spec: AttemptSpec) -> list[Path]:
    """List the folders that may come first on the script's path."""
    scripts = [spec.cwd / argument for argument in spec.argv if argument.endswith(".py")]
    return [*(script.resolve().parent for script in scripts), spec.cwd]


def _write(path: Path, text: str) -> None:
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
