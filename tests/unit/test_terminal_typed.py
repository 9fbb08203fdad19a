"""What bytes from a terminal mean."""

from __future__ import annotations

import time

import pytest
from textual.events import Key, MouseDown, Paste

from tui_tuner.terminal.typed import Typed


def keys(*packets: bytes) -> list[str]:
    typed = Typed()
    found = [event for packet in packets for event in typed.take(packet)]
    deadline = time.monotonic() + 2
    while not found and time.monotonic() < deadline:
        found += typed.wait()
    return [event.key for event in found if isinstance(event, Key)]


def test_a_character_cut_in_two_packets_is_one_key() -> None:
    assert keys(b"a\xc3", b"\xa9b") == ["a", "é", "b"]
    assert keys(b"\xc3", b"\xa9", b"j") == ["é", "j"]


def test_a_sequence_cut_in_two_packets_is_one_key() -> None:
    assert keys(b"\x1b[", b"A") == ["up"]


@pytest.mark.parametrize(("packet", "key"), [(b"\x1bj", "j"), (b"\x1bK", "K")])
def test_escape_and_a_key_in_one_packet_are_two_keys(packet: bytes, key: str) -> None:
    assert keys(packet) == ["escape", key]


def test_alt_is_alt_where_the_terminal_says_so() -> None:
    assert keys(b"\x1b[106;3u") == ["alt+j"]


@pytest.mark.parametrize("packet", [b"\x1b[99999999999u", b"\x1b[1:2;1:2u", b"\xff\xfe", b"\xc3("])
def test_keys_go_on_behind_what_makes_no_sense(packet: bytes) -> None:
    assert keys(packet, b"j")[-1] == "j"


@pytest.mark.parametrize("garbage", [b"\x1b[97;1:2:3u", b"\x1b[1:2;1:2u", b"\x1b[99999999999u"])
def test_keys_in_one_packet_with_what_makes_no_sense_are_not_lost(garbage: bytes) -> None:
    assert keys(garbage + b"j\x1b[Bk") == ["j", "down", "k"]


def test_escape_and_a_sign_in_one_packet_are_two_keys() -> None:
    assert keys(b"\x1b?") == ["escape", "question_mark"]
    assert keys(b"\x1b") == ["escape"]


def test_a_click_before_any_known_size_in_pixels_is_a_click_or_nothing() -> None:
    typed = Typed()
    list(typed.take(b"\x1b[48;0;0;0;0t"))
    list(typed.take(b"\x1b[<0;3;4M"))
    assert any(isinstance(event, MouseDown) for event in typed.take(b"\x1b[<0;3;4M"))


def test_a_paste_comes_whole() -> None:
    typed = Typed()
    parts = (b"\x1b[200~lr>", b"1 \xc3", b"\xa9\x1b[201~", b"j")
    found = [event for part in parts for event in typed.take(part)]
    assert [event.text for event in found if isinstance(event, Paste)] == ["lr>1 é"]
