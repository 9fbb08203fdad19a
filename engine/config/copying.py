"""Keeps a sweep's own copy of its config: the user's comments, with `--set` applied."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
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


def yaml_writer() -> YAML:
    """A reader and writer that keeps comments, and breaks no line."""
    yaml = yaml_reader()
    yaml.width = _WIDEST_LINE
    return yaml


def root_of(data: Any) -> Any:
    """The mapping that holds a config's keys: the document, or what W&B's `sweep` holds."""
    inner = data.get(_WANDB_ROOT)
    return inner if isinstance(inner, CommentedMap) else data


def as_own(holder: Any, key: Any) -> Any:
    """Give what lies under a key, as its own copy where an alias shares it with other places."""
    child = holder[key]
    if not isinstance(child, CommentedMap | CommentedSeq):
        return child
    merged = isinstance(child, CommentedMap) and getattr(child, "merge", None)
    if child.anchor.value is not None or merged:
        child = _unmerged(child) if isinstance(child, CommentedMap) else copy.deepcopy(child)
        child.yaml_set_anchor(None)
        holder[key] = child
    return child


def _unmerged(child: CommentedMap) -> CommentedMap:
    """A copy of a mapping, with what `<<` brings into it written out."""
    if not getattr(child, "merge", None):
        return copy.deepcopy(child)
    plain = CommentedMap(copy.deepcopy(dict(child.items())))
    plain.ca.items.update(copy.deepcopy(child.ca.items))
    if child.fa.flow_style():
        plain.fa.set_flow_style()
    return plain


def _overridden(source: str, overrides: Sequence[str]) -> str:
    yaml = yaml_writer()
    data = yaml.load(source)
    for override in overrides:
        key, value = split_override(override)
        root = root_of(data)
        path = find_path(root, key)
        _detach(root, path)
        put(root, path, parse_value(value).data)
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _detach(data: Any, path: KeyPath) -> None:
    """Give the path its own copy of whatever an alias shares with other places."""
    for part in path[:-1]:
        known = part in data if isinstance(data, CommentedMap) else True
        if not known:
            return
        data = as_own(data, part)
        if not isinstance(data, CommentedMap | CommentedSeq):
            return
