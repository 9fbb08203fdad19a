"""The one error tree of the engine.

TunerError                      something a person can act on: one plain sentence
├── UsageError                  wrong arguments or a wrong config (exit 2)
│   └── ConfigError             every fault of a config, each with file and line
├── NotFoundError               no such sweep or trial (exit 3)
├── ActError                    the act was refused; the sweep is unchanged (exit 1)
├── StoreError                  the database cannot be used
│   ├── StoreFullError          no space left: nothing was written, try again later
│   ├── StoreNewerError         written by a newer version of tui-tuner
│   └── StoreCorruptError       the database fails its integrity check
├── EngineRunningError          a second engine on one sweep
├── OtherVersionError           engine and viewer are of different ages
├── LaunchError                 an attempt could not be started
└── ConnectionLostError         the engine went away, or never answered
    └── ProtocolError           what arrived is not our protocol
"""

from __future__ import annotations


class TunerError(Exception):
    """Something a person can act on; its text is one plain sentence."""

    exit_code = 1


class UsageError(TunerError):
    """Wrong arguments or a wrong config."""

    exit_code = 2


class ConfigError(UsageError):
    """Every fault of a config file; `str()` gives one line a fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class NotFoundError(TunerError):
    """No such sweep or trial."""

    exit_code = 3


class ActError(TunerError):
    """The act was refused; the sweep is unchanged."""


class StoreError(TunerError):
    """The database cannot be used."""


class StoreFullError(StoreError):
    """No space left: nothing was written; the same write may succeed later."""


class StoreNewerError(StoreError):
    """The database was written by a newer version of tui-tuner."""


class StoreCorruptError(StoreError):
    """The database fails its integrity check."""


class EngineRunningError(TunerError):
    """Another engine holds this sweep."""

    def __init__(self, pid: int | None) -> None:
        who = f"process {pid}" if pid is not None else "another process"
        super().__init__(f"this sweep already has an engine ({who})")
        self.pid = pid


class OtherVersionError(TunerError):
    """Engine and viewer are of different ages: one does not know what the other says."""


class LaunchError(TunerError):
    """An attempt could not be started."""


class ConnectionLostError(TunerError):
    """The engine went away, or never answered."""


class ProtocolError(ConnectionLostError):
    """What arrived is not our protocol, or not our version of it."""
