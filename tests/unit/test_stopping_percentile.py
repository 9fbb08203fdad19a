"""The percentile rule keeps what comes among the best per cent of full-length trials."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.load import load_config
from engine.errors import ConfigError
from engine.stopping.percentile import Percentile, quantile
from tests.fakes.told_curves import ToldCurves


def test_the_best_quarter_is_kept_and_the_rest_stopped() -> None:
    told = ToldCurves(Percentile(percentile=25, min_epochs=1))
    for height in (0.2, 0.4, 0.6, 0.8, 1.0):
        told.run([height] * 27)
    assert told.report(told.begin(), 2, 0.81) is None
    assert told.report(told.begin(), 2, 0.79) == (
        "acc 0.79 at epoch 2 is below the bound of the best 25 % 0.8 of 5 full-length trials"
    )


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1.0), (0.25, 1.75), (0.5, 3.0), (0.75, 5.25), (1.0, 9.0)]
)
def test_quantiles_lie_between_two_numbers_by_linear_interpolation(
    share: float, expected: float
) -> None:
    assert quantile([1.0, 2.0, 4.0, 9.0, 99.0], 4, share) == pytest.approx(expected)


def test_its_options_are_read_and_bad_ones_refused(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import tui_tuner\n")
    path = tmp_path / "sweep.yaml"

    def written(rule: str) -> Path:
        path.write_text(
            "program: train.py\nmetric: {name: acc, goal: maximize}\n"
            f"parameters: {{lr: {{min: 0.1, max: 1.0}}}}\nstop: [{rule}]\n"
        )
        return path

    loaded = load_config(written("{rule: percentile, percentile: 30, min_epochs: auto}"))
    assert loaded.config.stop[0].options == {"percentile": 30.0, "min_epochs": "auto"}
    with pytest.raises(ConfigError) as refused:
        load_config(written("{rule: percentile, percentile: 130}"))
    assert "stop[0].percentile: must be at most 100, not 130" in str(refused.value)
