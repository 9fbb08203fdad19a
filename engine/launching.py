"""From a trial to what starts its process: folders, params.json, command line, environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from engine.checkpoints import newest_checkpoint
from engine.config.interpreter import resolve_interpreter
from engine.config.macros import render
from engine.config.passing import passed_params
from engine.config.schema import Config
from engine.core.model import Params, Trial
from engine.executors.base import AttemptSpec
from engine.inheriting import inherit_checkpoint


def trial_dir(sweep: Path, number: int) -> Path:
    """The folder of a trial."""
    return sweep / "trials" / f"{number:04d}"


def attempt_dir(sweep: Path, number: int, attempt: int) -> Path:
    """The folder of an attempt."""
    return trial_dir(sweep, number) / "attempts" / str(attempt)


class ConfigLauncher:
    """Starts trials as the config says.

    `base_env` is the environment the sweep was started from; `threads` is each trial's share of
    the CPU, or None where the config sets it.
    """

    def __init__(
        self,
        config: Config,
        sweep: Path,
        base_env: Mapping[str, str],
        *,
        engine_python: str,
        threads: int | None,
    ) -> None:
        self._config = config
        self._sweep = sweep
        self._base_env = base_env
        self._threads = threads
        self._interpreter = resolve_interpreter(config, base_env, engine_python)

    def spec(self, trial: Trial, attempt: int) -> AttemptSpec:
        """Make the attempt's folders and say what to run in them."""
        home = trial_dir(self._sweep, trial.number)
        folder = attempt_dir(self._sweep, trial.number, attempt)
        folder.mkdir(parents=True, exist_ok=True)
        own = {**trial.params, **trial.overrides}
        params = passed_params(self._config, own, trial.budget)
        _write_json(home / "params.json", params)
        checkpoint = newest_checkpoint(home)
        argv, env = render(
            self._config,
            params=params,
            seed=trial.seed,
            budget=trial.budget,
            trial_dir=home,
            checkpoint=checkpoint,
            interpreter=self._interpreter,
            environ=self._base_env,
        )
        return AttemptSpec(
            trial=trial.number,
            attempt=attempt,
            trial_dir=home,
            attempt_dir=folder,
            argv=tuple(argv),
            cwd=Path(self._config.folder),
            env={**self._sdk_env(trial), **env},
            threads=self._threads,
            start=self._config.start,
            preload=self._config.preload,
            grace_s=self._config.grace,
        )

    def inherit(self, trial: Trial, parent: int) -> int | None:
        """Give a trial the checkpoint of its parent that it begins at; gives its step."""
        home, elder = (trial_dir(self._sweep, number) for number in (trial.number, parent))
        return inherit_checkpoint(elder, home, trial.from_step)

    def attempt_dir(self, trial: int, attempt: int) -> Path:
        """The folder of an attempt, made or not."""
        return attempt_dir(self._sweep, trial, attempt)

    def _sdk_env(self, trial: Trial) -> dict[str, str | None]:
        budget = self._config.budget
        return {
            "TUI_TUNER_SEED": str(trial.seed),
            "TUI_TUNER_BUDGET": "" if trial.budget is None else str(trial.budget),
            "TUI_TUNER_BUDGET_PARAMETER": budget.parameter if budget is not None else "",
            "TUI_TUNER_FROM_STEP": str(trial.from_step) if trial.from_step else "",
            "TUI_TUNER_METRIC": self._config.metric.name,
            "TUI_TUNER_GOAL": self._config.metric.goal.value,
        }


def _write_json(path: Path, params: Params) -> None:
    """Write a trial's parameters, unless they are there as its last attempt had them."""
    data = msgspec.json.encode(params) + b"\n"
    try:
        if path.read_bytes() == data:
            return
    except OSError:
        pass
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(data)
    partial.replace(path)
