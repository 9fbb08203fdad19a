"""Plain words call a verb as typer would; all others are left to typer."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from inspect import Signature, signature
from typing import Any, get_type_hints

import pytest
from typer.testing import CliRunner

from tui_tuner.cli.app import typer_app
from tui_tuner.cli.plain_words import call_of
from tui_tuner.cli.verbs import VERBS, module_of


def command_of(verb: str):
    return import_module(f"tui_tuner.cli.{module_of(verb)}").command


@pytest.mark.parametrize(
    ("verb", "words", "call"),
    [
        ("attach", [], {}),
        ("attach", ["digits"], {"sweep": "digits"}),
        ("attach", ["--read-only", "digits"], {"sweep": "digits", "read_only": True}),
        ("status", ["--json"], {"json": True}),
        ("prune", ["digits", "t0001", "2"], {"words": ["digits", "t0001", "2"]}),
    ],
)
def test_names_and_flags_are_taken_as_they_are(verb, words, call):
    assert call_of(command_of(verb), words) == call


@pytest.mark.parametrize(
    "words",
    [["--help"], ["-h"], ["--fps", "3"], ["--fps=3"], ["--bogus"], ["a", "b"], ["--", "a"], ["-"]],
)
def test_what_needs_a_parser_is_left_to_it(words):
    assert call_of(command_of("attach"), words) is None


def test_a_verb_that_must_be_told_something_is_left_to_the_parser():
    assert call_of(command_of("run"), []) is None
    assert call_of(command_of("run"), ["sweep.yaml"]) is None


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("words", [[], ["one"], ["one", "t0002"], ["--json"], ["--dry-run", "one"]])
def test_plain_words_mean_to_a_verb_what_typer_makes_of_them(verb, words, monkeypatch):
    command = command_of(verb)
    plain = call_of(command, words)
    if plain is None:
        return
    told: dict[str, Any] = {}
    module = import_module(f"tui_tuner.cli.{module_of(verb)}")
    monkeypatch.setattr(module, "command", recorder_like(command, told))
    assert CliRunner().invoke(typer_app([verb]), [verb, *words]).exit_code == 0
    defaults = {name: p.default for name, p in signature(command).parameters.items()}
    assert told == defaults | plain


def recorder_like(command: Callable[..., None], told: dict[str, Any]) -> Callable[..., None]:
    """A command with the same parameters that only notes what it is called with."""
    hints = get_type_hints(command, include_extras=True)
    taken = signature(command).parameters.values()

    def recording(**values: Any) -> None:
        told.update(values)

    recording.__signature__ = Signature([p.replace(annotation=hints[p.name]) for p in taken])
    recording.__annotations__ = hints
    return recording
