"""`tui-tuner best`."""

from __future__ import annotations

import json as plain_json
import re
from typing import Annotated, Any

import typer

from engine.core.model import Params
from engine.core.views import SweepView
from engine.errors import ActError
from engine.lifecycle import find_sweep
from engine.protocol.messages import GetStatus
from tui_tuner.view.line import plain
from tui_tuner.view.numbers import short

from .arguments import Json, Sweep
from .documents import print_json
from .reach import ask
from .wording import no_best, number

YamlOption = Annotated[bool, typer.Option("--yaml", help="Print the parameters alone, as YAML.")]

_POWER_WITHOUT_POINT = re.compile(r"(-?\d+)(e.*)")


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


def yaml_of(params: Params) -> str:
    """Write parameters as a YAML mapping that versions 1.1 and 1.2 read alike."""
    return "".join(f"{_scalar(name)}: {_scalar(value)}\n" for name, value in params.items())


def _scalar(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z_][\w.-]*", value) and not _is_word(value):
        return value
    if isinstance(value, float):
        return (
            _POWER_WITHOUT_POINT.sub(r"\1.0\2", repr(value))
            .replace("inf", ".inf")
            .replace("nan", ".nan")
        )
    return plain_json.dumps(value, ensure_ascii=True)


def _is_word(text: str) -> bool:
    """Whether YAML 1.1 takes a bare word for something else than text."""
    return text.lower() in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
