"""The version of this engine, as its viewers are told."""

from __future__ import annotations

VERSION = "0.1.0"
