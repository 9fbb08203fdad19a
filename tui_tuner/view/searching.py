"""How the search goes, as lines: what proposes now, on what, and how the stopping rules stand."""

from __future__ import annotations

from collections.abc import Mapping

from engine.core.views import SweepView, TrialView

from .line import Line, crop, plain, wrap

_SENTENCE_LINES = 3


def proposing(sweep: SweepView) -> str:
    """Say what proposes now: 'tpe on 34 observations', 'halton, standing in for tpe'.

    Of a sweep that has ended, say who proposed: 'tpe for 22 of 24 proposals, halton for 2'.
    """
    if sweep.proposer is None:
        return plain(sweep.method)
    if sweep.state in ("finished", "stopped") and sweep.proposer.made:
        return _proposed(sweep.proposer.made)
    sentence = plain(sweep.proposer.sentence)
    return sentence if sweep.method in sentence else f"{plain(sweep.method)}: {sentence}"


def _proposed(made: Mapping[str, int]) -> str:
    """Say who proposed how many, whoever proposed most first."""
    (first, most), *others = sorted(made.items(), key=lambda each: -each[1])
    if not others:
        return f"{plain(first)} for all {most} proposals" if most > 1 else plain(first)
    rest = ", ".join(f"{plain(method)} for {count}" for method, count in others)
    return f"{plain(first)} for {most} of {sum(made.values())} proposals, {rest}"


def origin_of(row: TrialView) -> str:
    """Say how a trial came about, and from which version of the space."""
    origin, version = plain(row.origin, 300), f"space v{row.space_version}"
    return ", ".join(part for part in (origin, "" if version in origin else version) if part)


def search_lines(sweep: SweepView, width: int) -> list[Line]:
    """Write the method, and a rule a line or more, in lines of exactly `width` cells."""
    lines = labelled("method", proposing(sweep), width) if sweep.method else []
    for rule in sweep.rules:
        lines += labelled("rule", plain(rule), width)
    return lines


def labelled(label: str, text: str, width: int) -> list[Line]:
    """Write a text under its label, in a few lines of exactly `width` cells."""
    texts = wrap(text, max(8, width - 8), _SENTENCE_LINES)
    margins = [f"{label:<8}", *[" " * 8] * len(texts)]
    return [
        crop(((margin, "dim"), (part, "")), width)
        for margin, part in zip(margins, texts, strict=False)
    ]
