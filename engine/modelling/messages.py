"""What the engine and the process that models say to each other: msgpack, its length before it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from engine.core.edits import SpaceVersion
from engine.core.observing import Observation
from engine.search.base import Exhausted, Proposal

LENGTH_BYTES = 4


class Begin(Struct, frozen=True, kw_only=True, tag="begin"):
    """The sweep: its config as JSON, as the store keeps it, and its seed."""

    config: bytes
    seed: int


class Tell(Struct, frozen=True, kw_only=True, tag="tell"):
    """Versions of the space and observations of trials, each told again when it changed."""

    versions: tuple[SpaceVersion, ...] = ()
    news: tuple[Observation, ...] = ()


class Make(Struct, frozen=True, kw_only=True, tag="make"):
    """Make proposal `index` in the newest version told, the other candidates being in flight."""

    index: int
    in_flight: tuple[Observation, ...] = ()


class Done(Struct, frozen=True, kw_only=True, tag="done"):
    """The proposal asked for, and the index to ask for next."""

    proposal: Proposal | None
    exhausted: Exhausted | None
    following: int


class Failed(Struct, frozen=True, kw_only=True, tag="failed"):
    """Why no proposal was made: one line."""

    reason: str


Request = Begin | Tell | Make
Answer = Done | Failed

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def framed(message: Any) -> bytes:
    """Encode a message. Raises OverflowError for integers beyond 64 bits."""
    body = _encoder.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def length_of(head: bytes) -> int:
    """How many bytes follow these first `LENGTH_BYTES`."""
    return int.from_bytes(head, "big")


def request_of(body: bytes) -> Request:
    """Decode what the engine says."""
    return _requests.decode(body)


def answer_of(body: bytes) -> Answer:
    """Decode what the process says."""
    return _answers.decode(body)
