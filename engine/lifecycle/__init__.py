"""Sweeps as a user has them: where they lie, which there are, and the lives of their engines.

Importing this loads no YAML, no search library and no server; `create_sweep` does when called.
"""

from __future__ import annotations

from engine.ownership import engine_pid

from .creation import create_sweep
from .finding import KnownSweep, find_sweep, list_sweeps, spelling
from .opening import open_sweep
from .places import socket_path, state_dir
from .settings import grace_s, linger_s
from .starting import answers, start_engine

__all__ = [
    "KnownSweep",
    "answers",
    "create_sweep",
    "engine_pid",
    "find_sweep",
    "grace_s",
    "linger_s",
    "list_sweeps",
    "open_sweep",
    "socket_path",
    "spelling",
    "start_engine",
    "state_dir",
]
