"""What an older end does not know: an engine outlives the command that started it.

A sweep's engine may be older than the tui-tuner that looks at it, or newer. Both say their
revision as they shake hands, and go on with what both know.
"""

from __future__ import annotations

from engine import errors
from engine.core.acts import SetSlots, UseGpus
from engine.version import VERSION

from . import messages as m

REVISION = 1
"""Grows with every message or act that an older end cannot read; 0 was before it was told."""

_SINCE: dict[type, tuple[int, str]] = {
    m.GetUsage: (1, "what trials used over time"),
    m.GetDeviceHistory: (1, "the history of devices"),
    UseGpus: (1, "GPUs that are taken or given"),
}
"""The first revision that knows a request or an act, and what people call it."""

_AUTOMATIC_SLOTS = (1, "automatic slots")


def require_known(request: m.Request, welcome: m.Welcome) -> None:
    """Raise OtherVersionError where the engine is too old for a request: it would hang up."""
    for since, what in _needs(request):
        if welcome.revision < since:
            raise errors.OtherVersionError(f"{_older(welcome.engine_version)} {what}; {_RENEW}")


def unknown_request(kind: str, reason: str, revision: int) -> errors.TunerError:
    """What to tell a viewer of a revision whose request this engine cannot read."""
    if revision > REVISION:
        return errors.OtherVersionError(f"{_older(VERSION)} {kind!r}; {_RENEW}")
    return errors.UsageError(f"what arrived is no message: {reason}")


def misunderstood(error: errors.ProtocolError, welcome: m.Welcome) -> errors.TunerError:
    """Explain what one end could not read by the age of the other, where they differ."""
    theirs = welcome.engine_version
    if welcome.revision < REVISION:
        return errors.OtherVersionError(f"{_older(theirs)} what was asked of it; {_RENEW}")
    if welcome.revision > REVISION:
        return errors.OtherVersionError(
            f"the engine of this sweep is newer (tui-tuner {theirs}) than this tui-tuner "
            f"({VERSION}), which cannot read what it says: use the newer one"
        )
    return error


_RENEW = "stop the sweep and resume it, to have it run by this tui-tuner"


def _older(version: str) -> str:
    return f"the engine of this sweep is older (tui-tuner {version}): it does not know"


def _needs(request: m.Request) -> list[tuple[int, str]]:
    parts: list[object] = [request]
    needs = []
    if isinstance(request, m.DoAct):
        parts.append(request.act)
        if isinstance(request.act, SetSlots) and request.act.count is None:
            needs.append(_AUTOMATIC_SLOTS)
    return needs + [_SINCE[type(part)] for part in parts if type(part) in _SINCE]
