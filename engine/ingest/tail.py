"""Everything that one attempt says, from both of its files."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.core.model import Report

from .base import Harvest
from .cursor import Chunk, Cursor, RedrawnCursor
from .lines import Parsed, parse_line
from .stdout import OutputParser
from .wire import OUTPUT_FILE, REPORTS_FILE


class Tail:
    """Follows one attempt's reports.jsonl and output.log. Not thread-safe.

    `offsets` are those of the last stored Harvest: beside the two files' bytes they hold, as
    output.log#0, #1, ..., how often each pattern has matched.
    """

    def __init__(
        self,
        trial: int,
        attempt: int,
        attempt_dir: Path,
        *,
        offsets: Mapping[str, int] | None = None,
        objective: str | None = None,
        patterns: Sequence[re.Pattern[str]] = (),
    ) -> None:
        self.trial = trial
        self.attempt = attempt
        self._objective = objective
        self._patterns = tuple(patterns)
        known = offsets or {}
        self._reports = Cursor(os.path.join(attempt_dir, REPORTS_FILE), known.get(REPORTS_FILE, 0))
        self._output = RedrawnCursor(
            os.path.join(attempt_dir, OUTPUT_FILE), known.get(OUTPUT_FILE, 0)
        )
        self._parser = self._new_parser([known.get(key, 0) for key in self._count_keys()])

    @property
    def more(self) -> bool:
        """Whether the last poll left something behind that can be read at once."""
        return self._reports.more or self._output.more

    def poll(self, now: float) -> Harvest | None:
        """Read what is new, at most a chunk of each file; None where that says nothing.

        `now` (seconds since the epoch) dates the reports that do not say when they were made.
        """
        reports = self._reports.read()
        output = self._read_output()
        if reports is None and output is None:
            return None
        return self._harvest(reports, output, now)

    def poll_final(self, now: float) -> Harvest | None:
        """Read what is new of an attempt that has ended; at the end also what no newline ends.

        Call it again while `more`.
        """
        found = self.poll(now)
        if self.more:
            return found
        rest = self._harvest(self._reports.read_rest(), self._output.read_rest(), now)
        return _joined(found, rest) if found is not None and rest is not None else found or rest

    def _read_output(self) -> Chunk | None:
        restarts = self._output.restarts
        chunk = self._output.read()
        if self._output.restarts != restarts:
            self._parser = self._new_parser([])
        return chunk

    def _new_parser(self, counts: Sequence[int]) -> OutputParser:
        return OutputParser(self._patterns, counts, self._objective)

    def _harvest(self, reports: Chunk | None, output: Chunk | None, now: float) -> Harvest | None:
        parsed: list[Parsed] = []
        if reports is not None:
            parsed += [Parsed(None, text) for text in reports.complaints]
            lines = reports.text.split(b"\n")
            parsed += [parse_line(line, now, self._objective) for line in lines if line.strip()]
        if output is not None:
            parsed += [Parsed(None, text) for text in output.complaints]
            parsed += self._parser.parse(output.text, now)
        return self._harvest_of(parsed) if parsed else None

    def _harvest_of(self, parsed: list[Parsed]) -> Harvest:
        reports: list[Report] = []
        complaints: list[str] = []
        for report, complaint in parsed:
            if report is not None:
                reports.append(report)
            if complaint is not None:
                complaints.append(complaint)
        return Harvest(
            trial=self.trial,
            attempt=self.attempt,
            reports=tuple(reports),
            offsets=self._offsets(),
            rejected=len(complaints),
            complaint=complaints[-1] if complaints else None,
        )

    def _offsets(self) -> dict[str, int]:
        counts = dict(zip(self._count_keys(), self._parser.counts, strict=True))
        files = {REPORTS_FILE: self._reports.offset, OUTPUT_FILE: self._output.offset}
        return {name: n for name, n in (files | counts).items() if n}

    def _count_keys(self) -> list[str]:
        return [f"{OUTPUT_FILE}#{number}" for number in range(len(self._patterns))]


def _joined(first: Harvest, then: Harvest) -> Harvest:
    return Harvest(
        trial=then.trial,
        attempt=then.attempt,
        reports=first.reports + then.reports,
        offsets=then.offsets,
        rejected=first.rejected + then.rejected,
        complaint=then.complaint or first.complaint,
    )
