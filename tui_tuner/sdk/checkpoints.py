"""A trial's folder of checkpoints: which to keep, which to continue from."""

from __future__ import annotations

import os
import re

from .checkpoint_name import CheckpointName, parse_name
from .encode import plain
from .rng import restore_rng
from .say import say
from .state_file import TEMPORARY, check_readable, read_state, write_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LESS_IS_BETTER = re.compile(r"loss|err|mse|mae|rmse|nll|perplexity|ppl|bpc|wer|cer|fid", re.I)


class Checkpoints:
    """Keeps the newest `keep` checkpoints and the best one, judged by their first metric.

    `goal` is maximize or minimize, and judges the metric called `objective`; other metrics are
    judged by their name: a loss or an error is better when smaller. Meant for one thread.
    """

    def __init__(self, folder: str, objective: str | None = None, goal: str | None = None) -> None:
        self.folder = folder
        self.keep = 2
        self._objective = objective
        self._goal = goal
        self._saved = False

    def save(self, state: Any, step: int, metrics: dict[str, Any]) -> str:
        """Write a checkpoint, remove those that it makes superfluous; give its path.

        Raises OSError where it cannot be written (the older ones stay), TypeError where it could
        not be read again.
        """
        numbers = {name: _number(value) for name, value in metrics.items()}
        metric = next(iter(numbers), None)
        name = CheckpointName(step, metric, None if metric is None else numbers[metric])
        path = os.path.join(self.folder, str(name))
        os.makedirs(self.folder, exist_ok=True)
        write_state(path, state, step, numbers)
        if not self._saved:
            self._check_first(path)
        self._tidy(os.path.basename(path))
        self._saved = True
        return path

    def load(self, reported: int | None = None) -> tuple[Any, int, str, dict[str, Any]] | None:
        """Read the newest checkpoint that can be read, and set the random generators by it.

        Gives the state, its step, its path and the states of the generators; None: there is none.
        `reported` is the last step that earlier attempts reported. Where one of them died between
        saving the step after it and reporting that, the checkpoint before is read, so that the
        report is made after all.
        """
        names = self._newest_first()
        if reported is not None and not self._saved:
            names = _without_unreported(names, reported)
        for name in names:
            path = os.path.join(self.folder, name)
            try:
                state, step, rng = read_state(path)
                restore_rng(rng)
            except Exception as error:  # noqa: BLE001 - torch and pickle raise anything for a torn file
                say(f"cannot read {path} ({_first_line(error)}); trying the one before")
                continue
            return state, step, path, rng
        return None

    def _check_first(self, path: str) -> None:
        try:
            check_readable(path)
        except TypeError:
            _remove(path)
            raise
        for name in self._list():
            if name.startswith(TEMPORARY):
                _remove(os.path.join(self.folder, name))

    def _tidy(self, saved: str) -> None:
        """Remove what is superfluous now; after the run went back, also what lies ahead of it."""
        written = parse_name(saved)
        assert written is not None
        names = self._newest_first()
        others = [name for name in names if name == saved or _step(name) != written.step]
        ahead = [name for name in others if _step(name) > written.step and not self._saved]
        reached = [name for name in others if name not in ahead]
        kept = {saved, *reached[: self.keep], self._best(others, written)}
        for name in names:
            if name not in kept:
                _remove(os.path.join(self.folder, name))

    def _best(self, names: list[str], like: CheckpointName) -> str | None:
        """The best of those judged by the same metric; of equals the earliest."""
        sign = -1.0 if self._smaller_is_better(like.metric or "") else 1.0
        best: tuple[float, str] | None = None
        for name in reversed(names):
            read = parse_name(name)
            if read is None or read.value is None or read.metric != like.metric:
                continue
            score = sign * read.value
            if score == score and (best is None or score > best[0]):
                best = (score, name)
        return None if best is None else best[1]

    def _smaller_is_better(self, metric: str) -> bool:
        if self._goal is not None and metric == self._objective:
            return self._goal == "minimize"
        return _LESS_IS_BETTER.search(metric) is not None

    def _newest_first(self) -> list[str]:
        names = [name for name in self._list() if parse_name(name) is not None]
        return sorted(names, key=self._age_key, reverse=True)

    def _age_key(self, name: str) -> tuple[int, int]:
        try:
            written = os.stat(os.path.join(self.folder, name)).st_mtime_ns
        except OSError:
            written = 0
        return _step(name), written

    def _list(self) -> list[str]:
        try:
            return os.listdir(self.folder)
        except OSError:
            return []


def _without_unreported(names: list[str], reported: int) -> list[str]:
    """Leave out a newest checkpoint that lies one step ahead of the reports, if one lies before."""
    newest = _step(names[0]) if names else 0
    earlier = [name for name in names if _step(name) < newest]
    can_go_back = newest == 1 or (earlier and _step(earlier[0]) == reported)
    return earlier if newest == reported + 1 and can_go_back else names


def _step(name: str) -> int:
    read = parse_name(name)
    return -1 if read is None else read.step


def _number(value: Any) -> float:
    read = plain(value)
    return float("nan") if isinstance(read, str) else float(read)


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).split("\n")[0][:200]


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
