"""The config with a version's ranges is written back: it loads to that space, comments kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.config.load import load_config
from engine.config.versions import version_path, with_ranges, write_version
from engine.core.edits import Edit, Fix, SetChoices, SetRange, SetScale
from engine.space.edits import edit
from engine.space.parameters import CategoricalParameter
from engine.space.space import Space

HEAD = "command: [echo, '${args}']\nmetric: {name: acc, goal: maximize}\n"

ZOO = (
    HEAD
    + """# The learning rate matters most.
parameters:
  lr: {min: 1.0e-6, max: 10.0, scale: log}   # wide on purpose
  decay:
    distribution: log_uniform_values  # W&B's spelling
    min: 1e-7
    max: 1e-1
  old:
    distribution: log_uniform
    min: -9.2
    max: 0.0
  noise: {distribution: normal, mu: 0.0, sigma: 1.0}   # centred
  size: {distribution: log_normal, mu: 0.0, sigma: 0.5}
  batch: {distribution: q_log_uniform_values, min: 16, max: 256, q: 16}
  dropout: {min: 0.0, max: 0.7, q: 0.1}
  layers: {min: 1, max: 8}
  units: {min: 16, max: 512, scale: log}
  width: {values: [32, 64, 128], probabilities: [0.5, 0.25, 0.25]}
  optimizer:
    parameters:
      name: {values: [sgd, adam]}
      momentum: {min: 0.8, max: 0.99, role: nuisance}   # for sgd alone
"""
)

EDITS: list[Edit] = [
    SetRange(parameter="lr", low=3.2e-4, high=3.2e-2),
    SetScale(parameter="lr", scale="linear"),
    SetRange(parameter="decay", high=1.0),
    SetRange(parameter="old", low=0.01, high=0.5),
    SetRange(parameter="noise", low=-1.0, high=2.0),
    SetRange(parameter="size", low=0.5, high=2.0),
    SetRange(parameter="batch", high=512),
    SetRange(parameter="dropout", low=0.2, high=0.5),
    SetRange(parameter="layers", low=2, high=4),
    SetRange(parameter="units", low=8, high=64),
    SetScale(parameter="units", scale="linear"),
    SetChoices(parameter="width", values=(64, 256)),
    Fix(parameter="optimizer.momentum", value=0.9),
    Fix(parameter="width", value=64),
    Fix(parameter="lr", value=0.5),
    SetChoices(parameter="optimizer.name", values=("adam", "lion")),
]


def loaded(text: str, folder: Path) -> Space:
    path = folder / "loaded.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path).config.space


def edited(space: Space, *edits: Edit) -> Space:
    return edit(space, space, edits, [])


@pytest.mark.parametrize("one", EDITS, ids=lambda e: f"{type(e).__name__}-{e.parameter}")
def test_every_edit_written_back_loads_to_the_edited_space(one: Edit, tmp_path: Path) -> None:
    first = loaded(ZOO, tmp_path)
    after = edited(first, one)
    again = loaded(with_ranges(ZOO, first, after), tmp_path)
    assert again == after


def test_all_edits_together_keep_every_comment(tmp_path: Path) -> None:
    first = loaded(ZOO, tmp_path)
    after = edited(first, *EDITS[2:13])
    text = with_ranges(ZOO, first, after)
    assert loaded(text, tmp_path) == after
    for comment in ("# The learning rate matters most.", "# wide on purpose", "# W&B's spelling"):
        assert comment in text
    assert "# centred" in text
    assert "# for sgd alone" in text


def test_what_did_not_change_stays_as_it_was_written(tmp_path: Path) -> None:
    first = loaded(ZOO, tmp_path)
    text = with_ranges(ZOO, first, edited(first, SetRange(parameter="layers", low=2)))
    assert "lr: {min: 1.0e-6, max: 10.0, scale: log}" in text
    assert "layers: {min: 2, max: 8}" in text


def test_a_shared_mapping_changes_for_the_edited_parameter_alone(tmp_path: Path) -> None:
    source = (
        HEAD + "parameters:\n  a: &range {min: 0.1, max: 1.0}\n  b: *range\n"
        "  c: {<<: *range, max: 2.0}\n"
    )
    first = loaded(source, tmp_path)
    for name in ("a", "b", "c"):
        after = edited(first, SetRange(parameter=name, low=0.5))
        assert loaded(with_ranges(source, first, after), tmp_path) == after


def test_a_config_under_wandbs_sweep_key_is_written_there(tmp_path: Path) -> None:
    body = "".join(f"  {line}\n" for line in ZOO.splitlines())
    source = f"sweep:\n{body}"
    first = loaded(source, tmp_path)
    after = edited(first, SetRange(parameter="lr", high=1.0))
    assert loaded(with_ranges(source, first, after), tmp_path) == after


def sample_configs() -> list[Any]:
    folder = Path(__file__).parents[2] / "sample_configs"
    return [pytest.param(p, id=p.parent.name) for p in sorted(folder.glob("*/*.yaml"))]


@pytest.mark.parametrize("path", sample_configs())
def test_the_samples_are_written_back(path: Path, tmp_path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    first = load_config(path).config.space
    is_listed = any(
        p.name == "lr" and isinstance(p, CategoricalParameter) for p in first.parameters
    )
    choices = SetChoices(parameter="lr", values=(0.001, 0.01))
    after = edited(first, choices if is_listed else SetRange(parameter="lr", low=1e-3, high=1e-2))
    text = with_ranges(source, first, after)
    copy = path.with_name(f".{tmp_path.name}-{path.name}")
    copy.write_text(text, encoding="utf-8")
    try:
        assert load_config(copy).config.space == after
    finally:
        copy.unlink()


def test_the_file_is_named_for_its_version_and_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "sweep.yaml").write_text(ZOO, encoding="utf-8")
    first = loaded(ZOO, tmp_path)
    third = replace(edited(first, SetRange(parameter="lr", high=1.0)), version=3)
    path = write_version(tmp_path, first, third, "version 3\nby ann: narrowed lr")
    assert path == version_path(tmp_path, 3) == tmp_path / "sweep.v3.yaml"
    first_line = path.read_text(encoding="utf-8").splitlines()[0]
    assert first_line == "# version 3 by ann: narrowed lr"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
