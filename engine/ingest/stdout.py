"""Reports in what a script prints: the `tui-tuner: {...}` line, and the config's patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .lines import Parsed, make_report, parse_line, quote, to_number, to_step
from .matcher import Found, Groups, TooSlowError, shared_matcher
from .patterns import STEP
from .wire import MARKER

MAX_MATCHED = 4096
"""Bytes of a line that patterns get to see."""

_MARK = MARKER.encode()
_MARKED = re.compile(rb"(?:^|[\r\n])[ \t]*" + re.escape(_MARK) + rb"[ \t]*(\{[^\r\n]*)")
_TRAILING = ",;:)]}%"


class OutputParser:
    """Finds the reports in the output of one attempt. Not thread-safe.

    `counts[i]` is how often pattern i has matched: the step of a pattern that names none. A
    pattern that is too slow on a line is given up for this attempt, and that is said.
    """

    def __init__(
        self,
        patterns: Sequence[re.Pattern[str]],
        counts: Sequence[int] = (),
        objective: str | None = None,
    ) -> None:
        self.counts = [*counts, *[0] * len(patterns)][: len(patterns)]
        self._patterns = tuple(patterns)
        self._active = list(range(len(patterns)))
        self._matcher = shared_matcher(patterns)
        self._objective = objective

    def parse(self, text: bytes, now: float) -> list[Parsed]:
        """Read whole lines, each ended by a newline or by the end of `text`."""
        marked = self._marked(text, now)
        return marked + self._matched(text, now) if self._active else marked

    def _marked(self, text: bytes, now: float) -> list[Parsed]:
        if _MARK not in text:
            return []
        return [parse_line(found[1], now, self._objective) for found in _MARKED.finditer(text)]

    def _matched(self, text: bytes, now: float) -> list[Parsed]:
        lines = [line for raw in text.split(b"\n") if (line := _as_shown(raw))]
        if not lines:
            return []
        chosen = list(self._active)
        try:
            found = self._matcher.search([_text(line) for line in lines], chosen)
        except TooSlowError:
            return [parsed for line in lines for parsed in self._match_slowly(line, now)]
        return [
            parsed
            for line, groups in zip(lines, found, strict=True)
            for parsed in self._reports(chosen, groups, line, now)
        ]

    def _match_slowly(self, line: bytes, now: float) -> list[Parsed]:
        """Try one pattern at a time, to find the one that has to go."""
        parsed = []
        for number in list(self._active):
            try:
                (groups,) = self._matcher.search([_text(line)], [number])
                parsed += self._reports([number], groups, line, now)
            except TooSlowError:
                self._active.remove(number)
                source = self._patterns[number].pattern
                why = f"pattern {source!r} takes too long on a line and is not tried again"
                parsed.append(Parsed(None, f"{why}: {quote(line)}"))
        return parsed

    def _reports(self, chosen: list[int], found: Found, line: bytes, now: float) -> list[Parsed]:
        pairs = zip(chosen, found, strict=True)
        return [self._report(n, groups, line, now) for n, groups in pairs if groups is not None]

    def _report(self, number: int, groups: Groups, line: bytes, now: float) -> Parsed:
        said = {name: _number(text) for name, text in groups.items() if text is not None}
        if STEP in groups:
            step = to_step(said.pop(STEP, None))
        else:
            self.counts[number] += 1
            step = self.counts[number]
        return make_report(line, step, now, said, self._objective)


def _as_shown(line: bytes) -> bytes:
    """A progress bar redraws its line after each \\r: what counts is how it ended."""
    return line.rstrip().rsplit(b"\r", 1)[-1][:MAX_MATCHED]


def _text(line: bytes) -> str:
    return line.decode(errors="replace")


def _number(text: str) -> float | str:
    """A printed number, perhaps with the punctuation of its sentence; else the text as it was."""
    bare = text.strip().rstrip(_TRAILING)
    try:
        return float(bare)
    except ValueError:
        number = to_number(bare)
        return text if number is None else number
