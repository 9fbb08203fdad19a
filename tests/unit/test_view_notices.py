"""What is worth saying when the state of a sweep has changed, and what is worth a bell."""

from __future__ import annotations

from msgspec.structs import replace

from engine.core.acts import Decision
from engine.core.views import AttemptView, BestView, SuggestionView
from engine.protocol.messages import Snapshot
from tests.fakes.fake_source import FakeSource
from tui_tuner.view.glyphs import UNICODE
from tui_tuner.view.notices import meanwhile, merged, notices
from tui_tuner.view_state import ViewState, reduce

ME = "ada@pts/1"


def seen(source: FakeSource) -> ViewState:
    """The state of a viewer that has just attached."""
    push = Snapshot(
        seq=source.seq,
        sweep=source.status(),
        trials=source.trials(),
        decisions=list(source.decisions()),
        first=True,
        more=False,
    )
    return reduce(ViewState(), push)


def told(before: ViewState, after: ViewState, *decisions: Decision):
    return merged(notices(before, after, list(after.rows), decisions, ME, UNICODE))


def attempt(tail: str) -> AttemptView:
    return AttemptView(
        n=1,
        device="cpu",
        slot=0,
        pid=1,
        started_at=0.0,
        ended_at=1.0,
        exit="exit 1",
        outcome="error",
        start="zygote",
        tail=tail,
    )


def fail(source: FakeSource, failure: str = "error", tail: str = "") -> None:
    number = source.propose()
    source.start(number)
    source.now += 1
    source.end(number, "failed", failure=failure)
    source.change(number, attempt_list=[attempt(tail)])


def test_nothing_changed_is_nothing_said(tmp_path):
    state = seen(FakeSource(tmp_path))
    assert told(state, state) is None


def test_a_new_best_is_told_with_how_much_it_gains_and_rings(tmp_path):
    source = FakeSource(tmp_path)
    for value in (0.5, 0.75):
        number = source.propose()
        source.start(number)
        before = seen(source)
        source.report(number, 1, value)
    news = told(before, seen(source))
    assert news.text == "new best 0.7500 by t0002, 0.2500 better"
    assert (news.glyph, news.rings) == ("★", True)


def test_the_first_value_rings_nothing_and_a_trial_that_betters_itself_is_no_news(tmp_path):
    source = FakeSource(tmp_path)
    source.start(source.propose())
    before = seen(source)
    source.report(1, 1, 0.5)
    after = seen(source)
    assert told(before, after).text == "first value 0.5000 by t0001"
    assert not told(before, after).rings
    source.report(1, 2, 0.9)
    assert told(after, seen(source)) is None


def test_a_best_that_was_taken_away_is_not_new(tmp_path):
    state = seen(FakeSource(tmp_path))
    best = [
        BestView(trial=name, value=value, step=1, params={})
        for name, value in (("t0001", 0.9), ("t0002", 0.5))
    ]
    before, after = (replace(state, sweep=replace(state.sweep, best=one)) for one in best)
    assert told(before, after) is None


def test_a_failure_is_told_with_its_kind_and_the_last_line(tmp_path):
    source = FakeSource(tmp_path)
    before = seen(source)
    fail(source, tail="Traceback\nValueError: \x1b[31mno such file\n\n")
    news = told(before, seen(source))
    assert news.text == "t0001 failed: error, ValueError: ␛[31mno such file"
    assert (news.role, news.rings) == ("error", True)


def test_a_reason_that_names_its_kind_is_enough(tmp_path):
    source = FakeSource(tmp_path)
    before = seen(source)
    number = source.propose()
    source.start(number)
    source.end(number, "failed", failure="diverged", reason="diverged: val_loss is nan at step 2")
    assert told(before, seen(source)).text == "t0001 failed: diverged: val_loss is nan at step 2"


def test_many_failures_are_one_line(tmp_path):
    source = FakeSource(tmp_path)
    before = seen(source)
    for _ in range(3):
        fail(source, "oom")
    news = told(before, seen(source))
    assert news.text == "3 trials failed, the newest t0003: oom"
    assert not news.rings, "what is infeasible is no bug"


def test_advice_and_a_crowded_edge_want_a_decision(tmp_path):
    source = FakeSource(tmp_path)
    source.start(source.propose())
    before = seen(source)
    source.change(1, advice="median would stop it")
    wider = SuggestionView(
        code="lr", text="lr: crowded; widen to 1", parameter="lr", edge="upper", low=0.1, high=1.0
    )
    source.set_sweep(suggestions=[wider])
    news = told(before, seen(source))
    assert news.text == "lr: crowded: V widens it; t0001: median would stop it: K prunes it"
    assert news.rings
    assert told(seen(source), seen(source)) is None


def test_the_end_of_the_sweep_is_told_and_rings_unless_the_person_stopped_it(tmp_path):
    source = FakeSource(tmp_path)
    before = seen(source)
    source.finish("all trials are done")
    assert told(before, seen(source)).text == "all trials are done"
    assert told(before, seen(source)).rings
    source.set_sweep(state="stopped")
    source.decide("stop", "stopped", who="bob@pts/2")
    assert told(before, seen(source)).rings
    source.decide("stop", "stopped", who=ME)
    assert not told(before, seen(source)).rings


def test_the_death_of_the_engine_is_told_before_all_else(tmp_path):
    source = FakeSource(tmp_path)
    source.start(source.propose())
    before = seen(source)
    fail(source)
    source.set_sweep(state="dead")
    news = told(before, seen(source))
    assert news.text.startswith("the engine is gone; its trials go on; t0002 failed")
    assert (news.role, news.rings) == ("alarm", True)


def test_deeds_of_others_are_told_and_ones_own_are_not(tmp_path):
    source = FakeSource(tmp_path)
    state = seen(source)
    deeds = [source.decide("prune", "pruned t0001", 1, who=who) for who in ("bob@tty1", ME)]
    news = told(state, state, *deeds)
    assert news.text == "bob@tty1: pruned t0001"
    assert not news.rings


def test_the_first_snapshot_says_nothing(tmp_path):
    source = FakeSource(tmp_path)
    fail(source)
    assert notices(ViewState(), seen(source), ["t0001"], [], ME, UNICODE) == []
    assert meanwhile(ViewState(), seen(source), UNICODE) == []


def test_after_a_reconnect_only_what_ended_meanwhile_is_told(tmp_path):
    source = FakeSource(tmp_path)
    for _ in range(2):
        source.start(source.propose())
    before = seen(source)
    source.report(1, 1, 0.5)
    assert meanwhile(before, seen(source), UNICODE) == []
    source.end(1, "complete")
    fail(source)
    (news,) = meanwhile(before, seen(source), UNICODE)
    assert news.text == "meanwhile 2 trials ended, 1 of them failed; first value 0.5000 by t0001"
    assert not news.rings
    source.finish("done")
    (news,) = meanwhile(before, seen(source), UNICODE)
    assert news.rings
