"""Writes the config with a version's ranges beside the sweep's own copy, comments kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from engine.config.copying import as_own, root_of, yaml_writer
from engine.config.parse import parse_document
from engine.config.respelling import leave_out, respell
from engine.config.spelling import indents, on_one_line, teach
from engine.space.build import build_space, written_parameters
from engine.space.parameters import Parameter
from engine.space.reach import never_applying, reachable
from engine.space.space import Space, condition_text
from engine.text import clean

SOURCE = "sweep.yaml"
_LONGEST_REMARK = 300


def version_path(sweep: Path, version: int) -> Path:
    """Where the config of a version of the space lies: `sweep.v3.yaml`; version 1 is the source."""
    return sweep / (SOURCE if version == 1 else f"sweep.v{version}.yaml")


def write_version(sweep: Path, first: Space, space: Space, title: str) -> Path:
    """Write the sweep's config with the ranges of `space`, atomically, and give its path.

    `first` is the space that `sweep.yaml` describes: what did not change stays as it is written
    there. `title` says in its first line what the version is; the lines below it, what every
    parameter that changed was. Raises OSError, and ValueError where the file would not say what
    the space is.
    """
    target = version_path(sweep, space.version)
    source = (sweep / SOURCE).read_text(encoding="utf-8")
    text = with_ranges(source, first, space)
    head = [clean(title, limit=1000), *_remarks(source, first, space)]
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        lines = "".join(f"# {line}\n" for line in head)
        partial.write_text(lines + text, encoding="utf-8")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def with_ranges(source: str, first: Space, space: Space) -> str:
    """Give a config's text with every parameter that differs from `first` as `space` has it.

    What can never apply in `space` is left out. Raises ValueError where the text would not say
    what the space is.
    """
    yaml = yaml_writer()
    yaml.indent(**indents(source))
    teach(yaml)
    data = yaml.load(source)
    before = {p.name: p for p in first.parameters}
    parameters = as_own(root_of(data), "parameters")
    said = said_in_a_config(space)
    for p in said.parameters:
        if p != before[p.name]:
            respell(parameters, p, before[p.name])
    for name in never_applying(space):
        leave_out(parameters, name)
    out = StringIO()
    yaml.dump(data, out)
    _check(out.getvalue(), said)
    return out.getvalue()


def said_in_a_config(space: Space) -> Space:
    """The space without what can never apply: a config may not name choices there are not."""
    never = never_applying(space)
    return replace(
        space,
        parameters=tuple(_possible(space, p) for p in space.parameters if p.name not in never),
    )


def _possible(space: Space, p: Parameter) -> Parameter:
    when = tuple(replace(c, values=tuple(reachable(space, c))) for c in p.when)
    return replace(p, when=when) if when != p.when else p


def _check(text: str, space: Space) -> None:
    """Make sure that the text says what the space is, before anybody relies on it."""
    found, faults = build_space(_parameters(text))
    if faults or found.parameters != space.parameters:
        raise ValueError("the ranges could not be put into the text of the config")


def _parameters(text: str) -> Any:
    data = parse_document(text, "").data
    inner = data.get("sweep")
    return (inner if isinstance(inner, dict) else data).get("parameters")


def _remarks(source: str, first: Space, space: Space) -> Iterator[str]:
    """Say what the parameters that changed were in the source."""
    written = written_parameters(_parameters(source))
    before = {p.name: p for p in first.parameters}
    never = never_applying(space)
    for p in space.parameters:
        if p.name in never:
            why = f" never applies without {condition_text(p)}; it"
        elif p != before[p.name]:
            why = ""
        else:
            continue
        if p.name in written:
            text = f"{p.name}{why} was {on_one_line(written[p.name])}"
            yield clean(text, limit=_LONGEST_REMARK)
