"""Rewrites single parameters of a config that was loaded with its comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from engine.config.comments import append, joined, split, take
from engine.config.copying import as_own
from engine.config.spelling import plain, spelled
from engine.space.forms import RANGE_KEYS
from engine.space.parameters import CategoricalParameter, FixedParameter, Parameter
from engine.space.values import same_value

_NESTED = "parameters"


def respell(parameters: CommentedMap, p: Parameter, before: Parameter) -> None:
    """Write a parameter's range and conditions as it now has them, where it was `before`."""
    holder, key = _find(parameters, p.name)
    written = as_own(holder, key)
    _write_conditions(written, p)
    if replace(p, when=before.when) == before:
        return
    if isinstance(p, FixedParameter) and written.get("role") not in (None, p.role):
        _remove(written, "role")
    wanted = spelled(p, named="distribution" in written)
    if isinstance(p, CategoricalParameter) and isinstance(written.get("values"), CommentedSeq):
        wanted["values"] = written["values"] = _choices(as_own(written, "values"), p)
    _exchange(written, wanted)


def leave_out(parameters: CommentedMap, name: str) -> None:
    """Take a parameter out, and the group that held it if it was the last there."""
    path = next(_paths(parameters, name, ()))
    for length in range(len(path), 0, -2):
        holder = parameters
        for part in path[: length - 1]:
            holder = as_own(holder, part)
        _remove(holder, path[length - 1])
        if holder:
            return


def _find(parameters: CommentedMap, name: str) -> tuple[CommentedMap, str]:
    """The mapping that holds a parameter, every alias on the way to it made its own copy."""
    *way, key = next(_paths(parameters, name, ()))
    holder = parameters
    for part in way:
        holder = as_own(holder, part)
    return holder, key


def _paths(holder: Any, name: str, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The keys that lead to a parameter, through the groups that its name is made of."""
    for key, inner in holder.items():
        is_group = isinstance(inner, dict) and _NESTED in inner
        if key == name and not is_group:
            yield (*above, key)
        elif is_group and name.startswith(f"{key}."):
            yield from _paths(inner[_NESTED], name[len(key) + 1 :], (*above, key, _NESTED))


def _exchange(written: CommentedMap, wanted: dict[str, Any]) -> None:
    """Put the wanted keys in the place of those that said the range."""
    gone = [key for key in written if key in RANGE_KEYS and key not in wanted]
    added = [key for key in wanted if key not in written]
    for key, value in wanted.items():
        if key in written and written[key] != value:
            _replace(written, key, value)
    at = _place_for(written, gone)
    text = ""
    for key in gone:
        text = joined(text, take(written, key))
        del written[key]
    before = list(written)[at - 1] if at else None
    if not gone and added and before is not None:
        own, text = split(take(written, before))
        append(written, before, own)
    for offset, key in enumerate(added):
        written.insert(at + offset, key, wanted[key])
    last = added[-1] if added else before
    if last is not None:
        append(written, last, text)


def _place_for(written: CommentedMap, gone: list[str]) -> int:
    """Where new keys go: to the first that goes, else behind the last that says the range."""
    keys = list(written)
    if gone:
        return keys.index(gone[0])
    return max((i for i, key in enumerate(keys) if key in RANGE_KEYS), default=-1) + 1


def _replace(written: CommentedMap, key: str, value: Any) -> None:
    if not isinstance(written[key], CommentedSeq | CommentedMap) or value is written[key]:
        written[key] = value
        return
    text = take(written, key)
    written[key] = value
    append(written, key, text)


def _remove(holder: CommentedMap, key: str) -> None:
    """Take a key out; the lines after it stay, behind the key before it."""
    keys = list(holder)
    at = keys.index(key)
    rest = split(take(holder, key))[1]
    del holder[key]
    if at:
        append(holder, keys[at - 1], rest)


def _choices(written: CommentedSeq, p: CategoricalParameter) -> CommentedSeq:
    """The list with other values: what stays is spelled as it was, with its comment."""
    made = CommentedSeq()
    made.ca.comment = written.ca.comment
    if written.fa.flow_style():
        made.fa.set_flow_style()
    texts = [take(written, index) for index in range(len(written))]
    for value in p.values:
        found = next((i for i, old in enumerate(written) if same_value(_plainly(old), value)), None)
        made.append(plain(value) if found is None else written[found])
        if found is not None:
            append(made, len(made) - 1, split(texts[found])[0])
    append(made, len(made) - 1, split(texts[-1])[1])
    return made


def _plainly(value: Any) -> Any:
    """A scalar of ruamel's as Python's own."""
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return value if kind is bool else kind(value)
    if isinstance(value, list):
        return [_plainly(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plainly(item) for key, item in value.items()}
    return value


def _write_conditions(written: CommentedMap, p: Parameter) -> None:
    """Leave out of each condition what its parent cannot be any more."""
    if not isinstance(written.get("when"), CommentedMap):
        return
    when = as_own(written, "when")
    for condition in p.when:
        raw = when[condition.parameter]
        if isinstance(raw, list) and len(raw) > len(condition.values):
            when[condition.parameter] = plain(list(condition.values))
