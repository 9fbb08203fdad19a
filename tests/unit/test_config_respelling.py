"""A version's ranges in the user's own file: spelled as they spelled it, every comment in place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.config.load import load_config
from engine.config.versions import said_in_a_config, with_ranges, write_version
from engine.core.edits import Edit, Fix, SetChoices, SetRange, SetScale
from engine.space.edits import edit
from engine.space.space import Space

HEAD = "command: [echo, '${args}']\nmetric: {name: acc, goal: maximize}\n"
BLOCK = """\
parameters:
  # how fast
  lr:
    distribution: log_normal   # as in the paper
    mu: 0.0   # centre
    sigma: 1.0   # spread

  # about width
  width:
    values:   # powers of two
      - 32   # small
      - 64
      # the largest
      - 128

  # about depth
  depth: {min: 1, max: 8}  # layers
  steps:
    min: 10
    max: 2_000   # last

  # which one
  optimizer: {values: ["sgd", adam, 'lion']}
  momentum:
    min: 0.8
    max: 0.99
    when: {optimizer: sgd}   # only there

  # both of these
  beta: {min: 0.9, max: 0.999, when: {optimizer: [adam, lion]}}
# the end of it
stop: [diverged]
"""


def loaded(text: str, folder: Path) -> Space:
    path = folder / "loaded.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path).config.space


def written(body: str, folder: Path, *edits: Edit) -> str:
    """Edit the space of a config, write it back, and make sure that it loads to that space.

    The columns of comments behind a value are no matter.
    """
    first = loaded(HEAD + body, folder)
    after = edit(first, first, edits, [])
    text = with_ranges(HEAD + body, first, after)
    assert loaded(text, folder).parameters == said_in_a_config(after).parameters
    return re.sub(r"(?<=\S) +#", " #", text.removeprefix(HEAD))


def test_a_distribution_is_replaced_in_its_place_with_the_comments_at_its_keys(
    tmp_path: Path,
) -> None:
    text = written(BLOCK, tmp_path, SetRange(parameter="lr", low=0.5, high=2.0))
    assert text.startswith(
        """\
parameters:
  # how fast
  lr:
    distribution: log_uniform_values # as in the paper
    min: 0.5
    max: 2.0 # centre # spread

  # about width
  width:
"""
    )


def test_choices_keep_their_spelling_and_their_comments(tmp_path: Path) -> None:
    text = written(BLOCK, tmp_path, SetChoices(parameter="width", values=(32, 128, 256)))
    assert (
        """\
  # about width
  width:
    values: # powers of two
      - 32 # small
      - 128
      - 256

  # about depth
"""
        in text
    )
    text = written(BLOCK, tmp_path, SetChoices(parameter="optimizer", values=("lion", "sgd")))
    assert """optimizer: {values: ['lion', "sgd"]}""" in text


def test_a_fixed_parameter_keeps_what_stands_after_it(tmp_path: Path) -> None:
    text = written(BLOCK, tmp_path, Fix(parameter="width", value=64))
    assert "# about depth\n  depth: {min: 1, max: 8} # layers" in text
    assert "  width:\n    value: 64" in text
    text = written(BLOCK, tmp_path, Fix(parameter="steps", value=50))
    assert "# which one\n  optimizer:" in text


def test_a_scale_is_added_before_the_next_parameters_comment(tmp_path: Path) -> None:
    text = written(BLOCK, tmp_path, SetScale(parameter="steps", scale="log"))
    assert "    max: 2_000 # last\n    scale: log\n\n  # which one\n" in text


def test_what_can_never_apply_is_left_out_and_conditions_name_what_is_left(tmp_path: Path) -> None:
    text = written(BLOCK, tmp_path, SetChoices(parameter="optimizer", values=("adam",)))
    assert "momentum" not in text
    assert "  # both of these\n  beta: {min: 0.9, max: 0.999, when: {optimizer: [adam]}}" in text
    assert text.endswith("# the end of it\nstop: [diverged]\n")


def test_a_parent_fixed_at_one_choice_is_written_back(tmp_path: Path) -> None:
    assert "momentum" in written(BLOCK, tmp_path, Fix(parameter="optimizer", value="sgd"))
    assert "beta" not in written(BLOCK, tmp_path, Fix(parameter="optimizer", value="sgd"))
    normal = BLOCK.replace("beta: {min: 0.9, max: 0.999,", "beta: {distribution: normal, sigma: 2,")
    text = written(normal, tmp_path, Fix(parameter="optimizer", value="lion"))
    assert "beta: {distribution: normal, sigma: 2, when: {optimizer: [lion]}}" in text


def test_a_group_whose_parameters_can_never_apply_goes_as_a_whole(tmp_path: Path) -> None:
    body = """\
parameters:
  optimizer: {values: [sgd, adam]}
  sgd:
    parameters:
      momentum: {min: 0.8, max: 0.99, when: {optimizer: sgd}}
      decay: {min: 0.1, max: 0.2, when: {optimizer: sgd}}
  # the rest
  lr: {min: 0.1, max: 1.0}
"""
    text = written(body, tmp_path, SetChoices(parameter="optimizer", values=("adam",)))
    assert text == (
        "parameters:\n  optimizer: {values: [adam]}\n  # the rest\n  lr: {min: 0.1, max: 1.0}\n"
    )


def test_dotted_names_and_groups_that_look_alike_are_told_apart(tmp_path: Path) -> None:
    body = """\
parameters:
  a: {parameters: {x: {min: 0.0, max: 1.0}, b.c: {min: 0.0, max: 1.0}}}
  a.b: {parameters: {d: {min: 0.0, max: 1.0}}}
  a.e: {min: 0.0, max: 1.0}
"""
    for name in ("a.x", "a.b.c", "a.b.d", "a.e"):
        text = written(body, tmp_path, SetRange(parameter=name, low=0.5))
        assert text.count("0.5") == 1


def test_small_floats_are_written_so_that_every_yaml_reader_takes_them_for_numbers(
    tmp_path: Path,
) -> None:
    body = "parameters:\n  lr: {min: 1e-6, max: 1.0, scale: log}\n"
    text = written(body, tmp_path, SetRange(parameter="lr", low=1e-5, high=0.5))
    assert "lr: {min: 1.0e-5, max: 0.5, scale: log}" in text


@pytest.mark.parametrize(
    "choice",
    ["1e5", "1_000", "0o7", "true", "null", "", "~", ".5", "yes", "a: b", "#x", " x", "a\nb", "é",
     1.5e-9, 7, True, None, [1, "2", [0.1]], {"a": 1e-7, "b": "null"}],
)  # fmt: skip
def test_any_choice_reads_back_as_what_it_is(choice: Any, tmp_path: Path) -> None:
    body = "parameters:\n  p: {values: [5, 6]}\n  q:\n    values:\n      - 5\n      - 6\n"
    for name in ("p", "q"):
        written(body, tmp_path, SetChoices(parameter=name, values=(5, choice)))


def test_lists_and_mappings_stay_indented_as_they_were(tmp_path: Path) -> None:
    for body in (
        "parameters:\n    a:\n        values:\n            - 1\n            - 2\n"
        "    b: {value: 1}\n",
        "parameters:\n  # a comment\n  a:\n    values:\n    - 1\n    - 2\n  b: {value: 1}\n",
    ):
        assert written(body, tmp_path, Fix(parameter="b", value=2)) == body.replace(
            "b: {value: 1}", "b: {value: 2}"
        )


def test_the_head_of_the_file_says_what_each_changed_parameter_was(tmp_path: Path) -> None:
    (tmp_path / "sweep.yaml").write_text(HEAD + BLOCK, encoding="utf-8")
    first = loaded(HEAD + BLOCK, tmp_path)
    edits = (
        Fix(parameter="depth", value=4),
        SetChoices(parameter="optimizer", values=("adam",)),
    )
    after = replace(edit(first, first, edits, []), version=2)
    path = write_version(tmp_path, first, after, "version 2")
    assert path.read_text(encoding="utf-8").splitlines()[:5] == [
        "# version 2",
        "# depth was {min: 1, max: 8}",
        "# optimizer was {values: [sgd, adam, lion]}",
        "# momentum never applies without optimizer = sgd; it was "
        "{min: 0.8, max: 0.99, when: {optimizer: sgd}}",
        "command: [echo, '${args}']",
    ]
    assert loaded(path.read_text(encoding="utf-8"), tmp_path).parameters == (
        said_in_a_config(after).parameters
    )


def test_a_file_that_would_not_say_what_the_space_is_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "sweep.yaml").write_text(HEAD + BLOCK, encoding="utf-8")
    first = loaded(HEAD + BLOCK, tmp_path)
    other = loaded(HEAD + "parameters: {depth: {min: 2, max: 9}}\n", tmp_path)
    with pytest.raises(ValueError, match="could not be put into the text"):
        write_version(tmp_path, replace(first, parameters=other.parameters), other, "v")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["loaded.yaml", "sweep.yaml"]


BODIES = [
    BLOCK,
    BLOCK.replace("  ", "    "),
    "".join(line for line in BLOCK.splitlines(keepends=True) if not line.strip().startswith("#")),
]
EDITS = st.lists(
    st.one_of(
        st.builds(
            SetRange,
            parameter=st.sampled_from(["lr", "depth", "steps", "momentum", "beta"]),
            low=st.floats(0.81, 4.0),
            high=st.floats(5.0, 20.0),
        ),
        st.builds(
            SetChoices,
            parameter=st.just("width"),
            values=st.lists(st.integers(1, 9).map(lambda n: 16 * n), min_size=1, unique=True).map(
                tuple
            ),
        ),
        st.builds(
            SetChoices,
            parameter=st.just("optimizer"),
            values=st.lists(
                st.sampled_from(["sgd", "adam", "lion", "new"]), min_size=1, unique=True
            ).map(tuple),
        ),
        st.builds(
            Fix,
            parameter=st.sampled_from(["lr", "depth", "steps", "momentum", "beta"]),
            value=st.integers(1, 9),
        ),
        st.builds(
            SetScale,
            parameter=st.sampled_from(["depth", "steps", "lr"]),
            scale=st.sampled_from(["linear", "log"]),
        ),
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=EDITS, body=st.sampled_from(BODIES), data=st.data())
def test_whatever_is_edited_loads_to_the_same_space_and_loses_no_heading(
    edits: list[Edit], body: str, data: st.DataObject, tmp_path: Path
) -> None:
    first = loaded(HEAD + body, tmp_path)
    after = first
    for one in edits:
        try:
            after = edit(after, first, [one], [])
        except ValueError:
            continue
    text = with_ranges(HEAD + body, first, after)
    assert loaded(text, tmp_path).parameters == said_in_a_config(after).parameters
    for heading in ("# how fast", "# about width", "# about depth", "# which one", "# the end"):
        assert (heading in text) == (heading in body)
