"""A person's terminal gone wild: verbs of the command line at random, in a process of its own.

`python -m tests.fakes.acting_at_random SWEEP SEED SECONDS` prints a line of JSON an act: the words,
the exit status, what was printed, and what was said beside it.
"""

from __future__ import annotations

import io
import json
import random
import sys
import time
from contextlib import redirect_stderr, redirect_stdout

from tui_tuner.cli import main

TRIALS = 20


def words(chance: random.Random, sweep: str) -> list[str]:
    """An act, as somebody would type it."""
    some = [f"t{chance.randint(1, TRIALS):04d}" for _ in range(chance.randint(1, 3))]
    value = f"lr={chance.random()}"
    verb, *rest = chance.choice(
        [
            ["prune", *some],
            ["revive", *some],
            ["revive", "--where", "state=pruned"],
            ["promote", *some, "--budget", str(chance.randint(4, 9))],
            ["pause", *some, chance.choice(["--now", "--hold"])],
            ["pause", "--where", "state=running"],
            ["continue", "--where", "state=paused"],
            ["range", "lr", str(chance.uniform(0, 0.5)), str(chance.uniform(0.5, 1))],
            ["range", "lr", "--top", "5"],
            ["range", "lr", "--free"],
            ["slots", str(chance.randint(1, 5))],
            ["note", some[0], f"note {chance.random()}"],
            ["add", "--set", value],
            ["clone", some[0], "--set", value],
            ["undo"],
            ["undo"],
            ["stop", "--now"],
            ["resume"],
            ["resume"],
        ]
    )
    return [verb, sweep, *rest, "--json"]


def act(typed: list[str]) -> dict[str, object]:
    """Do one act; what came of it."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(typed)
    return {"words": typed, "status": status, "out": out.getvalue(), "err": err.getvalue()}


if __name__ == "__main__":
    directory, seed, seconds = sys.argv[1:]
    drawn = random.Random(seed)
    ends_at = time.monotonic() + float(seconds)
    while time.monotonic() < ends_at:
        json.dump(act(words(drawn, directory)), sys.stdout)
        print(flush=True)
