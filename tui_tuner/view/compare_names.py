"""What tells trials apart, in few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from engine.core.views import TrialView
from tui_tuner.view_state import ParamStats

from .line import fit, plain
from .numbers import ParamFormat

_MOST = 3
"""So many parameters at most make a name."""
_VALUE = 12
_MOST_DIGITS = 12
_NOT_SET = object()


def differing(rows: Sequence[TrialView]) -> list[str]:
    """Name the parameters in which trials differ, in the order of the config."""
    names = dict.fromkeys(name for row in rows for name in row.params)
    return [name for name in names if len({_key(row, name) for row in rows}) > 1]


def values(
    rows: Sequence[TrialView], name: str, params: Mapping[str, ParamStats], missing: str
) -> list[str]:
    """Write each trial's value of a parameter: as everywhere, if that tells them apart.

    Else with as few more figures as do.
    """
    has = [name in row.params for row in rows]
    known = [row.params[name] for row in rows if name in row.params]
    usual = params[name].format if name in params else ParamFormat()
    formats = (usual, *(ParamFormat("plain", digits) for digits in range(3, _MOST_DIGITS)))
    distinct = len({repr(value) for value in known})
    chosen = next(
        (f for f in formats if len({f.text(value) for value in known}) == distinct), formats[-1]
    )
    texts = iter([chosen.text(value) for value in known])
    return [next(texts) if there else missing for there in has]


def short_names(
    rows: Sequence[TrialView], params: Mapping[str, ParamStats], missing: str
) -> list[str]:
    """Name each trial by its id and the fewest parameters that tell all of them apart."""
    telling = _fewest(rows, differing(rows))
    written = {name: values(rows, name, params, missing) for name in telling}
    names = []
    for at, row in enumerate(rows):
        words = [row.id]
        if len(telling) == 1:
            words.append(fit(_last_part(telling[0]), _VALUE).rstrip())
        words += [fit(written[name][at], _VALUE).rstrip() for name in telling]
        names.append(" ".join(words))
    return names


def _fewest(rows: Sequence[TrialView], names: Sequence[str]) -> tuple[str, ...]:
    """Choose the fewest parameters that tell trials apart; where many are needed, the first."""
    for count in range(1, _MOST + 1):
        for chosen in combinations(names[:12], count):
            if len({tuple(_key(row, name) for name in chosen) for row in rows}) == len(rows):
                return chosen
    return tuple(names[:_MOST])


def _last_part(name: str) -> str:
    return plain(name).rpartition(".")[2] or "?"


def _key(row: TrialView, name: str) -> Any:
    value = row.params.get(name, _NOT_SET)
    return value if value is _NOT_SET else repr(value)
