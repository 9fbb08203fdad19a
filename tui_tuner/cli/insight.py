"""`tui-tuner insight`."""

from __future__ import annotations

import os
from typing import Any

from engine.core.views import SweepView
from engine.lifecycle import find_sweep
from engine.protocol.messages import GetSpace, GetStatus, ListTrials
from tui_tuner.view.glyphs import ASCII, UNICODE, wants_ascii
from tui_tuner.view.insight import Insight, Learnt, insight
from tui_tuner.view.insight_lines import insight_lines
from tui_tuner.view.line import text_of
from tui_tuner.view.ranges import read_parameters

from .arguments import Json, Sweep
from .columns import terminal_width
from .documents import print_json
from .reach import ask

WIDTH = 100
"""Columns where there is no terminal to fit."""


def command(sweep: Sweep = None, json: Json = False) -> None:
    """Say which parameters matter, where the best trials lie, and how the search goes.

    Example: tui-tuner insight digits
    """
    requests = GetStatus(id=0), ListTrials(id=0), GetSpace(id=0)
    view, rows, space = ask(find_sweep(sweep), *requests)
    maximize = view.metric.goal != "minimize"
    found = insight({row.id: row for row in rows}, read_parameters(space), maximize=maximize)
    if json:
        print_json(insight_document(view, found))
        return
    glyphs = ASCII if wants_ascii(os.environ) else UNICODE
    for line in insight_lines(view, found, min(terminal_width() or WIDTH, 120), glyphs):
        print(text_of(line).rstrip())


def insight_document(view: SweepView, found: Insight) -> dict[str, Any]:
    """The insight as `--json` gives it; parameters that matter most come first."""
    return {
        "name": view.name,
        "method": view.method,
        "proposer": view.proposer,
        "rules": view.rules,
        "suggestions": view.suggestions,
        "trials": found.trials,
        "best": found.best,
        "advised": found.advised,
        "advised_best": found.advised_best,
        "parameters": [_parameter(one) for one in found.learnt],
    }


def _parameter(one: Learnt) -> dict[str, Any]:
    shape, box = one.parameter.now, one.box
    return {
        "name": one.parameter.name,
        "share": one.influence.share,
        "told_from_chance": one.influence.told,
        "trend": one.influence.trend or None,
        "trials": one.influence.trials,
        "best": {"min": box[0], "max": box[1]} if box else None,
        "best_values": one.best,
        "searched": {
            "min": shape.low,
            "max": shape.high,
            "scale": shape.scale if one.parameter.numeric else None,
            "values": shape.values,
            "fixed": shape.value if shape.fixed else None,
        },
    }
