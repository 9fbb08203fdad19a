"""A standard stream that is closed is as good as the null device."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("closed", "status"), [("<&-", 2), (">&-", 2), ("2>&-", 2), ("<&- >&- 2>&-", 2)]
)
def test_no_closed_stream_makes_a_traceback(closed: str, status: int, tmp_path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "sweep.db").touch()
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m tui_tuner attach s {closed}', sys.executable],
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm", "TUI_TUNER_STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "inside tui-tuner" not in done.stderr
    assert (tmp_path / "s" / "sweep.db").read_bytes() == b""
