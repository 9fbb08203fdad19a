"""A study as a journal: the lines that Optuna's JournalFileBackend reads and appends to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any


def journal_of(create: Callable[[Any], Any], trials: Iterable[Any]) -> bytes:
    """Give the journal of the study that `create` begins, with these trials."""
    from optuna.storages import JournalStorage
    from optuna.storages.journal import BaseJournalBackend

    lines: list[str] = []

    class InMemory(BaseJournalBackend):
        """Keeps the lines: a file would be locked and synced for each."""

        def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
            return [json.loads(line) for line in lines[log_number_from:]]

        def append_logs(self, logs: list[dict[str, Any]]) -> None:
            lines.extend(json.dumps(log, separators=(",", ":")) for log in logs)

    create(JournalStorage(InMemory())).add_trials(trials)
    return "".join(f"{line}\n" for line in lines).encode()
