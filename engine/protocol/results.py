"""What each request is answered with, and how a refusal becomes an error again."""

from __future__ import annotations

from typing import Any

import msgspec

from engine import errors
from engine.core.acts import Decision
from engine.core.views import SweepView, TrialView

from . import messages as m

RESULTS: dict[type, Any] = {
    m.Hello: m.Welcome,
    m.Subscribe: None,
    m.GetStatus: SweepView,
    m.ListTrials: list[TrialView],
    m.ShowTrial: m.TrialDetail,
    m.GetSeries: m.Series,
    m.GetUsage: m.Usage,
    m.GetDeviceHistory: list[m.DevicePoint],
    m.ReadLog: m.LogChunk,
    m.GetHistory: list[Decision],
    m.GetSpace: m.Space,
    m.GetVersions: list[m.VersionView],
    m.DoAct: m.ActResult,
    m.Leave: bool,
}
"""The type of the result by the type of its request."""

# Made ready here, in one thread: msgspec crashes on a type that two threads make ready at once.
_DECODERS = {request: msgspec.json.Decoder(result) for request, result in RESULTS.items()}

_PLAIN_ERRORS: dict[str, type[errors.TunerError]] = {
    kind.__name__: kind
    for kind in (
        errors.UsageError,
        errors.NotFoundError,
        errors.ActError,
        errors.StoreError,
        errors.StoreFullError,
        errors.StoreNewerError,
        errors.StoreCorruptError,
        errors.ConnectionLostError,
        errors.ProtocolError,
        errors.OtherVersionError,
    )
}


def decode_result(request: m.Request, reply: m.Reply) -> Any:
    """Decode a reply's result to the type that its request promises. Raises ProtocolError."""
    try:
        return _DECODERS[type(request)].decode(reply.result)
    except msgspec.DecodeError as error:
        raise errors.ProtocolError(f"the engine's answer makes no sense: {error}") from None


def refusal_of(request_id: int, error: errors.TunerError) -> m.Refusal:
    """Say an error to the viewer."""
    return m.Refusal(id=request_id, kind=type(error).__name__, text=str(error))


def error_of(refusal: m.Refusal) -> errors.TunerError:
    """Give the error that a refusal tells of; an unknown kind becomes a plain TunerError."""
    return _PLAIN_ERRORS.get(refusal.kind, errors.TunerError)(refusal.text)
