"""Parameters as text to paste: what is pasted is what the trial had, and never a command."""

from __future__ import annotations

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from tui_tuner.screens.copying import write_copy
from tui_tuner.view.copying import flags_of, yaml_of


def test_values_are_spelled_as_a_sweeps_command_has_them():
    params = {"lr": 1.0, "wd": 1e-05, "width": 64, "nesterov": True, "layers": [1, 2], "name": "x"}
    assert flags_of(params) == (
        "--lr=1.0 --wd=1e-05 --width=64 --nesterov=True '--layers=[1, 2]' --name=x"
    )
    assert yaml_of(params) == (
        "lr: 1.0\nwd: 1.0e-05\nwidth: 64\nnesterov: true\nlayers: [1, 2]\nname: x\n"
    )


def test_words_that_yaml_would_take_for_something_else_are_quoted():
    assert yaml_of({"no": "yes", "a": "1e3"}) == '"no": "yes"\na: "1e3"\n'


def test_foreign_text_is_neither_a_control_sequence_nor_a_command():
    params = {"a": "\x1b]52;c;AAAA\x07", "b": "$(rm -rf ~)\nreboot", "c'": "`id`", "d": "\x9b31m"}
    for text in (yaml_of(params).replace("\n", ""), flags_of(params)):
        assert text.isprintable()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), max_size=4))
def test_a_shell_reads_the_flags_back_as_they_were(values):
    params = {f"p{n}": value for n, value in enumerate(values)}
    script = f"printf '%s\\0' {flags_of(params)}"
    out = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.decode()
    wanted = [f"--{name}={value}" for name, value in params.items()] or [""]
    assert out.split("\0")[:-1] == wanted


def test_a_copy_goes_to_the_first_folder_that_takes_it(tmp_path):
    assert write_copy("x: 1\n", "copied.yaml", [tmp_path / "gone", tmp_path]) == (
        tmp_path / "copied.yaml"
    )
    assert (tmp_path / "copied.yaml").read_text() == "x: 1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["copied.yaml"]
    assert write_copy("x", "copied.yaml", [tmp_path / "gone"]) is None
