"""Files that are hardly YAML: one clear line each, never a traceback."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.config.load import load_config
from engine.errors import ConfigError

GOOD = """\
program: train.py
metric: {name: val_acc, goal: maximize}
parameters:
  lr: {min: 1e-4, max: 1.0}
  opt: {values: [sgd, adam]}
stop: [diverged, {rule: asha, reduction: 3}]
budget: {max: 9}
stages: [{epochs: 1, trials: 5}]
env: {A: "1"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("print()\n")
    return tmp_path


def fault_of(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert len(caught.value.faults) == 1, caught.value.faults
    return caught.value.faults[0].replace(f"{path.parent}/", "")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "sweep.yaml:1: is empty"),
        (b"# only a comment\n", "sweep.yaml:1: is empty"),
        (b"- a\n- b\n", "sweep.yaml:1: must be a mapping, `key: value` lines, at the top level"),
        (b"just text\n", "sweep.yaml:1: must be a mapping"),
        (b"program: train.py\n\tname: x\n", "sweep.yaml:2: a tab cannot indent YAML; use spaces"),
        (b"name: [a, b\n", "sweep.yaml:2: expected ',' or ']'"),
        (b"name: a: b\n", "sweep.yaml:1: mapping values are not allowed here"),
        (b"name: 'abc\n", "sweep.yaml:2: found unexpected end of stream"),
        (b"name: *nowhere\n", "sweep.yaml:1: found undefined alias 'nowhere'"),
        (b"name: x\n---\nname: y\n", "sweep.yaml:2: a second document begins here"),
        (b"program: caf\xe9.py\n", "sweep.yaml:1: is not UTF-8 text; save the file as UTF-8"),
        ("name: x\n".encode("utf-16"), "sweep.yaml:1: is not UTF-8 text"),
        (b"name: x\nprogram: \x00\n", "sweep.yaml:2: holds a control character"),
        (b"name: " + b"[" * 5_000, "sweep.yaml:1: is nested too deeply"),
        (b"\x8f\x03" * 5_000_000, "sweep.yaml: is larger than 200 kB, which no config is"),
        (b"%YAML 1.1\n---\nname: no\n", "sweep.yaml:1: a config is YAML 1.2; remove the %YAML"),
        (b"a: &a [*a]\n", "sweep.yaml:1: contains itself through an alias"),
        (b"a: &a {<<: *a}\n", "sweep.yaml:1: contains itself through an alias"),
    ],
)
def test_broken_files_get_one_clear_line(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_bytes(content)
    assert fault_of(path).startswith(fault)


def test_a_missing_file_a_folder_and_a_forbidden_file_get_one_clear_line(tmp_path: Path) -> None:
    assert fault_of(tmp_path / "sweep.yaml") == "sweep.yaml: there is no such file"
    assert fault_of(tmp_path).endswith("is a folder; name the YAML file in it")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "loop: cannot be read: " in fault_of(tmp_path / "loop")


def test_a_path_that_cannot_be_stored_as_text_is_refused(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.yaml"))
    path.write_text(GOOD)
    with pytest.raises(ConfigError, match="its path is not UTF-8"):
        load_config(path)


def test_a_pipe_does_not_hang_the_loader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is no regular file" in fault_of(tmp_path / "pipe")


def test_a_few_aliases_cannot_become_a_billion_values(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    path = tmp_path / "sweep.yaml"
    path.write_text("\n".join(lines))
    assert "the config has more than 20000 values" in fault_of(path)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("name: !!python/object/apply:os.system ['true']", "name: has the tag"),
        ("name: !!python/name:os.system x", "name: has the tag"),
        ("name: !custom x", "name: has the tag '!custom', which a config may not use"),
        ("name: !!binary aGk=", "name: has the tag"),
        ("limits: {trials: !!int many}", "limits.trials: is tagged !!int but is none"),
        ("limits: {target: .nan}", "limits.target: must be a finite number"),
        ("limits: {target: 1e999}", "limits.target: is a number too large to hold"),
        (f"limits: {{trials: {'9' * 30}}}", "limits.trials: is a number of more than 64 bits"),
        (
            f"limits: {{trials: {'9' * 5000}}}",
            "limits.trials: must be a whole number, not the text",
        ),
        (
            "program: train.py",
            "program: is written twice, first in line 1",
        ),
        ("? [a, b]\n: 1", "a key must be a word, not a list or a mapping"),
        ('name: "a\\0b"', "name: holds a character that no argument or file name can"),
        ('name: "\\ud800"', "name: holds a character that no argument or file name can"),
        ("<<: 5", "<< must name mappings to merge"),
    ],
)
def test_values_that_no_config_may_hold_are_refused(folder: Path, line: str, fault: str) -> None:
    path = folder / "sweep.yaml"
    path.write_text(f"{GOOD}{line}\n")
    assert f": {fault}" in fault_of(path)


def test_explicit_standard_tags_are_understood(folder: Path) -> None:
    path = folder / "sweep.yaml"
    path.write_text(GOOD + "name: !!str 5\nlimits: {trials: !!int '7', target: !!float 1}\n")
    config = load_config(path).config
    assert (config.name, config.limits.trials, config.limits.target) == ("5", 7, 1.0)


def test_a_byte_order_mark_and_windows_line_ends_are_fine(folder: Path) -> None:
    path = folder / "sweep.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_config(path).config.env == {"A": "1"}


YAML_BITS = st.sampled_from(
    [
        *("a", "lr", ": ", "- ", "{", "}", "[", "]", ",", "\n", "\n  ", "'", '"', "&x ", "*x"),
        *("!!int ", "!t ", "#", "|\n", ">\n", "? ", "<<: ", "1e3", "no", "~", "---\n", "%", "\t"),
    ]
)
LOOSE = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@LOOSE
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_no_bytes_whatsoever_give_a_traceback(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sweep.yaml").write_bytes(content)
    with contextlib.suppress(ConfigError):
        load_config(tmp_path / "sweep.yaml")


@LOOSE
@given(bits=st.lists(YAML_BITS, max_size=40))
def test_no_heap_of_yaml_gives_a_traceback(tmp_path: Path, bits: list[str]) -> None:
    (tmp_path / "sweep.yaml").write_text("".join(bits))
    with contextlib.suppress(ConfigError):
        load_config(tmp_path / "sweep.yaml")


@LOOSE
@given(at=st.integers(0, len(GOOD) - 1), length=st.integers(0, 12), bits=st.lists(YAML_BITS))
def test_no_damage_to_a_good_file_gives_a_traceback(
    folder: Path, at: int, length: int, bits: list[str]
) -> None:
    damaged = GOOD[:at] + "".join(bits) + GOOD[at + length :]
    (folder / "sweep.yaml").write_text(damaged)
    with contextlib.suppress(ConfigError):
        load_config(folder / "sweep.yaml")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        *("program", "command", "function", "metric", "metric.name", "parameters", "parameters.lr"),
        *("method", "search", "search.seed", "budget", "budget.max", "stages", "stages.0", "stop"),
        *("stop.1", "stop.1.rule", "limits", "resources", "resources.slots", "start", "preload"),
        *("metrics", "metrics.stdout", "env", "env.A", "grace", "early_terminate", "run_cap"),
        *("sweep", "name"),
    ]
)


@LOOSE
@given(values=st.dictionaries(KEYS, JSON, max_size=4))
@example(values={"stop.1": None, "stop.1.rule": None})
def test_no_value_at_any_key_gives_a_traceback(folder: Path, values: dict[str, object]) -> None:
    path = folder / "sweep.yaml"
    path.write_text(GOOD)
    with contextlib.suppress(ConfigError):
        load_config(path, [f"{key}={json.dumps(value)}" for key, value in values.items()])
