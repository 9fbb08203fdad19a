"""Between our errors and the shell: lines on stderr, and the exit status that says its kind."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from engine.errors import ConfigError, TunerError
from engine.text import clean

FAILED = 1
USAGE = 2
INTERRUPTED = 130


def said(text: str) -> None:
    """Say something to the person, beside the output."""
    for line in text.splitlines():
        print(f"tui-tuner: {clean(line)}", file=sys.stderr)


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what a command raises into its exit status; no traceback unless TUI_TUNER_DEBUG=1."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None
        except BrokenPipeError:
            raise SystemExit(0) from None
        except (TunerError, OSError) as error:
            raise SystemExit(_told(error)) from None
        except Exception as error:  # noqa: BLE001 - the last stop before a traceback
            raise SystemExit(_told(error)) from None

    return run


def _told(error: Exception) -> int:
    if os.environ.get("TUI_TUNER_DEBUG") == "1":
        traceback.print_exception(error)
    if isinstance(error, ConfigError):
        _listed(error.faults)
        return error.exit_code
    if isinstance(error, TunerError):
        said(str(error) or type(error).__name__)
        return error.exit_code
    if isinstance(error, UnicodeEncodeError) and error.reason == "surrogates not allowed":
        said(f"{error.object}: is no text in UTF-8")
        return USAGE
    if isinstance(error, OSError) and error.strerror:
        said(f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
        return FAILED
    said(f"something went wrong inside tui-tuner: {error!r}; TUI_TUNER_DEBUG=1 shows where")
    return FAILED


def _listed(faults: list[str]) -> None:
    """List what is wrong with a config, each line beginning with its file, as editors read it."""
    for fault in faults:
        for line in fault.splitlines():
            print(clean(line), file=sys.stderr)


def quiet_stdout() -> bool:
    """Flush the output; whether somebody still takes it."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return False
    return True
