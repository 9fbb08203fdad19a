"""An engine outlives the command that started it: older and newer ones talk, or say why not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from engine.client import Connection, connect_socket
from engine.core import acts
from engine.errors import ConnectionLostError, OtherVersionError, UsageError
from engine.protocol import messages as m
from engine.protocol.revisions import _SINCE, REVISION
from engine.server.listener import Listener
from tests.fakes.batches import sweep_view
from tests.fakes.fake_source import FakeSource

OLD_REQUESTS = {
    "hello",
    "subscribe",
    "get_status",
    "list_trials",
    "show_trial",
    "get_series",
    "read_log",
    "get_history",
    "get_space",
    "get_versions",
    "do_act",
    "leave",
}
OLD_ACTS = {
    "prune",
    "revive",
    "retry",
    "promote",
    "pause",
    "continue",
    "clone",
    "add",
    "note",
    "edit_space",
    "set_slots",
    "pause_scheduling",
    "continue_scheduling",
    "stop",
    "resume",
    "advance_stage",
    "extend_stage",
    "repeat_stage",
    "undo",
}
STATUS = json.loads(msgspec.json.encode(sweep_view()))
Script = Callable[[dict[str, Any]], dict[str, Any] | None]


class ScriptedEngine:
    """Answers each request by a script; where that has none it hangs up, as the first one did."""

    def __init__(self, door: Path, script: Script, **welcome: Any) -> None:
        self.door = door
        self.heard: list[dict[str, Any]] = []
        self._script = script
        self._welcome = {
            "version": 1,
            "engine_version": "0.0.9",
            "pid": 1,
            "live": True,
            **welcome,
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            request = json.loads(line)
            self.heard.append(request)
            if request["type"] == "hello":
                result: Any = self._welcome
            elif (result := self._script(request)) is None:
                text = f"what arrived is no message: Invalid value '{request['type']}'"
                _write(writer, type="refusal", id=0, kind="ProtocolError", text=text)
                break
            _write(writer, type="reply", id=request["id"], result=result)
        writer.close()


def _write(writer: asyncio.StreamWriter, **message: Any) -> None:
    writer.write(json.dumps(message).encode() + b"\n")


def status_alone(request: dict[str, Any]) -> dict[str, Any] | None:
    return STATUS if request["type"] == "get_status" else None


Connect = Callable[..., Awaitable[tuple[ScriptedEngine, Connection]]]


@pytest.fixture
async def connect(tmp_path: Path) -> AsyncIterator[Connect]:
    servers: list[asyncio.Server] = []
    viewers: list[Connection] = []

    async def to(script: Script, **welcome: Any) -> tuple[ScriptedEngine, Connection]:
        engine = ScriptedEngine(tmp_path / "door", script, **welcome)
        servers.append(await asyncio.start_unix_server(engine.serve, engine.door))
        viewers.append(await connect_socket(engine.door, "ada"))
        return engine, viewers[-1]

    yield to
    for viewer in viewers:
        await viewer.close()
    for server in servers:
        server.close()


def act(done: acts.Act) -> m.DoAct:
    return m.DoAct(id=0, request="r", act=done)


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        (m.GetUsage(id=0, trial=1), "what trials used over time"),
        (m.GetDeviceHistory(id=0, device="gpu0"), "the history of devices"),
        (act(acts.UseGpus(gpus=("gpu2",), use="exclude")), "GPUs that are taken or given"),
        (act(acts.SetSlots(count=None)), "automatic slots"),
    ],
)
async def test_an_older_engine_is_not_asked_for_what_it_does_not_know(
    connect: Connect, request_: m.Request, what: str
) -> None:
    engine, viewer = await connect(status_alone)

    with pytest.raises(OtherVersionError) as refused:
        await viewer.request(request_)

    assert str(refused.value) == (
        f"the engine of this sweep is older (tui-tuner 0.0.9): it does not know {what}; "
        "stop the sweep and resume it, to have it run by this tui-tuner"
    )
    assert (await viewer.request(m.GetStatus(id=0))).name == "digits"
    assert [heard["type"] for heard in engine.heard] == ["hello", "get_status"]


async def test_an_older_engine_that_hangs_up_on_a_request_is_named_as_the_reason(
    connect: Connect,
) -> None:
    _, viewer = await connect(status_alone)

    with pytest.raises(OtherVersionError, match=r"is older .* stop the sweep and resume it"):
        await viewer.request(m.GetVersions(id=0))
    with pytest.raises(OtherVersionError, match="is older"):
        async for _ in viewer.pushes():
            pass


async def test_a_newer_engines_answer_that_cannot_be_read_says_so(connect: Connect) -> None:
    _, viewer = await connect(
        lambda _: {"painted": True}, revision=REVISION + 1, engine_version="9.0"
    )

    with pytest.raises(OtherVersionError, match=r"is newer \(tui-tuner 9.0\) than this tui-tuner"):
        await viewer.request(m.GetStatus(id=0))


async def test_an_engine_of_the_same_age_that_talks_nonsense_is_a_broken_one(
    connect: Connect,
) -> None:
    _, viewer = await connect(lambda _: {"painted": True}, revision=REVISION)

    with pytest.raises(ConnectionLostError, match="makes no sense"):
        await viewer.request(m.GetStatus(id=0))


# Viewers of other ages --------------------------------------------------------------------------


class Wire:
    """The raw end of a viewer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def ask(self, **request: Any) -> dict[str, Any]:
        _write(self.writer, **request)
        answer: dict[str, Any] = json.loads(await self._reader.readline())
        return answer


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    source = FakeSource(tmp_path)
    listener = Listener(source, tmp_path / "door")
    await listener.start()
    wire = Wire(*await asyncio.open_unix_connection(tmp_path / "door"))
    yield wire
    wire.writer.close()
    await listener.close()


async def test_an_older_viewer_looks_as_ever(wire: Wire) -> None:
    hello = await wire.ask(type="hello", id=1, version=1, who="old", read_only=False)
    status = await wire.ask(type="get_status", id=2)

    assert hello["result"].keys() >= {"version", "engine_version", "pid", "live"}
    assert status["result"]["name"] == "digits"


@pytest.mark.parametrize(
    "unknown",
    [
        {"type": "paint_trial", "colour": "red"},
        {"type": "do_act", "request": "r", "act": {"type": "paint", "trials": [1]}},
    ],
)
async def test_a_newer_viewer_is_told_what_is_not_known_and_goes_on(
    wire: Wire, unknown: dict[str, Any]
) -> None:
    await wire.ask(type="hello", id=1, version=1, who="new", revision=REVISION + 1)

    refused = await wire.ask(id=2, **unknown)
    status = await wire.ask(type="get_status", id=3)

    assert (refused["type"], refused["id"]) == ("refusal", 2)
    assert refused["kind"] == OtherVersionError.__name__
    assert "is older" in refused["text"]
    assert unknown["type"] in refused["text"]
    assert status["id"] == 3


async def test_a_viewer_of_the_same_age_that_asks_nonsense_is_told_where(wire: Wire) -> None:
    await wire.ask(type="hello", id=1, version=1, who="new", revision=REVISION)

    refused = await wire.ask(type="show_trial", id=2, trial="seven")

    assert (refused["id"], refused["kind"]) == (2, UsageError.__name__)
    assert "$.trial" in refused["text"]


def test_whatever_an_older_engine_does_not_know_has_its_revision() -> None:
    added = {kind.__struct_config__.tag for kind in _SINCE}
    requests = {kind.__struct_config__.tag for kind in get_args(m.Request)}
    known_acts = {kind.__struct_config__.tag for kind in get_args(acts.Act)}

    assert requests | known_acts == OLD_REQUESTS | OLD_ACTS | added
    assert {since for since, _ in _SINCE.values()} == set(range(1, REVISION + 1))
