"""`python -P -m engine.modelling`: models for the engine at the other end of standard input."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys

from engine.modelling.worker import serve

NICE = 5
"""Trials and the engine come first: candidates are made ahead of time."""


def main() -> None:
    """Serve the engine until it is gone. What a terminal or a person signals is for the engine."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    line = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    serve(line.makefile("rb"), line.makefile("wb"))


if __name__ == "__main__":
    main()
