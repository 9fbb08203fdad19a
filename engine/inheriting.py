"""A child of an evolution begins with its parent's checkpoint in its own folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from engine.checkpoints import checkpoints


def inherit_checkpoint(parent: Path, child: Path, step: int) -> int | None:
    """Put the parent's newest checkpoint of `step` or before into the child's folder.

    Both are trials' folders. Gives its step; None where there is none. A child that has any
    checkpoint is left alone. Raises OSError.
    """
    if own := checkpoints(child):
        return own[-1].step
    found = [saved for saved in checkpoints(parent) if saved.step <= step]
    if not found:
        return None
    saved = found[-1].path
    folder = child / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    _link(saved, folder / saved.name)
    return found[-1].step


def _link(source: Path, target: Path) -> None:
    """Link a file, which is never written again, or copy it where the disk knows no links."""
    try:
        target.hardlink_to(source)
    except FileExistsError:
        return
    except OSError:
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(source, partial)
        partial.replace(target)
