"""One handler a request. `Hello` and `Subscribe` are the session's own."""

from __future__ import annotations

from engine.protocol import messages as m

from .act import do_act
from .base import Handler, Viewer
from .device_history import get_device_history
from .history import get_history
from .leave import leave
from .log import read_log
from .series import get_series
from .show import show_trial
from .space import get_space, get_versions
from .status import get_status
from .trials import list_trials
from .usage import get_usage

__all__ = ["HANDLERS", "Handler", "Viewer"]

HANDLERS: dict[type, Handler] = {
    m.GetStatus: get_status,
    m.ListTrials: list_trials,
    m.ShowTrial: show_trial,
    m.GetSeries: get_series,
    m.GetUsage: get_usage,
    m.GetDeviceHistory: get_device_history,
    m.ReadLog: read_log,
    m.GetHistory: get_history,
    m.GetSpace: get_space,
    m.GetVersions: get_versions,
    m.DoAct: do_act,
    m.Leave: leave,
}
