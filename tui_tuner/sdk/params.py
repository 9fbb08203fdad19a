"""A trial's parameters: the script's defaults, overlaid by what the sweep chose."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Params(dict):  # type: ignore[type-arg]
    """A dict whose entries are attributes as well: `params.lr` is `params["lr"]`."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no parameter {name!r}; there are: {', '.join(self)}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __missing__(self, name: str) -> Any:
        raise KeyError(f"no parameter {name!r}; there are: {', '.join(self)}")


def read_params(path: str) -> dict[str, Any]:
    """Read a sweep's choice for one trial; dotted names stand for nested ones.

    Raises RuntimeError, naming the file, where it cannot be read.
    """
    try:
        with open(path, encoding="utf-8") as file:
            chosen = json.load(file)
    except (OSError, ValueError) as error:
        raise RuntimeError(f"tui-tuner: cannot read the parameters in {path}: {error}") from error
    if not isinstance(chosen, dict):
        raise RuntimeError(f"tui-tuner: {path} does not hold a JSON object")
    return chosen


def overlay(defaults: dict[str, Any], chosen: dict[str, Any]) -> Params:
    """Lay the sweep's choice over the defaults, whose types guide it.

    `optimizer.lr` goes into a default `optimizer={"lr": ...}` where there is one.
    """
    params = Params({name: _copied(value) for name, value in defaults.items()})
    for name, value in chosen.items():
        place, key = _place_of(params, name)
        place[key] = _typed_like(place.get(key), value)
    return params


def _place_of(params: dict[str, Any], name: str) -> tuple[dict[str, Any], str]:
    head, dot, rest = name.partition(".")
    inner = params.get(head)
    if name not in params and dot and isinstance(inner, dict):
        return _place_of(inner, rest)
    return params, name


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return Params({key: _copied(inner) for key, inner in value.items()})
    return value


def _typed_like(default: Any, value: Any) -> Any:
    if isinstance(default, bool):
        return bool(value) if value in (0, 1) else value
    if isinstance(value, bool):
        return value
    if isinstance(default, int) and isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(default, float) and isinstance(value, int):
        return float(value)
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(value)
    return value
