"""What every store does, whatever it keeps the sweep in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf, isnan, nan
from pathlib import Path

import pytest
from msgspec import Struct, structs

from engine.core.events import ReportsArrived
from engine.core.model import Report
from engine.store.base import Batch, Point, Store, StoreReader
from engine.store.codec import decode_trial
from engine.store.memory import MemoryStore
from engine.store.reader import open_reader
from engine.store.sqlite import SqliteStore
from tests.fakes.batches import (
    batch,
    created,
    ended,
    logged,
    offset,
    proposed,
    random_log,
    reported,
    seen,
    started,
    sweep_view,
    trial_view,
    used,
)


class Kept(Struct):
    """A store, and how to look at what it keeps."""

    store: Store
    look: Callable[[], StoreReader]


@pytest.fixture(params=["memory", "sqlite", "sqlite through a reader"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    if request.param == "memory":
        store: Store = MemoryStore()
        yield Kept(store, lambda: store)
        return
    path = tmp_path / "a sweep" / "sweep.db"
    path.parent.mkdir()
    store = SqliteStore.create(path)
    if request.param == "sqlite":
        yield Kept(store, lambda: store)
    else:
        reader = open_reader(path)
        yield Kept(store, lambda: reader)
        reader.close()
    store.close()


def test_a_new_store_holds_nothing(kept: Kept) -> None:
    look = kept.look()
    assert (look.meta(), look.sweep(), look.trials(), look.offsets()) == ({}, None, [], [])
    assert list(look.replay()) == list(look.events()) == list(look.reports()) == []
    assert look.trial(1) is None
    assert look.series(1) == {}


def test_a_replay_gives_every_event_in_order_with_reports_in_their_place(kept: Kept) -> None:
    first = logged([created(), proposed(1), started(1), reported(1, [1, 2])])
    second = logged([reported(1, [3]), ended(1), reported(2, [1], attempt=2)], first=5)
    kept.store.write(Batch(events=first))
    kept.store.write(Batch(events=second))
    assert list(kept.look().replay()) == first + second


@pytest.mark.parametrize("seed", range(3))
def test_any_log_is_replayed_as_written(kept: Kept, seed: int) -> None:
    log = random_log(seed, 300)
    for start in range(0, len(log), 37):
        kept.store.write(Batch(events=log[start : start + 37]))
    assert list(kept.look().replay()) == log


def test_a_long_log_is_replayed_whole(kept: Kept) -> None:
    log = logged(
        event
        for trial in range(1, 4501)
        for event in (started(trial), reported(trial, [1, 2]), reported(trial, [3]))
    )
    kept.store.write(Batch(events=log))
    assert list(kept.look().replay()) == log
    assert sum(1 for _ in kept.look().reports()) == 3 * 4500


def test_what_could_not_be_read_is_replayed_too(kept: Kept) -> None:
    event = ReportsArrived(
        at=1.0, trial=1, attempt=1, reports=(), rejected=2, complaint="no number: 'ü'"
    )
    kept.store.write(batch(event))
    assert list(kept.look().replay()) == logged([event])
    assert list(kept.look().reports()) == []


def test_a_metric_may_be_anything_a_float_can_be(kept: Kept) -> None:
    metrics = {"nan": nan, "inf": inf, "null": -inf, 'odd ":"': -0.0, "tiny": 5e-324, "π": 1 / 3}
    event = ReportsArrived(at=1.0, trial=1, attempt=1, reports=(Report(1, 2.0, metrics),))
    kept.store.write(batch(event))
    (stored,) = kept.look().reports(1)
    found = stored.report.metrics
    assert isnan(found.pop("nan"))
    assert found == {name: value for name, value in metrics.items() if name != "nan"}
    assert str(found['odd ":"']) == "-0.0"


def test_a_parameter_may_be_infinite(kept: Kept) -> None:
    event = proposed(1, clip=inf, schedule=[1, 0.5, -inf], warmup=None)
    kept.store.write(batch(event))
    assert list(kept.look().replay()) == logged([event])


def test_events_can_be_picked_by_kind(kept: Kept) -> None:
    log = logged([created(), proposed(1), started(1), reported(1, [1]), ended(1), started(2)])
    kept.store.write(Batch(events=log))
    look = kept.look()
    assert [at.seq for at in look.events()] == [1, 2, 3, 5, 6]
    assert list(look.events(["attempt_started", "attempt_ended"])) == [log[2], log[4], log[5]]
    assert list(look.events([])) == []


def test_the_last_offset_of_a_file_counts(kept: Kept) -> None:
    kept.store.write(Batch(offsets=[offset(1, 10), offset(2, 5)]))
    kept.store.write(Batch(offsets=[offset(1, 20), offset(1, 7, attempt=2)]))
    expected = [offset(1, 20), offset(1, 7, attempt=2), offset(2, 5)]
    assert kept.look().offsets() == expected


def test_a_trial_is_kept_as_last_written_and_listed_by_number(kept: Kept) -> None:
    kept.store.write(Batch(trials=[trial_view(10_001), trial_view(2)]))
    kept.store.write(Batch(trials=[trial_view(2, state="complete", value=0.9)]))
    look = kept.look()
    assert look.trials() == [trial_view(2, state="complete", value=0.9), trial_view(10_001)]
    assert [decode_trial(body) for body in look.trial_bodies()] == look.trials()
    assert look.trial(2) == trial_view(2, state="complete", value=0.9)
    assert look.trial(3) is None


def test_what_was_written_does_not_follow_later_changes(kept: Kept) -> None:
    view = trial_view(1)
    kept.store.write(Batch(trials=[view]))
    view.state = "failed"
    view.params["lr"] = 9.0
    assert kept.look().trial(1) == trial_view(1)


def test_a_value_that_is_no_number_is_null_in_a_trials_view(kept: Kept) -> None:
    kept.store.write(Batch(trials=[trial_view(1, value=nan, last_text="nan", spark=[0.5, inf])]))
    assert kept.look().trial(1) == trial_view(1, value=None, last_text="nan", spark=[0.5, None])


@pytest.mark.parametrize("best", [None, 0.5, inf])
def test_the_sweep_is_kept_as_last_written(kept: Kept, best: float | None) -> None:
    kept.store.write(Batch(sweep=sweep_view(sentence="first")))
    kept.store.write(Batch(sweep=sweep_view(best)))
    kept.store.write(Batch(meta={"other": "things"}))
    assert kept.look().sweep() == sweep_view(best)


def test_meta_is_added_to(kept: Kept) -> None:
    kept.store.write(Batch(meta={"config": "{}", "version": "1"}))
    kept.store.write(Batch(meta={"version": "2"}))
    assert kept.look().meta() == {"config": "{}", "version": "2"}


def test_reports_come_in_the_order_stored_of_one_trial_or_of_all(kept: Kept) -> None:
    kept.store.write(batch(reported(1, [2, 1]), reported(2, [1]), reported(1, [3])))
    look = kept.look()
    assert [r.report.step for r in look.reports(1)] == [2, 1, 3]
    assert [(r.trial, r.report.step) for r in look.reports()] == [(1, 2), (1, 1), (2, 1), (1, 3)]
    assert list(look.reports(3)) == []


def test_a_resumed_trials_curve_goes_on_from_its_checkpoint(kept: Kept) -> None:
    kept.store.write(batch(reported(1, [1, 2, 3, 4], value=0.1), reported(2, [1], value=0.7)))
    kept.store.write(batch(reported(1, [3], attempt=2, value=0.2), first=3))
    expected = [Point(1, 0.1, 1.0), Point(2, 0.1, 2.0), Point(3, 0.2, 3.0)]
    assert kept.look().series(1) == {"val_acc": expected}


def test_what_a_trial_used_comes_attempt_by_attempt(kept: Kept) -> None:
    later = [used(1, 5.0, attempt=2, util=50.0), used(1, 9.0, attempt=2)]
    first = [used(1, 3.0, util=12.5, memory=40_000_000_000, cpu=180.0), used(1, 7.0, memory=0)]
    kept.store.write(Batch(usage=[later[1], first[0], used(2, 4.0)]))
    kept.store.write(Batch(usage=[first[1], later[0]]))
    look = kept.look()
    assert look.usage(1) == [*first, *later]
    assert look.usage(2) == [used(2, 4.0)]
    assert look.usage(3) == []


def test_how_a_device_was_comes_from_a_time_on(kept: Kept) -> None:
    cool = seen("gpu0", 1.0, util=5.0, mem_used=10**11, temperature=40.0, power=71.5)
    hot = seen("gpu0", 3.0, temperature=83.0)
    kept.store.write(Batch(device_samples=[seen("gpu0:1", 2.0), hot]))
    kept.store.write(Batch(device_samples=[cool]))
    look = kept.look()
    assert look.device_samples("gpu0") == [cool, hot]
    assert look.device_samples("gpu0", 1.5) == look.device_samples("gpu0", 3.0) == [hot]
    assert look.device_samples("gpu7") == []
    assert list(look.devices_seen().items()) == [("gpu0:1", 2.0), ("gpu0", 3.0)]


def test_of_two_samples_of_one_time_the_first_is_kept(kept: Kept) -> None:
    kept.store.write(Batch(usage=[used(1, 1.0, util=1.0)], device_samples=[seen("cpu", 1.0)]))
    kept.store.write(
        Batch(usage=[used(1, 1.0, util=2.0)], device_samples=[seen("cpu", 1.0, util=2.0)])
    )
    assert kept.look().usage(1) == [used(1, 1.0, util=1.0)]
    assert kept.look().device_samples("cpu") == [seen("cpu", 1.0)]


def test_a_batch_that_cannot_be_written_leaves_no_trace(kept: Kept) -> None:
    kept.store.write(Batch(events=logged([created()]), offsets=[offset(1, 1)]))
    spoilt = Batch(
        events=logged([started(1), reported(1, [1])], first=2),
        offsets=[offset(1, 2)],
        trials=[trial_view(1), trial_view(2, params={"lr": object()})],
        sweep=sweep_view(),
        meta={"spoilt": "yes"},
        usage=[used(1, 1.0)],
        device_samples=[seen("gpu0", 1.0)],
    )
    with pytest.raises(TypeError):
        kept.store.write(spoilt)
    look = kept.look()
    assert list(look.replay()) == logged([created()])
    assert (look.meta(), look.sweep(), look.trials()) == ({}, None, [])
    assert look.offsets() == [offset(1, 1)]
    assert list(look.reports()) == []
    assert (look.usage(1), look.devices_seen()) == ([], {})

    spoilt.trials.pop()
    kept.store.write(spoilt)
    assert [at.seq for at in kept.look().replay()] == [1, 2, 3]


def test_several_batches_are_written_in_turn(kept: Kept) -> None:
    kept.store.write_all([batch(created()), batch(proposed(1), first=2)])
    assert list(kept.look().replay()) == logged([created(), proposed(1)])


def test_writing_goes_on_under_a_replay_that_ends_where_the_log_ended(kept: Kept) -> None:
    log = logged([started(1), reported(1, [1]), ended(1)])
    kept.store.write(Batch(events=log))
    replay = kept.look().replay()
    seen = [next(replay)]
    kept.store.write(batch(reported(1, [2]), started(2), first=4))
    assert seen + list(replay) == log


def test_an_event_with_default_fields_comes_back_equal(kept: Kept) -> None:
    event = structs.replace(proposed(1), budget=27, stage="fine", space_version=3)
    kept.store.write(batch(event))
    assert list(kept.look().events()) == logged([event])
