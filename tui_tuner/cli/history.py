"""`tui-tuner history`."""

from __future__ import annotations

from typing import Annotated

import typer
from msgspec.structs import asdict

from engine.core.acts import Decision
from engine.lifecycle import find_sweep
from engine.protocol.messages import GetHistory

from .arguments import Json, Sweep
from .boundary import said
from .columns import Column, print_table
from .documents import print_json
from .reach import ask
from .wording import clock_time

LimitOption = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="The newest N only.")
]


def command(sweep: Sweep = None, limit: LimitOption = None, json: Json = False) -> None:
    """Say who decided what, when and why.

    Example: tui-tuner history digits --limit 20
    """
    (decisions,) = ask(find_sweep(sweep), GetHistory(id=0, limit=limit))
    undone = {d.undoes: d.n for d in decisions if d.undoes is not None}
    if json:
        print_json([asdict(d) | {"undone_by": undone.get(d.n)} for d in decisions])
    elif decisions:
        print_table(
            [
                Column("n", [str(d.n) for d in decisions], "right"),
                Column("when", [clock_time(d.at) for d in decisions]),
                Column("who", [d.who for d in decisions]),
                Column("what", [_sentence(d, undone.get(d.n)) for d in decisions], text=True),
                Column("why", [d.why or "" for d in decisions], text=True),
            ]
        )
    else:
        said("nothing has been decided yet")


def _sentence(decision: Decision, undone_by: int | None) -> str:
    return (
        decision.sentence if undone_by is None else f"(undone by {undone_by}) {decision.sentence}"
    )
