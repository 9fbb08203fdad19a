"""`tui-tuner simulate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.errors import UsageError

from .arguments import Json
from .boundary import said
from .documents import print_json
from .run import SlotsOption
from .ticker import Ticker
from .validate import ConfigArgument, SetOption

if TYPE_CHECKING:
    from engine.config.schema import Config
    from engine.rehearsal import Rehearsed
    from engine.rehearsing import Rehearsing

TableOption = Annotated[
    Path | None,
    typer.Option("--table", metavar="T.csv.gz", help="Curves that `record` has written."),
]
ObjectiveOption = Annotated[
    str | None,
    typer.Option(
        "--objective",
        metavar="MODULE:FUNCTION",
        help="Called as function(params, step); gives ({metric: value}, seconds).",
    ),
]
SeedsOption = Annotated[
    int, typer.Option("--seeds", metavar="K", min=1, max=10_000, help="Seeds 0 to K-1.")
]
EpochsOption = Annotated[
    int | None,
    typer.Option("--epochs", metavar="N", min=1, help="End once N epochs are spent in all."),
]


def command(
    config: ConfigArgument,
    table: TableOption = None,
    objective: ObjectiveOption = None,
    slots: SlotsOption = None,
    seeds: SeedsOption = 1,
    epochs: EpochsOption = None,
    set_: SetOption = None,
    json: Json = False,
) -> None:
    """Run a config's sweep on a virtual clock, on recorded curves: compare methods in seconds.

    Every trial is answered by the recorded configuration nearest to it.

    Example: tui-tuner simulate sweep.yaml --table digits.csv.gz --seeds 30
    """
    if (table is None) == (objective is None):
        raise UsageError("say either --table T.csv.gz or --objective MODULE:FUNCTION")
    from engine.rehearsing import Rehearsing

    loaded = _load(config, set_ or [])
    what = Rehearsing(
        config=loaded,
        table=table,
        objective=objective,
        slots=_slots(loaded, slots),
        epochs=epochs,
    )
    _say_where_it_ends(what)
    results = _run(what, seeds)
    for warning in dict.fromkeys(text for result in results for text in result.warnings):
        said(warning)
    if json:
        print_json(_document(what, results))
    else:
        from .rehearsals import report

        for line in report(loaded, results):
            print(line)


def _load(path: Path, overrides: list[str]) -> Config:
    from engine.config.load import load_config
    from engine.config.support import unsupported

    loaded = load_config(path, overrides)
    refusals = unsupported(loaded.config)
    if refusals:
        raise UsageError("\n".join(refusals))
    if loaded.config.method == "manual":
        raise UsageError("method manual proposes nothing by itself: there is nothing to simulate")
    return loaded.config


def _slots(config: Config, override: int | None) -> int:
    """As the option or the config says; one where the config leaves it to the machine."""
    if override is not None:
        return override
    slots = config.resources.slots
    return slots if slots != "auto" else 1


def _say_where_it_ends(what: Rehearsing) -> None:
    from engine.rehearsal import DEFAULT_TRIALS, ends_by_itself

    if what.epochs is None and not ends_by_itself(what.config):
        said(f"no limit is sure to end it: each seed ends after {DEFAULT_TRIALS} trials at most")


def _run(what: Rehearsing, seeds: int) -> list[Rehearsed]:
    """Rehearse every seed; gives the results by seed."""
    from engine.rehearsing import rehearse

    results: list[Rehearsed] = []
    with Ticker(sys.stderr) as ticker:

        def follow(seed: int) -> Any:
            lead = f"seed {seed}, {len(results)} of {seeds} done"

            def told(epochs: int, best: float | None) -> None:
                ticker.tell(lambda: f"{lead}: {epochs} epochs, best {best}")

            return told

        for result in rehearse(what, range(seeds), follow):
            results.append(result)
            ticker.tell(lambda: f"{len(results)} of {seeds} seeds done")
    return sorted(results, key=lambda result: result.seed)


def _document(what: Rehearsing, results: list[Rehearsed]) -> dict[str, Any]:
    config = what.config
    return {
        "name": config.name,
        "method": config.method,
        "metric": {"name": config.metric.name, "goal": config.metric.goal.value},
        "table": str(what.table) if what.table is not None else None,
        "objective": what.objective,
        "slots": what.slots,
        "seeds": results,
    }
