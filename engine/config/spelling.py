"""How a parameter's range is spelled in a config."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from engine.config.scalars import read_plain
from engine.space.distributions import LogUniform
from engine.space.parameters import (
    CategoricalParameter,
    FixedParameter,
    FloatParameter,
    IntParameter,
    Parameter,
    QuantisedParameter,
)

_OPENING = r"^(?P<outer> *)[^\s#-][^\n#]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*"
_NESTED = re.compile(_OPENING + r"(?P<inner>(?P=outer) +)[^\s#-]", re.MULTILINE)
_ITEM = re.compile(_OPENING + r"(?P<inner>(?P=outer) *)- ", re.MULTILINE)


class Dotted(float):
    """A float that every YAML reader takes for one: 1.0e-6, where 1e-06 is text in YAML 1.1."""


def teach(yaml: YAML) -> None:
    """Let a writer write `Dotted` floats."""
    yaml.representer.add_representer(Dotted, _represent)


def indents(source: str) -> dict[str, int]:
    """How a text indents its mappings and lists, as ruamel's writer takes it."""
    nested = _NESTED.search(source)
    mapping = len(nested["inner"]) - len(nested["outer"]) if nested else 2
    item = _ITEM.search(source)
    offset = len(item["inner"]) - len(item["outer"]) if item else 0
    return {"mapping": mapping, "sequence": offset + 2, "offset": offset}


def spelled(p: Parameter, *, named: bool) -> dict[str, Any]:
    """The keys that say a parameter's range; `named` if its distribution is spelled out."""
    match p:
        case FixedParameter(value=value):
            return {"value": plain(value)}
        case CategoricalParameter(values=values, probabilities=probabilities):
            weights = {} if probabilities is None else {"probabilities": listed(probabilities)}
            return {"values": listed(values), **weights}
        case IntParameter(low=low, high=high, scale=scale):
            name = {"distribution": "int_uniform"} if named else {}
            log = {"scale": "log"} if scale == "log" else {}
            return {**name, "min": low, "max": high, **log}
        case FloatParameter() | QuantisedParameter():
            return _continuous(p, named)


def _continuous(p: FloatParameter | QuantisedParameter, named: bool) -> dict[str, Any]:
    log = isinstance(p.distribution, LogUniform)
    prefix, step = ("q_", {"q": plain(p.q)}) if isinstance(p, QuantisedParameter) else ("", {})
    ends = {"min": Dotted(p.distribution.low), "max": Dotted(p.distribution.high)}
    if named:
        name = f"{prefix}{'log_uniform_values' if log else 'uniform'}"
        return {"distribution": name, **ends, **step}
    return {**ends, **({"scale": "log"} if log else {}), **step}


def listed(values: Sequence[Any]) -> CommentedSeq:
    """Values as a list on one line."""
    made = CommentedSeq([plain(value) for value in values])
    made.fa.set_flow_style()
    return made


def plain(value: Any) -> Any:
    """A value that reads back as the same: text that looks like a number in quotes."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return Dotted(value)
    if isinstance(value, str):
        return DoubleQuotedScalarString(value) if _looks_like_more(value) else value
    if isinstance(value, list | tuple):
        return listed(value)
    if isinstance(value, dict):
        made = CommentedMap({key: plain(inner) for key, inner in value.items()})
        made.fa.set_flow_style()
        return made
    return value


def on_one_line(written: Mapping[str, Any]) -> str:
    """A mapping as it was written, for a comment: {min: 1e-06, max: 10.0, scale: log}."""
    parts = (f"{key}: {_word(value)}" for key, value in written.items())
    return "{" + ", ".join(parts) + "}"


def _word(value: Any) -> str:
    if isinstance(value, dict):
        return on_one_line(value)
    if isinstance(value, list):
        return "[" + ", ".join(_word(item) for item in value) + "]"
    if isinstance(value, str) and value.isidentifier():
        return value
    return json.dumps(value, ensure_ascii=False)


def _looks_like_more(text: str) -> bool:
    try:
        return not isinstance(read_plain(text), str)
    except ValueError:
        return True


def _represent(representer: Any, number: Dotted) -> Any:
    mantissa, e, power = repr(float(number)).partition("e")
    if e:
        whole = mantissa if "." in mantissa else f"{mantissa}.0"
        mantissa = f"{whole}e{power[0]}{power[1:].lstrip('0')}"
    return representer.represent_scalar("tag:yaml.org,2002:float", mantissa)
