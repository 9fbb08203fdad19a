"""The process that tries patterns on printed lines: killed by the kernel if one takes too long.

Standard library only; run as a script with the CPU seconds a line may take and the patterns, each
with its flags. A request on stdin is a line of JSON, `[texts, indices of patterns]`; the answer on
stdout gives, for each text and each of these patterns, the named groups or null.
"""

from __future__ import annotations

import json
import re
import signal
import sys


def main(limit_s: float, sources: list[tuple[str, int]]) -> None:
    """Answer requests until stdin ends. SIGPROF has its default action: it ends the process."""
    patterns = [re.compile(source, flags) for source, flags in sources]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for request in sys.stdin:
        texts, chosen = json.loads(request)
        answer = []
        for text in texts:
            signal.setitimer(signal.ITIMER_PROF, limit_s)
            found = [patterns[index].search(text) for index in chosen]
            answer.append([match and match.groupdict() for match in found])
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]), json.loads(sys.argv[2]))
