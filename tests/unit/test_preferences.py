"""What is chosen about the app is remembered, and what is in the file is never lost."""

from __future__ import annotations

import json

import pytest

from tui_tuner.preferences import Preferences, config_dir, load, save


@pytest.fixture
def path():
    return config_dir() / "preferences.json"


def test_without_a_file_there_are_defaults_and_no_complaint():
    said: list[str] = []
    assert load(said.append) == Preferences()
    assert said == []


def test_what_is_saved_is_loaded(path):
    chosen = Preferences(theme="light", bell=False, columns=("id", "lr"), hidden=("curve",))
    save(chosen)
    assert load() == chosen
    assert [entry.name for entry in path.parent.iterdir()] == ["preferences.json"]


def test_only_what_was_chosen_is_written(path):
    save(Preferences(bell=False))
    assert json.loads(path.read_text()) == {"bell": False}


def test_what_a_newer_version_wrote_is_kept(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"sound": "gong", "theme": {"name": "dusk"}, "bell": false}')
    said: list[str] = []
    loaded = load(said.append)
    assert (loaded.theme, loaded.bell) == ("", False)
    assert len(said) == 1
    assert "theme is not understood" in said[0]
    save(Preferences(bell=True))
    assert json.loads(path.read_text()) == {
        "sound": "gong",
        "theme": {"name": "dusk"},
        "bell": True,
    }


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe", b"null", b'{"a":' + b"[" * 99_999])
def test_a_broken_file_is_said_and_put_aside(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    said: list[str] = []
    assert load(said.append) == Preferences()
    assert len(said) == 1
    save(Preferences(theme="light"))
    assert load() == Preferences(theme="light")
    assert path.with_name("preferences.json.broken").read_bytes() == content


def test_a_folder_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TUI_TUNER_CONFIG_DIR", str(tmp_path / "file" / "folder"))
    said: list[str] = []
    save(Preferences(bell=False), said.append)
    assert len(said) == 1
    assert "cannot write" in said[0]


def test_the_folder_follows_the_conventions(monkeypatch, tmp_path):
    monkeypatch.delenv("TUI_TUNER_CONFIG_DIR")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_dir() == tmp_path / "tui-tuner"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert config_dir() == tmp_path / "home" / ".config" / "tui-tuner"
