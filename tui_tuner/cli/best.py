"""`tui-tuner best`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.core.views import SweepView
from engine.errors import ActError
from engine.lifecycle import find_sweep
from engine.protocol.messages import GetStatus
from tui_tuner.view.copying import yaml_of
from tui_tuner.view.line import plain
from tui_tuner.view.numbers import short

from .arguments import Json, Sweep
from .documents import print_json
from .reach import ask
from .wording import no_best, number

YamlOption = Annotated[bool, typer.Option("--yaml", help="Print the parameters alone, as YAML.")]


def command(sweep: Sweep = None, yaml: YamlOption = False, json: Json = False) -> None:
    """Print the best trial and its parameters.

    Example: tui-tuner best digits --yaml > best.yaml
    """
    (view,) = ask(find_sweep(sweep), GetStatus(id=0))
    if json:
        print_json(view.best)
    elif view.best is None:
        raise ActError(no_best(view.metric.name))
    elif yaml:
        print(yaml_of(view.best.params), end="")
    else:
        _print_best(view)


def _print_best(view: SweepView) -> None:
    assert view.best is not None
    print(
        f"{view.best.trial}  {plain(view.metric.name)} {number(view.best.value)}"
        f"  at epoch {view.best.step}"
    )
    width = max((len(plain(name)) for name in view.best.params), default=0)
    for name, value in view.best.params.items():
        print(f"  {plain(name):<{width}}  {short(value, 6)}")
