"""How messages travel: one line of JSON each, of bounded length.

Both ends send and read typed messages through a `Channel`; anything else on the wire is an error
that ends the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from engine.errors import ConnectionLostError, ProtocolError

from .messages import Answer, Request

VIEWER_LIMIT = 64 << 20
"""Bytes in the longest message a viewer takes."""

ENGINE_LIMIT = 1 << 20
"""Bytes in the longest message an engine takes."""


class UnknownMessageError(ProtocolError):
    """What arrived is a numbered message, `id`, of a `kind` or a shape that is not known."""

    def __init__(self, number: int, kind: str, reason: str) -> None:
        super().__init__(f"what arrived is no message: {reason}")
        self.id = number
        self.kind = kind
        self.reason = reason


class _Envelope(Struct, frozen=True):
    id: int
    type: str


Incoming = TypeVar("Incoming")

decode_request: Callable[[bytes], Request] = msgspec.json.Decoder(Request).decode
decode_answer: Callable[[bytes], Answer] = msgspec.json.Decoder(Answer).decode
_decode_envelope = msgspec.json.Decoder(_Envelope).decode
encode: Callable[[object], bytes] = msgspec.json.Encoder().encode


class Channel(Generic[Incoming]):
    """One end of a connection, over a pair of asyncio streams.

    The reader's limit must be the side's limit above. NaN and infinities become null.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        decode: Callable[[bytes], Incoming],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._decode = decode

    async def read(self) -> Incoming | None:
        """Wait for the next message; None where the other end has hung up.

        Raises UnknownMessageError for a message that is not known, after which reading may go on,
        ProtocolError for what is no message, ConnectionLostError for a broken connection.
        """
        try:
            line = await self._reader.readline()
        except ValueError:
            raise ProtocolError("a message was longer than the protocol allows") from None
        except OSError as error:
            raise ConnectionLostError(f"the connection broke: {error.strerror or error}") from None
        if not line.endswith(b"\n"):
            return None
        try:
            return self._decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _unread(line, str(error)) from None

    def send(self, message: Struct) -> None:
        """Put a message on its way."""
        self.send_encoded(encode(message))

    def send_encoded(self, message: bytes) -> None:
        """Put an encoded message on its way."""
        self._writer.write(message + b"\n")

    async def drain(self) -> None:
        """Wait until the other end has taken most of what was sent. Raises ConnectionLostError."""
        try:
            await self._writer.drain()
        except OSError as error:
            raise ConnectionLostError(f"the connection broke: {error.strerror or error}") from None

    async def close(self) -> None:
        """Hang up; what was sent is still delivered to an end that reads."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    def abort(self) -> None:
        """Hang up at once, whatever was not delivered yet."""
        self._writer.transport.abort()


def _unread(line: bytes, reason: str) -> ProtocolError:
    try:
        envelope = _decode_envelope(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ProtocolError(f"what arrived is no message: {reason}")
    return UnknownMessageError(envelope.id, envelope.type, reason)
