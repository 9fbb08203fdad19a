"""Reports in what a script prints: the `tui-tuner: {...}` line, and the config's patterns."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from .lines import Parsed, make_report, parse_line, quote, to_number, to_step
from .patterns import STEP
from .wire import MARKER

MAX_MATCHED = 4096
"""Bytes of a line that patterns get to see."""
SLOW_S = 0.5
"""A pattern that once takes longer than this on a line is not tried again in this attempt."""

_MARK = MARKER.encode()
_MARKED = re.compile(rb"(?:^|[\r\n])[ \t]*" + re.escape(_MARK) + rb"[ \t]*(\{[^\r\n]*)")
_TRAILING = ",;:)]}%"


class OutputParser:
    """Finds the reports in the output of one attempt. Not thread-safe.

    `counts[i]` is how often pattern i has matched: the step of a pattern that names none.
    """

    def __init__(
        self,
        patterns: Sequence[re.Pattern[str]],
        counts: Sequence[int] = (),
        objective: str | None = None,
    ) -> None:
        self.counts = [*counts, *[0] * len(patterns)][: len(patterns)]
        self._patterns: list[re.Pattern[str] | None] = list(patterns)
        self._objective = objective

    def parse(self, text: bytes, now: float) -> list[Parsed]:
        """Read whole lines, each ended by a newline or by the end of `text`."""
        if any(self._patterns):
            return [p for line in text.split(b"\n") for p in self._parse_line(line, now)]
        return self._marked(text, now)

    def _marked(self, text: bytes, now: float) -> list[Parsed]:
        if _MARK not in text:
            return []
        return [parse_line(found[1], now, self._objective) for found in _MARKED.finditer(text)]

    def _parse_line(self, line: bytes, now: float) -> list[Parsed]:
        """A progress bar redraws its line after each \\r: patterns see what it ended as."""
        found = self._marked(line, now)
        shown = line.rstrip().rsplit(b"\r", 1)[-1][:MAX_MATCHED]
        text = shown.decode(errors="replace")
        for number, pattern in enumerate(self._patterns):
            if pattern is None or not text:
                continue
            started = time.perf_counter()
            match = pattern.search(text)
            if time.perf_counter() - started > SLOW_S:
                self._patterns[number] = None
                found.append(Parsed(None, f"pattern given up, too slow here: {quote(shown)}"))
            elif match is not None:
                found.append(self._report(number, match, shown, now))
        return found

    def _report(self, number: int, match: re.Match[str], line: bytes, now: float) -> Parsed:
        groups = {name: text for name, text in match.groupdict().items() if text is not None}
        if STEP in match.re.groupindex:
            step = to_step(_read(groups.pop(STEP, "")))
        else:
            self.counts[number] += 1
            step = self.counts[number]
        values = {name: _read(text) for name, text in groups.items()}
        return make_report(line, step, now, values, self._objective)


def _read(text: str) -> float | str:
    """A printed number, perhaps with the punctuation of its sentence; else the text as it was."""
    bare = text.strip().rstrip(_TRAILING)
    try:
        return float(bare)
    except ValueError:
        number = to_number(bare)
        return text if number is None else number
