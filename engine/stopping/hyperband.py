"""Asynchronous Hyperband: every bracket of asynchronous successive halving side by side.

Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020), section 3.2, over
the brackets of Hyperband (JMLR 2018). The first bracket is `asha`; each further one begins a rung
later, so that configurations which start slowly get their chance; the last runs every trial to
its end. W&B's rule of the same name is `engine.stopping.wandb_hyperband`.
"""

from __future__ import annotations

from .asha import Asha, Auto


class Hyperband(Asha):
    """`asha` with as many brackets as rungs fit between the first and the budget."""

    name = "hyperband"

    def __init__(
        self, reduction: float = 3.0, min: int | Auto = "auto", max: int | Auto = "auto"
    ) -> None:
        super().__init__(reduction=reduction, min=min, max=max, brackets=None)
