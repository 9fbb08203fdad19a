"""From a trial to what starts its process: folders, params.json, command line, environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
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
    the CPU, or None where the config sets it. `on_gpus`: trials are placed on GPUs, and one that
    has none sees none, as where the config bounds which GPUs may be used. `lease_file` names the
    lease of a GPU, by its UUID, and `lease_owner` is what that must say for a trial to start there.
    """

    def __init__(
        self,
        config: Config,
        sweep: Path,
        base_env: Mapping[str, str],
        *,
        engine_python: str,
        threads: int | None,
        on_gpus: bool = False,
        lease_file: Callable[[str], Path] | None = None,
        lease_owner: str = "",
    ) -> None:
        self._config = config
        self._sweep = sweep
        self._base_env = base_env
        self._threads = threads
        asked = config.resources
        bounded = bool(asked.include or asked.exclude)
        self._sees_no_other = on_gpus or bounded or asked.gpus == 0
        self._lease_file = lease_file
        self._lease_owner = lease_owner
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
        gpus = gpus_of(trial, attempt)
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
            env={**self._sdk_env(trial), **self._gpu_env(gpus), **env},
            threads=self._threads,
            start=self._config.start,
            preload=self._config.preload,
            grace_s=self._config.grace,
            leases=tuple(map(self._lease_file, gpus)) if self._lease_file is not None else (),
            lease_owner=self._lease_owner,
        )

    def inherit(self, trial: Trial, parent: int) -> int | None:
        """Give a trial the checkpoint of its parent that it begins at; gives its step."""
        home, elder = (trial_dir(self._sweep, number) for number in (trial.number, parent))
        return inherit_checkpoint(elder, home, trial.from_step)

    def attempt_dir(self, trial: int, attempt: int) -> Path:
        """The folder of an attempt, made or not."""
        return attempt_dir(self._sweep, trial, attempt)

    def _gpu_env(self, gpus: Sequence[str]) -> dict[str, str | None]:
        """What shows a trial its GPUs and no other, the first as device 0."""
        if not gpus and not self._sees_no_other:
            return {}
        return {"CUDA_VISIBLE_DEVICES": ",".join(gpus), "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}

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


def gpus_of(trial: Trial, attempt: int) -> tuple[str, ...]:
    """The UUIDs of the GPUs that an attempt was given."""
    return next((a.gpus for a in reversed(trial.attempts) if a.n == attempt), ())


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
