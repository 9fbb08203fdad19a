"""What a person reads who has no sweep yet: what this is, and the two files that start one."""

from __future__ import annotations

from .line import Line, crop, fit, plain, width_of, wrap

_TOLD = (
    "A sweep runs your training script many times, each with other hyperparameters, and shows "
    "every trial's validation curve as it grows. One key prunes a trial, narrows a range or gives "
    "the best more epochs; the sweep goes on when you leave."
)
_CONFIG = (
    "program: train.py",
    "metric: {name: val_acc, goal: maximize}",
    "parameters:",
    "  lr: {min: 1e-5, max: 1.0, scale: log}",
    "method: bayes",
    "limits: {trials: 20}",
)
_SDK = ("import tui_tuner as tt", "trial = tt.trial(lr=1e-3)", "trial.report(epoch, val_acc=acc)")
_PRINTED = 'tui-tuner: {"step": 3, "val_acc": 0.91}'
_READY = "     or try a sample:  "
_SIDE_BY_SIDE = 76


def first_run_lines(width: int, samples: str | None) -> list[Line]:
    """Write the way to a first sweep in lines of `width` cells."""
    lines: list[Line] = [crop((), width)]
    lines += [crop(((f" {text}", ""),), width) for text in wrap(_TOLD, max(8, width - 2), 8)]
    lines += [crop((), width), _step("1", "sweep.yaml, beside your train.py", width)]
    lines += [crop(((f"     {text}", "accent"),), width) for text in _CONFIG]
    lines += [crop((), width), *_script(width), crop((), width)]
    lines.append(_step("3", "", width, "tui-tuner run sweep.yaml"))
    if samples is not None:
        lines.append(_samples(plain(samples, 200), width))
    return lines


def _script(width: int) -> list[Line]:
    """Two ways for a script to say how it goes: beside each other, or below."""
    by_sdk = [("three lines in train.py", ""), *((text, "accent") for text in _SDK)]
    by_print = [("or print a line, and import nothing", ""), (_PRINTED, "accent")]
    if width < _SIDE_BY_SIDE:
        first = _step("2", by_sdk[0][0], width)
        rest = [*by_sdk[1:], *by_print]
        return [first, *(crop(((f"     {text}", role),), width) for text, role in rest)]
    rows = []
    for n, (text, role) in enumerate(by_sdk):
        number = ("  2  ", "bold") if n == 0 else ("     ", "")
        beside = by_print[n] if n < len(by_print) else ("", "")
        rows.append(crop((number, (fit(text, 33), role), beside), width))
    return rows


def _samples(folder: str, width: int) -> Line:
    """Where a sweep lies that is ready to run: the whole command, if there is room for it."""
    command = f"tui-tuner run {folder}/digits/sweep.yaml"
    if len(_READY) + width_of(command) <= width:
        return crop(((_READY, "dim"), (command, "accent")), width)
    return crop((("     samples lie in ", "dim"), (folder, "accent")), width)


def _step(number: str, text: str, width: int, command: str = "") -> Line:
    return crop(((f"  {number}  ", "bold"), (text, ""), (command, "accent")), width)
