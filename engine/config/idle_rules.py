"""Rules that could stop no trial within the budget: most likely not what was meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.config.faults import KeyPath
from engine.config.schema import Config, OptionValue, StopRule
from engine.config.section import Section
from engine.stopping.wandb_hyperband import brackets

Options = Mapping[str, OptionValue]
Earliest = Callable[[Options], int | None]
"""The step before which a rule with these options stops nothing; None where it is not known."""


def _step(option: str) -> Earliest:
    def earliest(options: Options) -> int | None:
        value = options.get(option, "auto")
        return None if value == "auto" else int(value)

    return earliest


def _after_first(option: str) -> Earliest:
    """A rule that looks back over so many epochs has none to look back over at the first."""
    return lambda options: 1 + int(options[option]) if option in options else None


def _of_hyperband(options: Options) -> int | None:
    if "min_iter" not in options and "max_iter" not in options:
        return _step("min")(options)
    least, most, count = (options.get(key) for key in ("min_iter", "max_iter", "s"))
    found = brackets(
        None if least is None else int(least),
        None if most is None else int(most),
        None if count is None else int(count),
        float(options.get("eta", 3.0)),
    )
    return next(iter(found), None)


_EARLIEST: dict[str, Earliest] = {
    "median": _step("min_epochs"),
    "percentile": _step("min_epochs"),
    "asha": _step("min"),
    "hyperband": _of_hyperband,
    "threshold": _step("min_epochs"),
    "patience": _after_first("epochs"),
    "plateau": _after_first("epochs"),
    "wilcoxon": _step("n_startup_steps"),
}


def warn_of_idle_rules(top: Section, config: Config) -> None:
    """Warn of each rule that begins only where a trial with the full budget ends."""
    if config.budget is None:
        return
    last, unit = config.budget.max, config.budget.parameter
    for number, rule in enumerate(config.stop):
        earliest = _EARLIEST[rule.rule](rule.options) if rule.rule in _EARLIEST else None
        if rule.enabled and earliest is not None and earliest >= last:
            text = (
                f"{rule.rule} stops no trial before {earliest} {unit}, and the budget is {last}: "
                "it never stops one early"
            )
            top.faults.warn(_path(top, number, rule), text)


def _path(top: Section, number: int, rule: StopRule) -> KeyPath:
    return top.at("stop", number) if number < len(top.items("stop")) else ("early_terminate",)
