"""Loads a config file: one call, a checked config or every fault of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from engine.config.compiling import compile_config
from engine.config.document import Document
from engine.config.evolution import METHOD, brings_back
from engine.config.faults import Faults
from engine.config.overrides import apply_overrides
from engine.config.parse import parse_document, read_source
from engine.config.passing import unpassed
from engine.config.rungs import starts_over
from engine.config.schema import Config
from engine.config.section import described
from engine.errors import ConfigError

_WANDB_ROOT = "sweep"


class Loaded(Struct, frozen=True, kw_only=True):
    """A checked config, what a person should know before it runs, and the text it came from."""

    config: Config
    warnings: list[str]
    source: str


def load_config(path: Path, overrides: Sequence[str] = ()) -> Loaded:
    """Load a config file with its `--set` overrides.

    Raises ConfigError with every fault, one line each: `file:line: key: what is wrong`. The
    folder the trials run in is the file's, as an absolute path.
    """
    if path.suffix == ".py":
        raise ConfigError([f"{path}: is a program; give the YAML file whose `program` names it"])
    source = read_source(path)
    document = parse_document(source, str(path))
    _unwrap(document)
    override_faults = apply_overrides(document, overrides)
    faults = Faults(str(path), document.places)
    try:
        config = compile_config(document, faults, Path(os.path.abspath(path)))
    except ConfigError as error:
        raise ConfigError([*error.faults, *override_faults]) from None
    if override_faults:
        raise ConfigError(override_faults)
    for warning in unpassed(config):
        faults.warn(("command",), warning)
    if from_scratch := starts_over(config):
        faults.warn(("method" if config.method == METHOD else "stop",), from_scratch)
    if parents_rate := brings_back(config):
        faults.warn(("method",), parents_rate)
    return Loaded(config=config, warnings=faults.warnings(), source=source)


def _unwrap(document: Document) -> None:
    inner = document.data.get(_WANDB_ROOT)
    if inner is None:
        document.data.pop(_WANDB_ROOT, None)
    elif not isinstance(inner, dict):
        reason = f"must be a mapping of a whole config, not {described(inner)}"
        document.remarks.append(((_WANDB_ROOT,), reason))
    else:
        document.lift(_WANDB_ROOT)
