"""What people type is read as they mean it, and what comes of it is said in full."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.core.acts import Pause, Promote, Prune, Skipped
from engine.errors import UsageError
from engine.protocol.messages import ActResult
from tui_tuner.cli import choices, note
from tui_tuner.cli import range as range_verb
from tui_tuner.cli import undo as undo_verb
from tui_tuner.cli.deeds import Deed, Gone
from tui_tuner.cli.steering import Said, farewell, report
from tui_tuner.cli.values import assignments, value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("64", 64),
        ("-1", -1),
        ("no", "no"),
        ("true", True),
        ("adam", "adam"),
        ('"1"', "1"),
        ("[1, 2.5]", [1, 2.5]),
        ("", None),
        (" 5 ", 5),
    ],
)
def test_values_are_scalars_of_yaml_1_2(text: str, value: object) -> None:
    read = value_of(text)

    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("text", [".nan", "1e999", "[1, 2", "9" * 30])
def test_a_value_that_is_none_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(UsageError):
        value_of(text)


def test_assignments_take_what_stands_behind_the_first_equals_sign() -> None:
    assert assignments(["lr=1e-3", "name=a=b", "opt="]) == {"lr": 1e-3, "name": "a=b", "opt": None}
    for wrong in (["lr"], ["=1"], ["lr=1", "lr=2"]):
        with pytest.raises(UsageError):
            assignments(wrong)


@pytest.mark.parametrize(
    ("words", "head", "text"),
    [
        ("digits t0042 odd", ["digits", "t0042"], "odd"),
        ("t0042 looks odd here", ["t0042"], "looks odd here"),
        ("digits 1 2 worse than 7", ["digits", "1", "2"], "worse than 7"),
        ("t0042 43", ["t0042"], "43"),
        ("42", [], "42"),
        ("digits odd", ["digits"], "odd"),
    ],
)
def test_a_note_needs_no_quotes_after_its_trial(words: str, head: list[str], text: str) -> None:
    assert note.split_text(words.split()) == (head, text)


@pytest.mark.parametrize(
    ("words", "ends", "names"),
    [
        ("lr 1e-4 1e-2", ("1e-4", "1e-2"), ["lr"]),
        ("digits lr -1 1", ("-1", "1"), ["digits", "lr"]),
        ("shift -2 -1", ("-2", "-1"), ["shift"]),
        ("lr - 1e-2", ("-", "1e-2"), ["lr"]),
        ("digits lr", None, ["digits", "lr"]),
        ("", None, []),
    ],
)
def test_low_and_high_stand_last_and_may_be_negative(
    words: str, ends: tuple[str, str] | None, names: list[str]
) -> None:
    assert range_verb.split_words(words.split()) == (ends, names)


@pytest.mark.parametrize("words", ["lr --tpo 3", "lr -t 3", "a b c d e"])
def test_a_mistyped_option_is_not_taken_for_a_name(words: str) -> None:
    with pytest.raises(UsageError):
        range_verb.split_words(words.split())


@pytest.fixture
def only_sweep(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """Makes empty sweeps under ./sweeps by their names."""
    monkeypatch.chdir(tmp_path)

    def make(name: str) -> Path:
        folder = tmp_path / "sweeps" / name
        folder.mkdir(parents=True)
        (folder / "sweep.db").touch()
        return folder

    return make


def test_a_number_behind_undo_is_a_decision_unless_a_sweep_is_called_so(
    only_sweep: Callable[..., Path],
) -> None:
    digits = only_sweep("digits")

    assert undo_verb.split_words([]) == (digits, None)
    assert undo_verb.split_words(["12"]) == (digits, 12)
    assert undo_verb.split_words(["digits", "12"]) == (digits, 12)
    assert undo_verb.split_words(["digits"]) == (digits, None)
    with pytest.raises(UsageError, match="no number of a decision"):
        undo_verb.split_words(["digits", "last"])


def test_choices_to_be_fixed_or_freed_take_no_values(only_sweep: Callable[..., Path]) -> None:
    digits = only_sweep("digits")

    assert choices.split_words(["width"], alone=True) == (digits, "width", [])
    assert choices.split_words(["digits", "width"], alone=True) == (digits, "width", [])
    with pytest.raises(UsageError, match="alone"):
        choices.split_words(["digits", "width", "64"], alone=True)


def test_a_farewell_tells_slots_pauses_and_what_would_not_die() -> None:
    lines = farewell(
        [
            Gone(id="t0001", state="pruned", slot=2, after_s=0.21),
            Gone(id="t0002", state="pruned", slot=1, after_s=0.4),
            Gone(id="t0003", state="paused", slot=3, after_s=75.0),
            Gone(id="t0004", state="running", slot=4, after_s=1.0),
            Gone(id="t0005", state="pruned", slot=5, after_s=9.0, leftover=["python (1234)"]),
        ]
    )

    assert lines == [
        "t0001, t0002 gone, slots 1, 2 free after 0.4 s",
        "t0003 paused, slot 3 free after 1m15",
        "t0004 goes on: its leaving was called off",
        "t0005 is pruned, but python (1234) would not die: slot 5 stays closed until that is gone",
    ]


def test_a_report_has_a_line_a_trial_and_the_price() -> None:
    result = ActResult(
        done=["t0001"],
        skipped=[],
        decision=3,
        sentence="promote t0001 to 27 epochs",
        past="promoted t0001 to 27 epochs",
        details={f"t{n:04d}": "continues from epoch 5, +22 epochs" for n in range(1, 30)},
        epochs=22,
        slot_hours=0.1,
    )
    lines = report(result, Deed(act=Promote(trials=(1,))))

    assert lines[0] == "promoted t0001 to 27 epochs"
    assert lines[1] == "  t0001  continues from epoch 5, +22 epochs"
    assert lines[-2:] == ["  and 9 more", "  takes about 6m00 of one slot, at the pace so far"]
    assert report(result, Deed(act=Promote(trials=(1,)), dry_run=True))[0].startswith("would pro")


def test_what_came_to_nothing_is_not_reported_as_done(capsys: pytest.CaptureFixture[str]) -> None:
    skipped = [Skipped(id="t0001", why="already pruned")]
    nothing = ActResult(done=[], skipped=skipped, sentence="nothing to prune")

    Said(Deed(act=Prune(trials=(1,)))).done(nothing)

    out, err = capsys.readouterr()
    assert (out, err) == ("", "tui-tuner: t0001 left alone: already pruned\n")


def test_only_a_pause_says_that_it_waits(capsys: pytest.CaptureFixture[str]) -> None:
    for act in (Prune(trials=(1,)), Pause(trials=(1,))):
        Said(Deed(act=act)).waits(["t0001"])

    assert capsys.readouterr().err.count("still pausing: leaves at its next epoch") == 1
