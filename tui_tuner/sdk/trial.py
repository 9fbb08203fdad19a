"""The trial that a training script talks to."""

from __future__ import annotations

import os
import sys
import threading
import time

from . import wire
from .context import Context, is_chief
from .control import Control
from .encode import encode, plain
from .gpu_memory import GpuMemory
from .last_exception import tell_of_exceptions
from .params import overlay, read_params
from .reported import last_reported
from .reporter import Reporter
from .say import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from .checkpoints import Checkpoints

_trial: Trial | None = None


def trial(**defaults: Any) -> Trial:
    """Give this process's trial; the same one however often it is called.

    `defaults` are the parameters that the sweep does not choose, and all of them where the script
    runs alone. Raises RuntimeError where the sweep's parameters cannot be read.
    """
    global _trial
    if _trial is None:
        _trial = Trial(Context(os.environ))
    _trial.take_defaults(defaults)
    return _trial


class Trial:
    """One configuration and the process that trains it. Steps count epochs done, from 1."""

    def __init__(self, context: Context) -> None:
        attempt_dir = context.attempt_dir
        self._context = context
        self._chosen: dict[str, Any] = {}
        self._defaults: dict[str, Any] = {}
        self._control = Control(attempt_dir and os.path.join(attempt_dir, wire.CONTROL_FILE))
        self._reporter = (
            Reporter(os.path.join(attempt_dir, wire.REPORTS_FILE)) if attempt_dir else None
        )
        self._checkpoints_used: Checkpoints | None = None
        self._saving = threading.Lock()
        self._resumed_at = 0
        self._resumed_rng: dict[str, Any] | None = None
        self._epoch = 0
        self._reports = 0
        self._gpu_memory = GpuMemory(attempt_dir) if attempt_dir else None
        if attempt_dir:
            tell_of_exceptions(attempt_dir)
        if context.in_sweep:
            self._chosen = read_params(os.path.join(context.dir, wire.PARAMS_FILE))
            if context.budget is not None and context.budget_parameter:
                self._chosen[context.budget_parameter] = context.budget
        self.params = overlay({}, self._chosen)

    def take_defaults(self, defaults: dict[str, Any]) -> None:
        """Put defaults under what the sweep chose; a later default replaces an earlier one."""
        self._defaults.update(defaults)
        self.params = overlay(self._defaults, self._chosen)

    @property
    def id(self) -> str:
        """The trial's name in the sweep, such as t0007; 'local' where the script runs alone."""
        return self._context.id

    @property
    def dir(self) -> Path:
        """The trial's folder; the working directory where the script runs alone."""
        from pathlib import Path

        return Path(self._context.dir)

    @property
    def seed(self) -> int:
        """The trial's seed; alone, the parameter `seed` or 0."""
        if self._context.seed is not None:
            return self._context.seed
        seed = self.params.get("seed", 0)
        return seed if isinstance(seed, int) else 0

    @property
    def budget(self) -> int | None:
        """How many epochs to train in all, those before a resume included; None: not said."""
        given = self._control.budget or self._context.budget
        if given is not None:
            return given
        named = self.params.get(self._context.budget_parameter or "epochs")
        return named if type(named) is int else None

    @property
    def should_stop(self) -> bool:
        """Whether the sweep asks this trial to end; looks at most once a second."""
        self._control.look_now_and_then()
        return self._control.stop

    def epochs(self, default: int = 10) -> Iterator[int]:
        """Count epochs from 1, or from after the checkpoint that `load()` gave, to the budget.

        Ends early when the sweep asks for it, and goes on where it raises the budget meanwhile.
        `default` counts where no budget is said. The first epoch after a resume begins with the
        random generators as `save()` left them, whatever was drawn since `load()`.
        """
        epoch = self._resumed_at
        while True:
            self._control.look()
            last = default if self.budget is None else self.budget
            if self._control.stop or epoch >= last:
                self._say_if_none_was_left(last)
                return
            epoch += 1
            self._epoch = epoch
            self._draw_on()
            yield epoch

    def _draw_on(self) -> None:
        """Set the random generators once more: building a model after `load()` has drawn."""
        rng, self._resumed_rng = self._resumed_rng, None
        if rng is not None:
            from .rng import restore_rng

            restore_rng(rng)

    def _say_if_none_was_left(self, last: int) -> None:
        if self._resumed_at and self._resumed_at >= last:
            anew = "; remove ./checkpoints to start anew" if self._reporter is None else ""
            say(f"all {last} epochs were done before{anew}")

    def report(self, step: int, **metrics: Any) -> None:
        """Say how the trial does after `step` epochs; never raises for I/O.

        Takes numbers of any make (Python, numpy, tensors of one element), NaN and infinity too.
        In a distributed job rank 0 speaks for all.
        """
        if self._gpu_memory is not None:
            self._gpu_memory.look_now_and_then()
        if not is_chief():
            return
        self._reports += 1
        if self._reporter is not None:
            self._reporter.send(encode(step, time.time(), metrics))
        else:
            _print(step, metrics)

    def save(self, state: Any, step: int, **metrics: Any) -> Path:
        """Write a checkpoint, atomically, and give its path; the first metric goes into its name.

        To go on as if never interrupted (after a pause, a promotion, a crash), `state` holds all
        that training changes: the `state_dict()` of the model, of the optimizer (its momentum), of
        a learning-rate scheduler or gradient scaler, averaged weights, early-stopping counts. The
        global random generators of Python, numpy and torch are added; a generator of your own
        (`torch.Generator`, `numpy.random.default_rng`) belongs into `state`. Save at the end of an
        epoch, after the validation: what is drawn between `save()` and the next epoch is not
        drawn again after a resume.

        Keeps the newest two and the best. In a distributed job rank 0 writes. A full disk is said
        on stderr and costs this checkpoint, not the trial; where nothing was written the path is
        that of the folder. Raises TypeError where the state holds what
        `torch.load(weights_only=True)` refuses.
        """
        folder = self.dir / wire.CHECKPOINTS_DIR
        if self._gpu_memory is not None:
            self._gpu_memory.look_now_and_then()
        if not is_chief():
            return folder
        with self._saving:
            try:
                return folder / os.path.basename(self._checkpoints.save(state, int(step), metrics))
            except OSError as error:
                say(f"checkpoint of epoch {step} not written: {error}")
                return folder

    def load(self) -> Any:
        """Read the newest readable checkpoint; `epochs()` then goes on after it. None: no such.

        Give the parts to model, optimizer and scheduler with `load_state_dict()`. A scheduler whose
        length follows the budget should be built for `trial.budget`, which a promotion raises.
        Sets the global random generators to where they stood. Tensors come back on the CPU. An
        epoch that was saved but never reported, by an attempt that died in between, is run again.
        """
        context = self._context
        reported = None
        if context.attempt_dir:
            own = last_reported(context.attempt_dir, context.attempt)
            reported = max(own, context.from_step)
        found = self._checkpoints.load(reported)
        if found is None:
            return None
        state, self._resumed_at, path, self._resumed_rng = found
        say(f"continuing after epoch {self._resumed_at} from {path}")
        return state

    def report_result(self, result: Any) -> None:
        """Report what a training function returned, if it reported nothing itself.

        Takes a number (the sweep's metric) or a dict of numbers; anything else is left alone.
        """
        if self._reports or result is None or isinstance(result, (str, bytes)):
            return
        step = self._epoch or self.budget or 1
        if isinstance(result, dict):
            self.report(step, **{str(name): value for name, value in result.items()})
        elif not isinstance(plain(result), str):
            self.report(step, **{self._context.metric or "objective": result})

    @property
    def _checkpoints(self) -> Checkpoints:
        """Made when first used: most of the SDK's import time is theirs."""
        if self._checkpoints_used is None:
            from .checkpoints import Checkpoints

            folder = os.path.join(self._context.dir, wire.CHECKPOINTS_DIR)
            context = self._context
            self._checkpoints_used = Checkpoints(folder, context.metric, context.goal)
        return self._checkpoints_used


def _print(step: int, metrics: dict[str, Any]) -> None:
    words = [f"epoch {step}"]
    for name, value in metrics.items():
        words.append(f"{name} {_shown(plain(value))}")
    try:
        sys.stdout.write(" ".join(words) + "\n")
        sys.stdout.flush()
    except (OSError, ValueError):
        return


def _shown(value: float | int | str) -> str:
    if isinstance(value, str):
        return value
    try:
        return format(value, ".6g")
    except OverflowError:
        return "inf" if value > 0 else "-inf"
