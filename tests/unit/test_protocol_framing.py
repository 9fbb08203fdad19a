"""What travels over the wire arrives whole, typed, and within bounds."""

from __future__ import annotations

import asyncio
import socket
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import pytest

from engine import errors
from engine.core.acts import Prune
from engine.errors import ProtocolError
from engine.protocol import messages as m
from engine.protocol.framing import Channel, decode_request, encode
from engine.protocol.results import RESULTS, error_of, refusal_of
from engine.version import VERSION


class Wire:
    """A channel that reads, and the raw far end."""

    def __init__(self, channel: Channel[m.Request], far: asyncio.StreamWriter) -> None:
        self.channel = channel
        self.far = far


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    near, far = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=near, limit=1000)
    _, far_writer = await asyncio.open_connection(sock=far)
    channel = Channel(reader, writer, decode_request)
    yield Wire(channel, far_writer)
    await channel.close()
    far_writer.close()
    await far_writer.wait_closed()


async def test_a_message_arrives_as_it_was_sent(wire: Wire) -> None:
    sent = m.DoAct(id=3, request="r", act=Prune(trials=(1, 2)), why="bad")
    wire.far.write(encode(sent) + b"\n")

    assert await wire.channel.read() == sent


async def test_a_hang_up_is_the_end_even_in_the_middle_of_a_message(wire: Wire) -> None:
    wire.far.write(b'{"type":"get_status","id":1}\n{"type":')
    wire.far.write_eof()

    assert await wire.channel.read() == m.GetStatus(id=1)
    assert await wire.channel.read() is None


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello\n",
        b"\n",
        b"[]\n",
        b'{"type":"no_such","id":1}\n',
        b'{"type":"show_trial","id":1,"trial":"seven"}\n',
        b'{"type":"hello","id":1,"who":"\xff\xfe"}\n',
        b"[" * 900 + b"\n",
        b"x" * 5000 + b"\n",
    ],
)
async def test_garbage_is_a_protocol_error(wire: Wire, garbage: bytes) -> None:
    wire.far.write(garbage)

    with pytest.raises(ProtocolError):
        await wire.channel.read()


def test_every_request_has_a_type_of_result() -> None:
    assert set(RESULTS) == set(get_args(m.Request))


@pytest.mark.parametrize(
    "kind", [errors.UsageError, errors.NotFoundError, errors.ActError, errors.StoreNewerError]
)
def test_a_refusal_becomes_the_same_error_again(kind: type[errors.TunerError]) -> None:
    refused = error_of(refusal_of(7, kind("no")))

    assert type(refused) is kind
    assert str(refused) == "no"


def test_an_unknown_refusal_is_still_an_error_of_ours() -> None:
    assert type(error_of(m.Refusal(id=1, kind="FromTheFuture", text="x"))) is errors.TunerError


def test_the_engine_names_the_version_of_the_package() -> None:
    pyproject = Path(__file__).parents[2] / "pyproject.toml"

    assert tomllib.loads(pyproject.read_text())["project"]["version"] == VERSION
