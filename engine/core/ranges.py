"""What the machine asks of the search space; `engine.space.keeper` answers.

Documents are opaque here: spaces as plain data, as they lie in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from .edits import Edit, Edited, Suggestion
from .model import Params, Value


class Ranges(Protocol):
    """Pure functions of documents and configurations. Raise ValueError with one sentence."""

    def edited(
        self, document: Any, first: Any, edits: Sequence[Edit], best: Sequence[Params]
    ) -> Edited:
        """Carry edits out on a space. `first` is the document the sweep began with, `best` the
        configurations of trials, the best first. Raises ValueError."""
        ...

    def difference(self, before: Any, after: Any) -> Edited:
        """Say what changes if `after` takes the place of `before`."""
        ...

    def inside(self, document: Any) -> Callable[[Params], bool]:
        """Give the test whether a configuration lies in the space; fast over many."""
        ...

    def admit(self, document: Any, params: Params, given: dict[str, Value]) -> Params:
        """Give the configuration `params` with the `given` values, spelt as the space does.

        A given value must lie in the space; what is taken over from `params` need not. Conditional
        parameters come and go with their conditions; one that comes and is not given is an error.
        Raises ValueError.
        """
        ...

    def border(self, document: Any, best: Sequence[Params]) -> list[Suggestion]:
        """Check whether the best trials crowd an edge of a range; `best` holds the best few."""
        ...
