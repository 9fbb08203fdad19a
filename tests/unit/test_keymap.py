"""The file of keys: what can be taken of it is, and the rest is told in a line each."""

from __future__ import annotations

import json

import pytest

from tui_tuner.actions import ACTIONS, BY_ID
from tui_tuner.cli import keys as keys_verb
from tui_tuner.keymap import DEFAULT_KEYMAP, all_keys, judged, read_keymap
from tui_tuner.keys.spelling import key_name, written
from tui_tuner.preferences import config_dir


def write(name: str, text: str) -> None:
    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / name).write_text(text)


@pytest.mark.parametrize(
    ("typed", "name", "shown"),
    [
        ("?", "question_mark", "?"),
        ("slash", "slash", "/"),
        (" ", "space", "Space"),
        ("K", "K", "K"),
        ("Ctrl-P", "ctrl+p", "Ctrl-P"),
        ("PgDn", "pagedown", "PgDn"),
        ("esc", "escape", "Esc"),
        ("F5", "f5", "F5"),
        ("shift+left", "shift+left", "Shift-←"),
        ("tab", "tab", "Tab"),
        ("-", "minus", "-"),
        (",", "comma", ","),
    ],
)
def test_keys_are_written_as_people_write_them(typed, name, shown):
    assert (key_name(typed), written(key_name(typed) or "")) == (name, shown)


@pytest.mark.parametrize("typed", ["foo", "", "ctrl+foo", "shift+k", "hyper+k", "\x1b", "ctrl++"])
def test_what_is_no_key_is_none(typed):
    assert key_name(typed) is None


def test_every_key_of_the_registry_has_a_name():
    assert all(key_name(key) == key for a in ACTIONS for key in a.keys.split(","))


def test_without_a_file_the_usual_keys_hold():
    assert read_keymap() == (DEFAULT_KEYMAP, [])


def test_an_action_gets_the_keys_that_were_chosen():
    write("keys.yaml", 'sort: [";", f6]\nreverse: "s, ctrl+r"\nprune: D\n')
    keymap, faults = read_keymap()
    assert faults == []
    assert all_keys(keymap, BY_ID["sort"]) == "; F6"
    assert keymap.shown(BY_ID["reverse"]) == "s"
    assert keymap.shown(BY_ID["prune"]) == "D"
    assert keymap.shown(BY_ID["down"]) == "j ↓"


def test_json_will_do():
    write("keys.json", '{"sort": "z"}')
    assert read_keymap()[0].keys(BY_ID["sort"]) == ("z",)


@pytest.mark.parametrize("text", ["[1, 2]", "a: b: c", "just a word", "\x00", "[" * 999])
def test_a_file_that_is_none_is_said_once(text):
    write("keys.yaml", text)
    keymap, faults = read_keymap()
    assert keymap == DEFAULT_KEYMAP
    assert len(faults) == 1
    assert "the usual keys hold" in faults[0]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"sorted": "z"}, "no such action; did you mean sort"),
        ({"sort": "hyper+z"}, "no such key"),
        ({"sort": ""}, "no key"),
        ({"sort": "Z"}, "Z is a capital, and capitals act"),
        ({"prune": "z"}, "z is lowercase, and acts are capitals"),
        ({"sort": "x"}, "x is the key of reverse in the same place"),
        ({"keep": "z"}, "could not be typed"),
        ({"range_fix": "7"}, "begins a number"),
    ],
)
def test_an_entry_that_cannot_be_taken_is_told_and_leaves_the_key_as_it_is(entry, said):
    keymap, faults = judged({**entry, "metric": ";"})
    assert [said in fault for fault in faults] == [True]
    assert all(keymap.shown(BY_ID[id]) == BY_ID[id].key for id in entry if id in BY_ID)


def test_two_actions_may_swap_their_keys():
    keymap, faults = judged({"sort": "x", "reverse": "s"})
    assert faults == []
    assert (keymap.shown(BY_ID["sort"]), keymap.shown(BY_ID["reverse"])) == ("x", "s")


def test_one_key_for_two_is_refused_where_one_is_in_both_places():
    keymap, faults = judged({"sort": "z", "reverse": "z", "whole": "z"})
    assert len(faults) == 1
    assert keymap.keys(BY_ID["whole"]) == ("z",)


def test_textual_is_told_of_all_that_lies_on_the_keys_concerned():
    keymap, _ = judged({"open": "f2"})
    assert keymap.for_textual() == {"open": "f2", "keep": "enter"} | {
        a.id: a.keys for a in ACTIONS if "enter" in a.keys.split(",") and a.id != "open"
    }


def test_the_verb_lists_every_action_with_the_keys_it_has(capsys):
    write("keys.yaml", "sort: z\n")
    keys_verb.command(json=True)
    listed = {entry["action"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert listed.keys() == BY_ID.keys()
    assert listed["sort"]["keys"] == ["z"]
    assert listed["prune"]["acts"]
    keys_verb.command()
    out, err = capsys.readouterr()
    assert "end the marked (or the current) trials for good" in out
    assert str(config_dir() / "keys.yaml") in err
