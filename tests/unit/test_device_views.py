"""GPUs as viewers see them, what is kept of them, and what outlives a trial there."""

from __future__ import annotations

from engine.core.devices import WHOLE, Device
from engine.core.views import ForeignView
from engine.devices.device_views import Tenancy, gpu_views
from engine.devices.leavings import SHOWN_S, Leavings
from engine.devices.sample import GpuSample
from engine.devices.thinning import Thinning, apart_s
from engine.devices.watched import Finding, Watched

LEFT = ForeignView(user="ann", command="python train.py", pid=5, trial="t0007")


def watched(label: str, finding: Finding, **sample: float) -> Watched:
    uuid = f"GPU-{label}"
    return Watched(
        device=Device(uuid=uuid, label=label),
        sample=GpuSample(uuid=uuid, label=label, **sample),
        finding=finding,
    )


def test_gpus_stand_in_the_order_of_the_box():
    labels = ["gpu10", "gpu2", "gpu0:1", "gpu0"]
    views = gpu_views([watched(label, Finding("ok")) for label in labels], {}, {})
    assert [view.id for view in views] == ["gpu0", "gpu0:1", "gpu2", "gpu10"]


def test_a_view_tells_who_is_there_and_how_it_stands():
    gpu = watched("gpu0", Finding("busy", "in use by x (5)"), util=49.6, mem_used=3 * 2**20 + 5)
    tenancy = Tenancy(trials=["t0001"], taken=WHOLE // 4, room=2)
    (view,) = gpu_views([gpu], {"GPU-gpu0": tenancy}, {"GPU-gpu0": [LEFT]})
    assert (view.state, view.reason, view.trials) == ("busy", "in use by x (5)", ["t0001"])
    assert (view.share, view.room, view.util, view.mem_used) == (0.25, 2, 50.0, 3 * 2**20)
    assert view.foreign == [LEFT]


def test_what_is_gone_shows_nothing_of_its_last_look():
    (view,) = gpu_views([watched("gpu0", Finding("gone"), util=99.0)], {}, {})
    assert (view.state, view.util) == ("gone", None)


def test_what_is_gone_makes_way_for_what_is_called_as_it_was():
    old = Watched(device=Device(uuid="MIG-1", label="gpu0:1"), finding=Finding("gone"))
    other = Watched(device=Device(uuid="MIG-2", label="gpu0:2"), finding=Finding("gone"))
    views = gpu_views(
        [watched("gpu0", Finding("ok")), old, watched("gpu0:1", Finding("ok")), other], {}, {}
    )
    assert [(view.id, view.uuid) for view in views] == [
        ("gpu0", "GPU-gpu0"),
        ("gpu0:1", "GPU-gpu0:1"),
        ("gpu0:2", "MIG-2"),
    ]


def test_samples_of_an_attempt_lie_a_hundredth_of_its_age_apart():
    assert apart_s(10.0) == 2.0
    assert apart_s(3600.0) == 36.0
    thinning = Thinning()
    assert [thinning.is_due("a", at, 2.0) for at in (0, 1, 2, 3, 4)] == [True, False] * 2 + [True]
    thinning.keep(["b"])
    assert thinning.is_due("a", 4, 2.0)
    assert thinning.is_due("a", 3, 2.0), "the clock was set back"


def test_what_outlives_a_trial_is_told_and_how_long_that_kept_the_gpu():
    leavings, labels = Leavings(), {"A": "gpu3"}

    def look(now: float, *others: ForeignView) -> dict[str, str | None]:
        return leavings.look({"A": list(others)}, labels, lambda trial: 100.0, now)

    told = "gpu3 is in use by python (5), which outlived t0007"
    assert look(101.0, LEFT) == {"left:A": told}
    assert look(101.5, LEFT) == {}
    assert look(101.8) == {"left:A": "gpu3 free after 1.8 s"}
    assert look(105.0) == {}
    assert look(101.8 + SHOWN_S) == {"left:A": None}
    assert look(200.0) == {}
