"""How events, metrics and views become the bytes of a row.

JSON, so that a row can be read with any tool. JSON has no NaN and no infinities: metrics spell
them as strings, and the rare event that carries one in its parameters is kept as MessagePack.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite

import msgspec

from engine.core.events import Event
from engine.core.views import SweepView, TrialView

_encode = msgspec.json.Encoder().encode
_decode_event: Callable[[bytes], Event] = msgspec.json.Decoder(Event).decode
_decode_packed_event: Callable[[bytes], Event] = msgspec.msgpack.Decoder(Event).decode
_decode_finite = msgspec.json.Decoder(dict[str, float]).decode
_decode_spelled = msgspec.json.Decoder(dict[str, float | str]).decode
_decode_trial = msgspec.json.Decoder(TrialView).decode
_decode_sweep = msgspec.json.Decoder(SweepView).decode
_decode_packed_sweep = msgspec.msgpack.Decoder(SweepView).decode

_OBJECT = ord("{")


def encode_event(event: Event) -> bytes:
    """Encode an event so that `decode_event` gives an equal one."""
    body = _encode(event)
    if b"null" in body and _decode_event(body) != event:
        return msgspec.msgpack.encode(event)
    return body


def decode_event(body: bytes) -> Event:
    """Decode what `encode_event` made."""
    return _decode_event(body) if body[0] == _OBJECT else _decode_packed_event(body)


def encode_metrics(metrics: dict[str, float]) -> bytes:
    """Encode metrics, NaN and infinities as 'nan', 'inf' and '-inf'."""
    body = _encode(metrics)
    if b"null" in body:
        return _encode({name: _spelled(value) for name, value in metrics.items()})
    return body


def decode_metrics(body: bytes) -> dict[str, float]:
    """Decode what `encode_metrics` made."""
    if b':"' in body:
        return {name: float(value) for name, value in _decode_spelled(body).items()}
    return _decode_finite(body)


def encode_trial(view: TrialView) -> bytes:
    """Encode a trial's view; a value that is no number becomes null, as in the JSON output."""
    return _encode(view)


def decode_trial(body: bytes) -> TrialView:
    """Decode what `encode_trial` made."""
    return _decode_trial(body)


def encode_sweep(view: SweepView) -> bytes:
    """Encode the sweep's view so that `decode_sweep` gives it back, whatever its best value is."""
    if view.best is not None and not isfinite(view.best.value):
        return msgspec.msgpack.encode(view)
    return _encode(view)


def decode_sweep(body: bytes) -> SweepView:
    """Decode what `encode_sweep` made."""
    return _decode_sweep(body) if body[0] == _OBJECT else _decode_packed_sweep(body)


def _spelled(value: float) -> float | str:
    if isfinite(value):
        return value
    if value == inf:
        return "inf"
    return "-inf" if value == -inf else "nan"
