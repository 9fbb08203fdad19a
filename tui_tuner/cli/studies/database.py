"""A study as a SQLite database: what `sqlite:///PATH` opens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from itertools import islice
from typing import Any

AT_ONCE = 500
"""Trials inserted together."""


def database_of(create: Callable[[Any], Any], trials: Iterable[Any]) -> bytes:
    """Give the database of the study that `create` begins, with these trials."""
    from optuna.storages import RDBStorage

    storage = RDBStorage("sqlite:///:memory:")
    try:
        study = create(storage)
        tables = _tables()
        if tables is None:
            study.add_trials(trials)
        else:
            study_id = storage.get_study_id_from_name(study.study_name)
            _insert(tables, storage.engine, study_id, trials)
        return _serialized(storage.engine)
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _tables() -> Any:
    """Optuna's own description of its tables; None where this version keeps it elsewhere.

    `add_trials` asks the database several times for each value: minutes for a thousand curves.
    """
    try:
        return import_module("optuna.storages._rdb.models")
    except ImportError:
        return None


def _insert(tables: Any, engine: Any, study_id: int, trials: Iterable[Any]) -> None:
    """Insert trials as `add_trials` would, hundreds at a time."""
    from sqlalchemy.orm import Session

    numbered = enumerate(trials)
    while some := list(islice(numbered, AT_ONCE)):
        with Session(engine) as session, session.begin():
            session.add_all(
                tables.TrialModel(
                    trial_id=number + 1,
                    number=number,
                    study_id=study_id,
                    state=trial.state,
                    datetime_start=trial.datetime_start,
                    datetime_complete=trial.datetime_complete,
                )
                for number, trial in some
            )
            session.flush()
            for table, rows in _rows(tables, some):
                if rows:
                    session.execute(table.__table__.insert(), rows)


def _rows(
    tables: Any, trials: Sequence[tuple[int, Any]]
) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Each table with its rows of some trials, by the names of its columns."""
    owned = [(number + 1, trial) for number, trial in trials]
    yield tables.TrialParamModel, [row for i, t in owned for row in _params(i, t)]
    yield tables.TrialValueModel, [row for i, t in owned for row in _values(tables, i, t)]
    yield (
        tables.TrialUserAttributeModel,
        [
            {"trial_id": i, "key": key, "value_json": json.dumps(value)}
            for i, t in owned
            for key, value in t.user_attrs.items()
        ],
    )
    yield (
        tables.TrialIntermediateValueModel,
        [row for i, t in owned for row in _reports(tables, i, t)],
    )


def _params(trial_id: int, trial: Any) -> Iterator[dict[str, Any]]:
    from optuna.distributions import distribution_to_json

    for name, value in trial.params.items():
        distribution = trial.distributions[name]
        yield {
            "trial_id": trial_id,
            "param_name": name,
            "param_value": distribution.to_internal_repr(value),
            "distribution_json": distribution_to_json(distribution),
        }


def _values(tables: Any, trial_id: int, trial: Any) -> Iterator[dict[str, Any]]:
    if trial.value is not None:
        value, kind = tables.TrialValueModel.value_to_stored_repr(trial.value)
        yield {"trial_id": trial_id, "objective": 0, "value": value, "value_type": kind}


def _reports(tables: Any, trial_id: int, trial: Any) -> Iterator[dict[str, Any]]:
    stored = tables.TrialIntermediateValueModel.intermediate_value_to_stored_repr
    for step, reported in trial.intermediate_values.items():
        value, kind = stored(reported)
        yield {
            "trial_id": trial_id,
            "step": step,
            "intermediate_value": value,
            "intermediate_value_type": kind,
        }


def _serialized(engine: Any) -> bytes:
    """The bytes of the file that a database in memory would be."""
    connection = engine.raw_connection()
    try:
        content: bytes = connection.driver_connection.serialize()
        return content
    finally:
        connection.close()
