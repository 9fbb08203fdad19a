"""Types that several threads decode are made ready before: else msgspec can crash."""

from __future__ import annotations

import subprocess
import sys

READY = """
import sys
import msgspec
from engine.executors.aftermath import _Told
from engine.protocol.results import RESULTS
from engine.space.space import Space
kinds = [_Told, Space, *(kind for kind in RESULTS.values() if isinstance(kind, type))]
kinds = [kind for kind in kinds if issubclass(kind, msgspec.Struct)]
looked_up = []
def look(frame, event, argument):
    if event == "call" and frame.f_code.co_name == "get_class_annotations":
        looked_up.append(frame.f_locals)
class Fresh(msgspec.Struct):
    x: int
sys.setprofile(look)
for kind in kinds:
    msgspec.json.Decoder(kind)
assert not looked_up, looked_up
msgspec.json.Decoder(Fresh)
assert looked_up
"""


def test_types_are_made_ready_when_they_are_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READY], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
