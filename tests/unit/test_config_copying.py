"""The sweep keeps the config as the user wrote it, comments and all, with --set applied."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.config.copying import write_copy
from engine.config.load import load_config
from engine.config.schema import Config

SOURCE = """\
# tuned by hand for weeks
program: train.py   # the script
metric: {name: val_acc, goal: maximize}
base: &base
parameters:
  lr: {min: 1e-4, max: 1.0}  # log later

  dropout: {min: 0.0, max: 0.5}
limits: {trials: 5}
""".replace("base: &base\n", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("print()\n")
    (tmp_path / "sweep").mkdir()
    return tmp_path


def copied(folder: Path, source: str, *overrides: str) -> tuple[str, Config, Config]:
    """Give the copy's text, the config that was loaded, and the config that the copy makes."""
    path, target = folder / "sweep.yaml", folder / "copy.yaml"
    path.write_text(source)
    loaded = load_config(path, overrides)
    write_copy(path, loaded.source, overrides, target)
    return target.read_text(), loaded.config, load_config(target).config


def same(first: Config, second: Config) -> bool:
    place = {"path": "", "name": ""}
    return msgspec.structs.replace(first, **place) == msgspec.structs.replace(second, **place)


def test_without_overrides_the_copy_is_the_file_under_a_line_of_origin(folder: Path) -> None:
    text, _, _ = copied(folder, SOURCE)
    first, rest = text.split("\n", 1)
    assert first == f"# copied by tui-tuner from {folder}/sweep.yaml"
    assert rest == SOURCE


@pytest.mark.parametrize(
    "overrides",
    [
        ("limits.trials=20",),
        ("parameters.lr.max=0.5", "limits.hours=2", "env.A='1'"),
        ("stop=[diverged]", "stop.0={rule: diverged, factor: 3}"),
    ],
)
def test_overrides_are_set_and_comments_stay(folder: Path, overrides: tuple[str, ...]) -> None:
    text, loaded, again = copied(folder, SOURCE, *overrides)
    assert same(loaded, again)
    assert "# tuned by hand for weeks" in text
    assert "# the script" in text
    assert "# log later" in text
    assert all(f"--set {override}" in text.split("\n", 1)[0] for override in overrides)


def test_an_override_changes_one_of_the_places_that_share_an_anchor(folder: Path) -> None:
    source = SOURCE.replace("{min: 0.0, max: 0.5}", "*r").replace("lr: {", "lr: &r {")
    _, loaded, again = copied(folder, source, "parameters.lr.max=0.5")
    assert same(loaded, again)
    assert again.space.decode([1.0, 1.0]) == {"lr": 0.5, "dropout": 1.0}


def test_overrides_go_under_a_top_level_sweep_key(folder: Path) -> None:
    indented = "sweep:\n" + "".join(f"  {line}\n" for line in SOURCE.splitlines())
    _, loaded, again = copied(folder, indented, "limits.trials=9")
    assert same(loaded, again)
    assert again.limits.trials == 9


def test_the_copy_of_a_json_config_can_be_loaded_again(folder: Path) -> None:
    source = '{"program": "train.py", "metric": {"name": "a"}, "parameters": {"x": {"value": 1}}}'
    _, loaded, again = copied(folder, source, "limits.trials=9")
    assert same(loaded, again)
