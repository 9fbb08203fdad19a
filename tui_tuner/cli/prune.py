"""`tui-tuner prune`."""

from __future__ import annotations

from engine.client import Connection
from engine.core.acts import Prune
from engine.errors import ActError, UsageError
from tui_tuner.view.line import plain

from .arguments import DryRun, Json, Where, Why, Words, sweep_and_trials
from .boundary import said
from .deeds import FINAL, Deed, Outcome, check_trials, see_through
from .documents import print_json
from .reach import with_sweep


def command(
    words: Words = None,
    where: Where = None,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Stop trials for good; their results and checkpoints are kept. Returns once they are gone.

    Example: tui-tuner prune digits t0042 t0043 --why 'no better than chance'
    """
    sweep, trials = sweep_and_trials(words)
    if not trials and where is None:
        raise UsageError("say which trials: t0042 ..., or --where 'val_acc<0.6 epoch>5'")
    deed = Deed(act=Prune(trials=tuple(trials)), why=why, where=where, dry_run=dry_run)

    async def prune(connection: Connection) -> Outcome:
        await check_trials(connection, trials)
        return await see_through(connection, deed, sweep, lambda row: row.state in FINAL)

    outcome = with_sweep(sweep, prune, read_only=False)
    if json:
        print_json(outcome.result)
    else:
        _report(outcome, dry_run)
    if not outcome.result.done and not dry_run:
        raise ActError("nothing was pruned")


def _report(outcome: Outcome, dry_run: bool) -> None:
    result = outcome.result
    if dry_run:
        sentence = plain(result.sentence)
        print(f"would {sentence}" if result.done else sentence)
    elif result.done:
        freed = [str(slot) for slot in sorted(outcome.slots.values())]
        slots = f", slot{'s' if len(freed) > 1 else ''} {', '.join(freed)} free" if freed else ""
        print(f"{_named(result.done)} gone{slots} after {outcome.gone_s:.1f} s")
    for skipped in result.skipped:
        said(f"{skipped.id} left alone: {plain(skipped.why)}")


def _named(names: list[str], most: int = 8) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
