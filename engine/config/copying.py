"""Keeps a sweep's own copy of its config: the user's comments, with `--set` applied."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from engine.config.faults import KeyPath
from engine.config.overrides import find_path, put, split_override
from engine.config.parse import parse_value, yaml_reader
from engine.text import clean

_WANDB_ROOT = "sweep"
_WIDEST_LINE = 100_000


def write_copy(path: Path, config_source: str, overrides: Sequence[str], target: Path) -> None:
    """Write `config_source`, the text of the config at `path`, to `target` with overrides set.

    Its first line says where it came from and what was set. Call it once `load_config` has
    accepted both; it raises OSError where `target` cannot be written.
    """
    text = _overridden(config_source, overrides) if overrides else config_source
    origin = " ".join([f"# copied by tui-tuner from {path}", *(f"--set {o}" for o in overrides)])
    target.write_text(f"{clean(origin)}\n{text}", encoding="utf-8")


def _overridden(source: str, overrides: Sequence[str]) -> str:
    yaml = yaml_reader()
    yaml.width = _WIDEST_LINE
    data = yaml.load(source)
    for override in overrides:
        key, value = split_override(override)
        inner = data.get(_WANDB_ROOT)
        root = inner if isinstance(inner, CommentedMap) else data
        path = find_path(root, key)
        _detach(root, path)
        put(root, path, parse_value(value).data)
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _detach(data: Any, path: KeyPath) -> None:
    """Give the path its own copy of whatever an alias shares with other places."""
    for part in path[:-1]:
        child = data.get(part) if isinstance(data, CommentedMap) else data[part]
        if not isinstance(child, CommentedMap | CommentedSeq):
            return
        if child.anchor.value is not None:
            child = copy.deepcopy(child)
            child.yaml_set_anchor(None)
            data[part] = child
        data = child
