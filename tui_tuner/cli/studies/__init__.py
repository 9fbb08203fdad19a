"""A sweep as a study of Optuna's: what `optuna.load_study` and optuna-dashboard open."""

from .study import optuna_study as optuna_study
