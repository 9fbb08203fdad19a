"""All sweeps of a box as rows: those that run first, then the newest."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.core.views import SweepView
from tui_tuner.box import Offer

from .glyphs import Glyphs
from .line import Line, crop, fit, plain, right, width_of
from .numbers import duration, value_format

OFFER = "offer"
"""Names the row of what the current folder offers to run."""
_STATES = {
    "running": ("running", "accent"),
    "paused": ("paused", ""),
    "stopping": ("waiting", "warning"),
    "finished": ("complete", ""),
    "stopped": ("paused", "dim"),
    "dead": ("failed", "error"),
}
"""The glyph, by the state of a trial that is alike, and the role."""
_FINAL = ("complete", "pruned", "failed")
_DAY_S = 86_400.0
_ROOMY = 92
Row = tuple[str, Line]


def in_order(views: Iterable[SweepView]) -> list[SweepView]:
    """Give those with an engine that has work first, of each kind the newest first."""
    return sorted(views, key=lambda view: (not lives(view), -(view.started_at or 0.0), view.dir))


def matching(views: Iterable[SweepView], text: str) -> list[SweepView]:
    """Give the sweeps whose name, folder or state contains every word of a text."""
    words = text.lower().split()
    return [
        view
        for view in views
        if all(word in f"{view.name} {view.dir} {view.state}".lower() for word in words)
    ]


def sweep_rows(
    views: Sequence[SweepView], here: str, width: int, now: float, glyphs: Glyphs
) -> tuple[Line, list[Row]]:
    """Give the heading and a row for each sweep, named by its directory; `here` is looked at."""
    names = [Path(view.dir).name for view in views]
    name = max(12, min(max((width_of(plain(n, 60)) for n in names), default=12), width // 3))
    rows = [(view.dir, _row(view, name, here, width, now, glyphs)) for view in views]
    heads = f"  {fit('sweep', name)}  {fit('state', 10)} {right('best', 10)}  {right('done', 9)}"
    heads += _runs("runs", "took") if width >= _ROOMY else ""
    return crop(((f"{heads}  {fit('began', 12)}  metric, folder", ""),), width), rows


def offer_row(offer: Offer, width: int, glyphs: Glyphs) -> Row:
    """Say what Enter would run."""
    told = offered(offer, glyphs)
    role = "error" if offer.faults else "accent"
    head = f"{glyphs.to} {plain(str(offer.config), 60)} of this folder: "
    return OFFER, crop(((head, "bold"), (told, role)), width)


def offered(offer: Offer, glyphs: Glyphs) -> str:
    """Say in one line what a config would run, or what is wrong with it."""
    if offer.faults:
        more = f" (and {len(offer.faults) - 1} more)" if len(offer.faults) > 1 else ""
        return plain(offer.faults[0], 300) + more
    trials = f"{offer.trials} trials" if offer.trials else "trials without end"
    parts = (plain(offer.name, 40), plain(offer.method, 20), trials, at_a_time(offer))
    return glyphs.dot.join(part for part in parts if part)


def at_a_time(offer: Offer) -> str:
    """Say how many trials run at once, and on what, where that is GPUs; empty: not known yet."""
    gpus = f" on {offer.gpus} GPU{'s' * (offer.gpus != 1)}" if offer.gpus else ""
    return f"{offer.slots} at a time{gpus}" if offer.slots else ""


def lives(view: SweepView) -> bool:
    """Say whether a sweep has an engine, and work for it."""
    return view.engine.alive and view.state in ("running", "paused", "stopping")


def _row(view: SweepView, name: int, here: str, width: int, now: float, glyphs: Glyphs) -> Line:
    like, role = _STATES.get(view.state, ("waiting", ""))
    done = sum(view.trials.get(word, 0) for word in _FINAL)
    total = ""
    if view.trials_limit:
        done = done if view.trials_done is None else view.trials_done
        total = f"/{view.trials_limit}"
    best = value_format(view.best.value).text(view.best.value) if view.best else ""
    running = str(view.trials.get("running", 0) or "")
    path = Path(view.dir)
    where = f"{plain(view.metric.name, 24)}  {plain(_home(path.parent), 200)}"
    return crop(
        (
            (f"{glyphs.mark if view.dir == here else ' '} ", "accent"),
            (fit(plain(path.name, 60), name), "bold" if lives(view) else ""),
            ("  ", ""),
            (f"{glyphs.states[like]} {fit(plain(view.state), 8)} ", role),
            (right(best, 10), "best" if best else ""),
            (f"  {right(f'{done}{total}', 9)}", ""),
            (_runs(running, duration(view.elapsed_s)) if width >= _ROOMY else "", ""),
            (f"  {fit(_when(view.started_at, now), 12)}", ""),
            (f"  {where}", "dim"),
        ),
        width,
    )


def _runs(running: str, took: str) -> str:
    return f" {right(running, 5)} {right(took, 6)}"


def _when(at: float | None, now: float) -> str:
    if at is None:
        return ""
    then, today = time.localtime(at), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("today %H:%M", then)
    if abs(now - at) < 300 * _DAY_S:
        return time.strftime("%b %d %H:%M", then)
    return time.strftime("%Y-%m-%d", then)


def _home(path: Path) -> str:
    """A path as people write it."""
    home = str(Path.home())
    text = str(path)
    return "~" + text[len(home) :] if home != "/" and text.startswith(f"{home}/") else text
