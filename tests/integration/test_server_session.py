"""Viewers and an engine's session understand each other, whatever a viewer does."""

from __future__ import annotations

import asyncio
import socket
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from math import nan
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.client import Connection, connect_socket
from engine.core.acts import Prune, Stop
from engine.core.views import TrialView
from engine.errors import (
    ActError,
    ConnectionLostError,
    NotFoundError,
    ProtocolError,
    TunerError,
    UsageError,
)
from engine.protocol import messages as m
from engine.protocol.framing import decode_answer
from engine.server import session
from engine.server.feed import PART, ROWS
from engine.server.first_rows import FIRST
from engine.server.listener import Listener
from tests.fakes.fake_source import FakeSource


class Sweep:
    """A fake sweep behind a real door."""

    def __init__(self, folder: Path) -> None:
        self.source = FakeSource(folder)
        self.door = folder / "private" / "sweep.sock"
        self.listener = Listener(self.source, self.door)
        self.viewers: list[Connection] = []

    async def view(self, *, read_only: bool = False) -> Connection:
        viewer = await connect_socket(self.door, "ada@tty1", read_only=read_only)
        self.viewers.append(viewer)
        return viewer

    async def close(self) -> None:
        for viewer in self.viewers:
            await viewer.close()
        await self.listener.close()


@pytest.fixture
async def sweep(tmp_path: Path) -> AsyncIterator[Sweep]:
    sweep = Sweep(tmp_path)
    await sweep.listener.start()
    yield sweep
    await sweep.close()


async def until(condition: Callable[[], bool], *, within_s: float = 5.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Screen:
    """What a viewer knows from the pushes it was given."""

    def __init__(self) -> None:
        self.rows: dict[str, TrialView] = {}
        self.seq = -1
        self.pushes: list[m.Push] = []

    def take(self, push: m.Push) -> None:
        self.pushes.append(push)
        if isinstance(push, m.Snapshot) and push.first:
            self.rows = {}
        self.rows |= {row.id: row for row in push.trials}
        self.seq = push.seq

    async def follow(self, viewer: Connection, to_seq: int) -> None:
        async with asyncio.timeout(10), aclosing(viewer.pushes()) as pushes:
            async for push in pushes:
                self.take(push)
                if push.seq >= to_seq and not (isinstance(push, m.Snapshot) and push.more):
                    return


# Looking ----------------------------------------------------------------------------------------


async def test_a_viewer_is_welcomed_and_sees_the_sweep(sweep: Sweep) -> None:
    sweep.source.propose()
    viewer = await sweep.view()

    assert viewer.live
    assert (await viewer.request(m.GetStatus(id=0))).trials["waiting"] == 1
    assert (await viewer.request(m.ListTrials(id=0)))[0].id == "t0001"
    assert (await viewer.request(m.GetSpace(id=0)))[0]["name"] == "lr"


async def test_the_door_is_open_to_its_owner_alone(sweep: Sweep) -> None:
    assert stat.S_IMODE(sweep.door.stat().st_mode) == 0o600
    assert stat.S_IMODE(sweep.door.parent.stat().st_mode) == 0o700


async def test_trials_are_filtered_sorted_and_cut(sweep: Sweep) -> None:
    for number in range(1, 6):
        sweep.source.propose({"lr": float(number)})
    viewer = await sweep.view()

    wanted = m.ListTrials(id=0, where="lr>=2 lr<5", sort="-lr", limit=2)
    assert [row.id for row in await viewer.request(wanted)] == ["t0004", "t0003"]
    with pytest.raises(UsageError, match="did you mean lr"):
        await viewer.request(m.ListTrials(id=0, where="lrr>=2"))
    with pytest.raises(UsageError, match="cannot sort by"):
        await viewer.request(m.ListTrials(id=0, sort="-colour"))


async def test_a_trial_is_shown_with_its_curves_checkpoints_and_history(sweep: Sweep) -> None:
    source = sweep.source
    number = source.propose()
    source.start(number)
    source.report(number, 1, 0.5, val_loss=2.0)
    source.report(number, 2, nan)
    saved = source.directory / "trials/0001/checkpoints"
    saved.mkdir(parents=True)
    (saved / "epoch=0002-val_acc=0.5.pt").touch()
    source.decide("stop", "t0001 stopped", number)
    viewer = await sweep.view()

    detail = await viewer.request(m.ShowTrial(id=0, trial=number))

    assert detail.series["val_acc"] == [(1, 0.5, source.now), (2, None, source.now)]
    assert [c.step for c in detail.checkpoints] == [2]
    assert [d.sentence for d in detail.decisions] == ["t0001 stopped"]
    with pytest.raises(NotFoundError, match="t0099"):
        await viewer.request(m.ShowTrial(id=0, trial=99))


async def test_many_requests_at_once_each_get_their_own_answer(sweep: Sweep) -> None:
    for _ in range(40):
        sweep.source.propose()
    viewer = await sweep.view()

    asked = [viewer.request(m.ShowTrial(id=0, trial=n)) for n in range(1, 41)]
    details = await asyncio.wait_for(asyncio.gather(*asked), 10)

    assert [d.trial.id for d in details] == [f"t{n:04d}" for n in range(1, 41)]


# Logs -------------------------------------------------------------------------------------------


async def read(viewer: Connection, **fields: int) -> m.LogChunk:
    chunk: m.LogChunk = await viewer.request(m.ReadLog(id=0, trial=1, **fields))
    return chunk


async def test_a_log_is_read_on_and_cannot_steer_the_terminal(sweep: Sweep) -> None:
    sweep.source.propose()
    sweep.source.start(1)
    sweep.source.write_log(1, "epoch 1\n\x1b]52;c;aGk=\x07 50%\r100%\n")
    viewer = await sweep.view()

    first = await read(viewer, offset=0)
    sweep.source.write_log(1, "epoch 2\n")
    second = await read(viewer, offset=first.next)

    assert "\x1b" not in first.text
    assert first.text.splitlines()[1] == "100%"
    assert second.text == "epoch 2\n"
    assert second.running


async def test_a_log_from_its_end_begins_with_a_whole_line(sweep: Sweep) -> None:
    sweep.source.propose()
    sweep.source.start(1)
    sweep.source.write_log(1, "".join(f"line {i}\n" for i in range(1000)))
    viewer = await sweep.view()

    assert (await read(viewer, offset=-20)).text == "line 998\nline 999\n"


async def test_a_character_cut_in_two_arrives_whole_in_the_next_piece(sweep: Sweep) -> None:
    sweep.source.propose()
    sweep.source.start(1)
    sweep.source.write_log(1, "aé€😀b")
    viewer = await sweep.view()

    text, offset = "", 0
    while (chunk := await read(viewer, offset=offset, limit=4)).next > offset:
        text, offset = text + chunk.text, chunk.next
    assert text == "aé€😀b"


async def test_a_log_that_is_not_there_is_empty_and_an_unknown_attempt_an_error(
    sweep: Sweep,
) -> None:
    sweep.source.propose()
    viewer = await sweep.view()

    assert (await read(viewer)).size == 0
    with pytest.raises(NotFoundError, match="no attempt 3"):
        await read(viewer, attempt=3)


# Steering ---------------------------------------------------------------------------------------


async def test_a_prune_is_done_once_in_the_name_of_who_asked(sweep: Sweep) -> None:
    sweep.source.propose()
    viewer = await sweep.view()
    act = m.DoAct(id=0, request="one", act=Prune(trials=(1, 7)), why="too\x1bslow")

    first = await viewer.request(act)
    again = await viewer.request(act)

    assert first == again
    assert first.done == ["t0001"]
    assert [s.id for s in first.skipped] == ["t0007"]
    ((done, who, why),) = sweep.source.acts
    assert (done, who, why) == (Prune(trials=(1, 7)), "ada@tty1", "too␛slow")


async def test_a_dry_run_does_nothing(sweep: Sweep) -> None:
    sweep.source.propose()
    viewer = await sweep.view(read_only=True)

    act = m.DoAct(id=0, request="r", act=Prune(trials=(1,)), dry_run=True)
    assert (await viewer.request(act)).done == ["t0001"]
    assert sweep.source.trial(1).state == "waiting"


async def test_a_filter_adds_the_trials_it_selects(sweep: Sweep) -> None:
    for lr in (1.0, 2.0, 3.0):
        sweep.source.propose({"lr": lr})
    viewer = await sweep.view()

    act = m.DoAct(id=0, request="r", act=Prune(trials=(1,)), where="lr>=3")
    assert (await viewer.request(act)).done == ["t0001", "t0003"]
    with pytest.raises(UsageError):
        await viewer.request(replace(act, request="s", where="lr>="))


async def test_a_read_only_viewer_cannot_act(sweep: Sweep) -> None:
    sweep.source.propose()
    viewer = await sweep.view(read_only=True)

    with pytest.raises(ActError, match="read-only"):
        await viewer.request(m.DoAct(id=0, request="r", act=Stop()))
    with pytest.raises(ActError, match="read-only"):
        await viewer.request(m.Leave(id=0))
    assert not sweep.source.acts


# Pushes -----------------------------------------------------------------------------------------


async def test_a_subscriber_gets_a_snapshot_then_what_changes(sweep: Sweep) -> None:
    sweep.source.propose()
    viewer = await sweep.view()
    await viewer.request(m.Subscribe(id=0, rate=20))
    screen = Screen()
    await screen.follow(viewer, sweep.source.seq)

    sweep.source.start(1)
    sweep.source.report(1, 1, 0.5)
    sweep.source.decide("stop", "t0001 stopped", 1)
    await screen.follow(viewer, sweep.source.seq)

    first, *deltas = screen.pushes
    assert isinstance(first, m.Snapshot)
    assert all(isinstance(push, m.Delta) for push in deltas)
    assert screen.rows["t0001"].value == 0.5
    assert [d.sentence for push in screen.pushes for d in push.decisions] == ["t0001 stopped"]


async def test_a_large_sweep_comes_in_parts_what_runs_and_the_best_first(sweep: Sweep) -> None:
    for number in range(2 * ROWS + FIRST + 1):
        sweep.source.propose(best=number / 1e4)
    sweep.source.start(7)
    viewer = await sweep.view()
    await viewer.request(m.Subscribe(id=0))
    screen = Screen()
    await screen.follow(viewer, sweep.source.seq)

    assert [len(push.trials) for push in screen.pushes] == [FIRST, ROWS, ROWS, 1]
    assert [getattr(push, "more", None) for push in screen.pushes] == [True, True, True, False]
    assert [getattr(push, "first", None) for push in screen.pushes] == [True, False, False, False]
    best = [f"t{number:04d}" for number in range(2 * ROWS + FIRST + 1, 0, -1)]
    assert [row.id for row in screen.pushes[0].trials] == ["t0007", *best[: FIRST - 1]]
    assert len({row.id for push in screen.pushes for row in push.trials}) == len(best)


async def test_many_changes_become_few_pushes_with_the_newest_rows(sweep: Sweep) -> None:
    sweep.source.propose()
    viewer = await sweep.view()
    await viewer.request(m.Subscribe(id=0, rate=10))
    screen = Screen()
    await screen.follow(viewer, sweep.source.seq)

    for step in range(1, 501):
        sweep.source.report(1, step, step / 500)
        if step % 10 == 0:
            await asyncio.sleep(0)
    await screen.follow(viewer, sweep.source.seq)

    assert screen.rows["t0001"].value == 1.0
    assert len(screen.pushes) <= 4


async def test_nothing_is_sent_while_only_the_clock_moves(sweep: Sweep) -> None:
    sweep.source.propose()
    viewer = await sweep.view()
    await viewer.request(m.Subscribe(id=0, rate=20))
    screen = Screen()
    await screen.follow(viewer, sweep.source.seq)

    for _ in range(3):
        sweep.source.now += 1
        sweep.source.commit()
        await asyncio.sleep(0.06)
    sweep.source.propose()
    await screen.follow(viewer, sweep.source.seq)

    assert len(screen.pushes) == 2


async def test_two_viewers_agree(sweep: Sweep) -> None:
    screens = []
    for _ in range(2):
        viewer = await sweep.view()
        await viewer.request(m.Subscribe(id=0, rate=20))
        screens.append((viewer, Screen()))
    for number in range(1, 6):
        sweep.source.propose()
        sweep.source.start(number)
        sweep.source.report(number, 1, number / 10)
        await asyncio.sleep(0.02)
    for viewer, screen in screens:
        await screen.follow(viewer, sweep.source.seq)

    assert screens[0][1].rows == screens[1][1].rows


async def test_a_viewer_that_does_not_read_costs_little_and_is_up_to_date_afterwards(
    sweep: Sweep,
) -> None:
    for _ in range(PART + 500):
        sweep.source.propose({"note": "x" * 2000})
    slow = socket.socket(socket.AF_UNIX)
    slow.connect(str(sweep.door))
    slow.sendall(b'{"type":"hello","id":1,"who":"slow"}\n{"type":"subscribe","id":2,"rate":20}\n')
    other = await sweep.view()

    for _ in range(20):
        for number in range(1, PART + 501):
            sweep.source.change(number, step=(sweep.source.trial(number).step or 0) + 1)
        await asyncio.sleep(0.01)
    async with asyncio.timeout(2):
        await other.request(m.GetStatus(id=0))

    rows: dict[str, int] = {}
    read_bytes = 0
    reader, writer = await asyncio.open_unix_connection(sock=slow, limit=1 << 24)
    async with asyncio.timeout(10):
        while len(rows) < PART + 500 or set(rows.values()) != {20}:
            line = await reader.readline()
            read_bytes += len(line)
            if b'"type":"snapshot"' in line or b'"type":"delta"' in line:
                push = _decode(line)
                rows |= {row.id: row.step or 0 for row in push.trials}
    assert read_bytes < 20_000_000
    writer.close()
    await writer.wait_closed()


def _decode(line: bytes) -> m.Push:
    answer = decode_answer(line)
    assert isinstance(answer, m.Snapshot | m.Delta)
    return answer


# Comings and goings -----------------------------------------------------------------------------


async def test_the_engine_counts_its_viewers(sweep: Sweep) -> None:
    viewer = await sweep.view()
    await viewer.request(m.Subscribe(id=0))
    assert sweep.listener.viewers == 1

    await viewer.close()

    await until(lambda: sweep.listener.viewers == 0)
    assert sweep.source.watchers == 0


async def test_a_viewer_learns_that_the_engine_went_away(sweep: Sweep) -> None:
    viewer = await sweep.view()
    await viewer.request(m.Subscribe(id=0))
    await sweep.listener.close()

    with pytest.raises(ConnectionLostError):
        async for _ in viewer.pushes():
            pass
    with pytest.raises(ConnectionLostError):
        await viewer.request(m.GetStatus(id=0))
    with pytest.raises(ConnectionLostError, match="no engine answers"):
        await sweep.view()


async def test_a_socket_that_a_dead_engine_left_is_replaced(tmp_path: Path) -> None:
    door = tmp_path / "left.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(door))
    left.close()
    listener = Listener(FakeSource(tmp_path), door)

    await listener.start()

    viewer = await connect_socket(door, "ada")
    await viewer.close()
    await listener.close()
    assert not door.exists()


async def test_a_file_in_the_way_of_the_socket_is_left_alone(tmp_path: Path) -> None:
    door = tmp_path / "precious"
    door.write_text("data")

    with pytest.raises(TunerError, match="in the way"):
        await Listener(FakeSource(tmp_path), door).start()
    assert door.read_text() == "data"


async def test_another_version_is_refused_with_a_sentence(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "PROTOCOL_VERSION", 99)

    with pytest.raises(ProtocolError, match="speaks version 99"):
        await sweep.view()


async def test_who_says_nothing_is_hung_up_on(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "HANDSHAKE_S", 0.05)
    reader, writer = await asyncio.open_unix_connection(str(sweep.door))

    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\n\r\n", b'{"type":"get_status","id":1}\n', b"\xff" * 2_000_000]
)
async def test_a_stranger_is_hung_up_on_and_the_engine_goes_on(sweep: Sweep, said: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(str(sweep.door))
    writer.write(said)
    with suppress(ConnectionResetError):
        answer = await asyncio.wait_for(reader.read(), 5)
        assert b"digits" not in answer

    assert (await (await sweep.view()).request(m.GetStatus(id=0))).name == "digits"
    writer.close()


async def test_a_slow_taker_of_pushes_gets_several_in_one(sweep: Sweep) -> None:
    sweep.source.propose()
    viewer = await sweep.view()
    await viewer.request(m.Subscribe(id=0, rate=20))
    for step in range(1, 31):
        sweep.source.report(1, step, step / 30)
        await asyncio.sleep(0.055)

    screen = Screen()
    await screen.follow(viewer, sweep.source.seq)

    assert screen.rows["t0001"].step == 30
    assert len(screen.pushes) <= 17
