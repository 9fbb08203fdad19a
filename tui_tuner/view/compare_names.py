"""What tells trials apart, in few words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from engine.core.views import TrialView

from .line import fit, plain
from .numbers import param_format

_MOST = 3
"""So many parameters at most make a name."""
_VALUE = 12
_NOT_SET = object()


def differing(rows: Sequence[TrialView]) -> list[str]:
    """Name the parameters in which trials differ, in the order of the config."""
    names = dict.fromkeys(name for row in rows for name in row.params)
    return [name for name in names if len({_key(row, name) for row in rows}) > 1]


def values(rows: Sequence[TrialView], name: str, missing: str) -> list[str]:
    """Write each trial's value of a parameter, as short as still tells them apart."""
    known = {repr(row.params[name]): row.params[name] for row in rows if name in row.params}
    chosen = param_format(known.values()) if known else None
    return [
        chosen.text(row.params[name]) if chosen and name in row.params else missing for row in rows
    ]


def short_names(rows: Sequence[TrialView], missing: str) -> list[str]:
    """Name each trial by its id and the fewest parameters that tell all of them apart."""
    telling = _fewest(rows, differing(rows))
    written = {name: values(rows, name, missing) for name in telling}
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
