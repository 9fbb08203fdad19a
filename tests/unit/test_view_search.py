"""What a person reads of the search: what proposes, how rules stand, what they only advise."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.core.views import LineageView, ProposerView
from engine.protocol.filter import compile_filter
from tests.fakes.fake_source import FakeSource
from tui_tuner.cli.status import status_lines
from tui_tuner.view.glyphs import ASCII, UNICODE
from tui_tuner.view.line import line_width, text_of
from tui_tuner.view.lineage_lines import chart, lineage_lines
from tui_tuner.view.searching import proposing, search_lines
from tui_tuner.view.summary import LinkState, Surroundings, sweep_line
from tui_tuner.view_state import ViewState

RUNG = "asha: first rung: epoch 3, a ninth of the budget, until 5 trials have run to the end"
ADVICE = "median would stop it: val_acc 0.41 at epoch 3 is below the median 0.62 of 14 trials"


def proposer(method: str, observations: int = 0, **fields) -> ProposerView:
    known = {"startup": False, "fallback": False, "sentence": f"{method} on {observations}"}
    return ProposerView(method=method, observations=observations, **(known | fields))


STAND_IN = proposer("halton", fallback=True, sentence="halton, standing in for tpe")


def sweep(source: FakeSource, **fields):
    return replace(source.status(), method="tpe", **fields)


@pytest.fixture
def source(tmp_path) -> FakeSource:
    source = FakeSource(tmp_path)
    source.start(source.propose({"lr": 0.1}))
    source.report(1, 1, 0.5)
    return source


def header(view, width: int = 110, glyphs=UNICODE) -> str:
    around = Surroundings(title="digits", link=LinkState("live"), glyphs=glyphs, now=0.0)
    line = sweep_line(ViewState(sweep=view), around, width)
    assert line_width(line) == width
    return text_of(line)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (proposer("tpe", 34), "tpe · 34 obs"),
        (proposer("gp", 34), "gp for tpe · 34 obs"),
        (proposer("tpe", 3, startup=True), "tpe · start-up"),
        (STAND_IN, "halton for tpe"),
        (proposer("random"), "random  "),
    ],
)
def test_the_header_says_what_proposes_and_on_what(source, made, said):
    assert said in header(sweep(source, proposer=made))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (proposer("tpe", 34), "tpe 34  "),
        (proposer("gp", 34), "gp 34  "),
        (proposer("tpe", 3, startup=True), "start-up  "),
        (STAND_IN, "halton  "),
    ],
)
def test_at_eighty_columns_it_still_does_and_the_time_gone_by_gives_way(source, made, said):
    for number in range(2, 40):
        source.propose({"lr": 0.1})
        source.end(number, ("complete", "pruned")[number % 2])
    text = header(sweep(source, proposer=made, eta_s=50.0, elapsed_s=7210.0), 80)
    assert said in text
    assert "ETA 50s" in text
    assert "2h00" not in text


def test_the_best_outlasts_the_method_where_room_is_shorter_still(source):
    view = sweep(source, proposer=proposer("tpe", 34))
    assert "tpe" not in header(view, 40)
    assert "best 0.5" in header(view, 40)


def test_a_hostile_method_breaks_no_header(source):
    text = header(sweep(source, proposer=proposer("\x1b]52;c;\x07损失[/b]" * 9)), glyphs=ASCII)
    assert text.isprintable()


def test_an_ended_sweep_proposes_nothing(source):
    ended = sweep(source, proposer=proposer("tpe", 34), state="finished")
    assert "obs" not in header(ended)


def test_status_names_the_method_with_its_observations_and_each_rule(source):
    made = proposer("tpe", 34, sentence="tpe on 34 observations")
    lines = status_lines(sweep(source, proposer=made, rules=[RUNG, "patience: 5 epochs"]))
    assert any(line.startswith("  method   tpe on 34 observations, 2 slots") for line in lines)
    assert [line for line in lines if line.startswith("  rule ")] == [
        f"  rule     {RUNG}",
        "  rule     patience: 5 epochs",
    ]


def test_what_stands_in_is_told_beside_the_method_it_stands_in_for(source):
    assert proposing(sweep(source, proposer=STAND_IN)) == "halton, standing in for tpe"
    added = proposer("halton", sentence="halton")
    assert proposing(sweep(source, proposer=added)) == "tpe: halton"
    assert proposing(sweep(source)) == "tpe"


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_rules_fit_any_width(source, width):
    lines = search_lines(sweep(source, rules=[RUNG, "损失" * 90]), width)
    assert {line_width(line) for line in lines} == {width}
    assert "first rung" in " ".join("".join(map(text_of, lines)).split())


def selected(source: FakeSource, text: str) -> list[str]:
    accepts = compile_filter(text)
    return [row.id for row in source.trials() if accepts(row)]


def test_advice_is_a_field_to_filter_by(source):
    source.propose({"lr": 0.2}, advice=ADVICE)
    source.propose({"lr": 0.3}, advice=ADVICE, state="complete")
    assert selected(source, "advice!=none") == ["t0002", "t0003"]
    assert selected(source, "advised=true") == ["t0002"]
    assert selected(source, "advised=false") == ["t0001", "t0003"]
    assert compile_filter("advice~median")(source.trial(2))
    assert not compile_filter("advice~asha")(source.trial(2))


def family(rates: list[float | str]) -> list[LineageView]:
    """Stretches of two epochs each."""
    return [
        LineageView(
            trial=f"t{n:04d}", from_step=2 * n - 1, to_step=2 * n, params={"lr": rate, "w": 1}
        )
        for n, rate in enumerate(rates, 1)
    ]


@pytest.mark.parametrize("width", [24, 40, 57, 80, 200])
def test_a_long_schedule_keeps_its_newest_part_at_any_width(width):
    lines = lineage_lines(family([0.1 * 0.8**n for n in range(40)]), width, UNICODE)
    assert {line_width(line) for line in lines} == {width}
    assert len(lines) <= 6
    assert text_of(lines[-1]).rstrip().endswith("79-80")


def test_a_schedule_is_drawn_by_epochs_and_on_a_log_scale_where_it_went_far():
    assert chart(family([1.0, 10.0, 100.0]), "lr", UNICODE) == "▁▁▄▄▇▇"
    assert chart(family([0.1, 0.12, 0.2]), "lr", UNICODE)[-1] == "▇"
    assert chart(family(["sgd", "adam"]), "lr", UNICODE) == ""
    assert chart(family([-1.0, 0.0, 5.0]), "lr", ASCII).isascii()


def test_what_began_afresh_has_no_lineage():
    assert lineage_lines([], 80, UNICODE) == []


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"halton": 2, "tpe": 22}, "tpe for 22 of 24 proposals, halton for 2"),
        ({"start-up": 10, "gp": 20}, "gp for 20 of 30 proposals, start-up for 10"),
        ({"random": 9}, "random for all 9 proposals"),
        ({"grid": 1}, "grid"),
    ],
)
def test_of_a_sweep_that_has_ended_it_is_said_who_proposed(source, made, said):
    known = replace(STAND_IN, made=made)
    assert proposing(sweep(source, proposer=known, state="finished")) == said
    assert proposing(sweep(source, proposer=known, state="running")) == STAND_IN.sentence
