"""Tries patterns on printed lines where a pattern that never ends can do no harm.

A regular expression holds Python's interpreter lock until it is done, and some take longer than
the sweep on the wrong line; so they run in a process of their own.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

LIMIT_S = 0.25
"""CPU seconds that all patterns together may take on one line."""

Groups = dict[str, str | None]
Found = list[Groups | None]
"""For each pattern asked for: its named groups, or None where it did not match."""

_CHILD = Path(__file__).with_name("searching.py")
_shared: weakref.WeakValueDictionary[tuple[re.Pattern[str], ...], Matcher] = (
    weakref.WeakValueDictionary()
)


class TooSlowError(Exception):
    """A pattern took longer than LIMIT_S on one of the lines."""


class Matcher:
    """Searches lines for patterns, in a process that starts with the first. Thread-safe."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        self._patterns = tuple(patterns)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._end_child: Callable[[], object] | None = None

    def search(self, texts: Sequence[str], chosen: Sequence[int]) -> list[Found]:
        """Try the patterns with these indices on every text. Raises TooSlowError.

        Where no process can be started the search is done here, without its protection.
        """
        request = json.dumps([list(texts), list(chosen)]) + "\n"
        with self._lock:
            for _ in range(2):
                answer = self._ask(request)
                if answer is not None:
                    return answer
        return [self._search_here(text, chosen) for text in texts]

    def close(self) -> None:
        """End the process; a later search starts another."""
        with self._lock:
            self._end()

    def _ask(self, request: str) -> list[Found] | None:
        """Give the answer; None where the process is gone for some reason but a slow pattern."""
        try:
            child = self._child or self._start()
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(request)
            child.stdin.flush()
            answer = child.stdout.readline()
        except OSError:
            answer = ""
        if answer:
            found: list[Found] = json.loads(answer)
            return found
        if self._end() == -signal.SIGPROF:
            raise TooSlowError
        return None

    def _start(self) -> subprocess.Popen[str]:
        sources = json.dumps([[pattern.pattern, pattern.flags] for pattern in self._patterns])
        self._child = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_CHILD), str(LIMIT_S), sources],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self._end_child = weakref.finalize(self, _end, self._child)
        return self._child

    def _end(self) -> int | None:
        child, self._child = self._child, None
        if self._end_child is not None:
            self._end_child()
        return None if child is None else child.returncode

    def _search_here(self, text: str, chosen: Sequence[int]) -> Found:
        found = [self._patterns[index].search(text) for index in chosen]
        return [None if match is None else match.groupdict() for match in found]


def shared_matcher(patterns: Sequence[re.Pattern[str]]) -> Matcher:
    """Give the one matcher of these patterns: all attempts of a sweep use the same process."""
    key = tuple(patterns)
    matcher = _shared.get(key)
    if matcher is None:
        matcher = _shared[key] = Matcher(key)
    return matcher


def _end(child: subprocess.Popen[str]) -> None:
    try:
        child.communicate(timeout=10 * LIMIT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
    except OSError:
        child.wait()
