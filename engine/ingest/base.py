"""What comes out of an attempt's files."""

from __future__ import annotations

from msgspec import Struct

from engine.core.model import Report


class Harvest(Struct, frozen=True, kw_only=True):
    """New reports of one attempt in the order written, and how far its files are read now.

    `offsets` maps file name (reports.jsonl, output.log) to the byte up to which all is in
    `reports` or counted in `rejected`; `complaint` says what was wrong with the last rejected
    line, quoting its start.
    """

    trial: int
    attempt: int
    reports: tuple[Report, ...]
    offsets: dict[str, int]
    rejected: int = 0
    complaint: str | None = None
