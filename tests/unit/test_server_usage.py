"""What trials and devices used is answered thinned, with its gaps and its peaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import asdict

from engine.core.views import DeviceView
from engine.errors import NotFoundError
from engine.protocol.messages import DevicePoint, GetDeviceHistory, GetUsage, UsagePoint
from engine.server.handlers import HANDLERS, Viewer
from engine.store.base import UsageSample
from tests.fakes.batches import used
from tests.fakes.fake_source import FakeSource


class TwoAttempts(FakeSource):
    """Its first trial used what a test says, attempt by attempt."""

    samples: tuple[UsageSample, ...] = ()

    async def usage_of(self, number: int) -> list[UsageSample]:
        return list(self.samples)


@pytest.fixture
def source(tmp_path: Path) -> TwoAttempts:
    source = TwoAttempts(tmp_path)
    source.propose()
    return source


async def ask(source: FakeSource, request: GetUsage | GetDeviceHistory) -> list:
    viewer = Viewer(source=source, who="ada", read_only=True)
    return await HANDLERS[type(request)](viewer, request)


async def test_usage_of_two_attempts_has_a_gap_between_them(source: TwoAttempts) -> None:
    source.samples = (used(1, 1.0, util=90.0, memory=7), used(1, 8.0, attempt=2, util=80.0))

    assert await ask(source, GetUsage(id=0, trial=1)) == [
        UsagePoint(at=1.0, util=90.0, memory=7),
        UsagePoint(at=1.0, util=None, memory=None),
        UsagePoint(at=8.0, util=80.0, memory=None),
    ]


async def test_a_short_peak_and_a_short_gap_survive_thinning(source: TwoAttempts) -> None:
    samples = [used(1, float(n), util=50.0, memory=1000, cpu=10.0) for n in range(5000)]
    samples[1234] = used(1, 1234.0, util=50.0, memory=9000, cpu=10.0)
    samples[2345] = used(1, 2345.0, util=1.0, memory=1000, cpu=400.0)
    samples[3456:] = [used(1, s.at, attempt=2, util=50.0, memory=1000) for s in samples[3456:]]
    source.samples = tuple(samples)

    points = await ask(source, GetUsage(id=0, trial=1, points=200))

    assert len(points) <= 200
    assert [p.at for p in points] == sorted(p.at for p in points)
    assert max(p.memory for p in points if p.memory is not None) == 9000
    assert min(p.util for p in points if p.util is not None) == 1.0
    assert max(p.cpu for p in points if p.cpu is not None) == 400.0
    assert UsagePoint(at=3455.0, util=None, memory=None) in points


async def test_usage_of_an_unknown_trial_is_refused(source: TwoAttempts) -> None:
    assert await ask(source, GetUsage(id=0, trial=1)) == []
    with pytest.raises(NotFoundError, match="t0007"):
        await ask(source, GetUsage(id=0, trial=7))


async def test_a_devices_history_is_told_from_a_time_on_and_thinned(source: TwoAttempts) -> None:
    points = [
        DevicePoint(at=float(n), util=n % 7, mem_used=None, temperature=40.0 + n / 100, power=None)
        for n in range(2000)
    ]
    source.device_points["gpu0"] = points

    told = await ask(source, GetDeviceHistory(id=0, device="gpu0", since=1000.0))
    thinned = await ask(source, GetDeviceHistory(id=0, device="gpu0", points=100))

    assert [asdict(p) for p in told] == [asdict(p) for p in points[1000:]]
    assert len(thinned) <= 100
    assert (thinned[0], thinned[-1]) == (points[0], points[-1])


async def test_a_device_nobody_looked_at_yet_has_no_history_and_an_unknown_one_is_refused(
    source: TwoAttempts,
) -> None:
    source.set_sweep(devices=[DeviceView(id="gpu0", name="H200"), DeviceView(id="cpu", name="")])

    assert await ask(source, GetDeviceHistory(id=0, device="gpu0")) == []
    with pytest.raises(NotFoundError, match=r"no device 'gpu9' in this sweep: there are gpu0, cpu"):
        await ask(source, GetDeviceHistory(id=0, device="gpu9"))
