"""Copies the parameters of the trial a person looks at: to the terminal's clipboard, and to a
file, since not every terminal has a clipboard."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tui_tuner.keymap import key_of
from tui_tuner.screens.asking import Asking
from tui_tuner.view.copying import flags_of, yaml_of
from tui_tuner.view.line import plain

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

YAML_FILE, FLAGS_FILE = "copied.yaml", "copied.txt"


class Copying(Asking):
    """A screen on which `p` copies; again, while it still says so, it copies the flags."""

    app: TunerApp
    _said_of_yaml = ""

    @property
    def subject(self) -> str | None:
        """The one trial a person looks at."""
        raise NotImplementedError

    def action_copy(self) -> None:
        """Copy the trial's parameters as YAML, then as the flags of a command."""
        row = self.app.view.rows.get(self.subject or "")
        if row is None:
            self.say("there is no trial whose parameters could be copied yet")
            return
        said = f"{row.id}: {len(row.params)} parameter{'s' * (len(row.params) != 1)} copied as"
        again = bool(self._said_of_yaml) and self.said == self._said_of_yaml
        if again and self._said_of_yaml.startswith(said):
            self._copy(flags_of(row.params), FLAGS_FILE, f"{said} flags")
            self._said_of_yaml = ""
        else:
            self._copy(yaml_of(row.params), YAML_FILE, f"{said} YAML")
            self._said_of_yaml = self.said

    def _copy(self, text: str, file: str, said: str) -> None:
        self.app.copy_to_clipboard(text)
        path = write_copy(text, file, self._folders())
        where = f"; also in {plain(_end_of(path), 80)}" if path is not None else ""
        again = f"; {key_of('copy')} again: flags" if file == YAML_FILE else ""
        self.say(f"{said}{again}{where}")

    def _folders(self) -> list[Path]:
        """Where a copy may be left: with the sweep unless it is only looked at, else at home."""
        sweep = self.app.view.sweep
        own = [Path(sweep.dir)] if sweep is not None and not self.app.read_only else []
        return [*own, _state_dir()]


def write_copy(text: str, name: str, folders: list[Path]) -> Path | None:
    """Write a file into the first folder that takes it; give its path, None where none does."""
    for folder in folders:
        with suppress(OSError, ValueError):
            descriptor, draft = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(text.encode("utf-8", "replace"))
                os.replace(draft, folder / name)
            except OSError:
                with suppress(OSError):
                    os.unlink(draft)
                raise
            return folder / name
    return None


def _end_of(path: Path) -> str:
    """Name a file by its folder, which fits a line: the sweep's, or the one where sockets lie."""
    return str(Path(path.parent.name) / path.name)


def _state_dir() -> Path:
    """The folder where sockets lie; it is there where an engine ever ran."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(os.environ.get("TUI_TUNER_STATE_DIR") or Path(state).expanduser() / "tui-tuner")
