"""Tune deep networks from the terminal.

In a training script: `import tui_tuner as tt`, then `trial = tt.trial(lr=1e-3)`. Importing this
package loads nothing; the names below load the SDK, which is standard library only.
"""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["Trial", "__version__", "trial"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .sdk.trial import Trial, trial


def __getattr__(name: str) -> object:
    if name not in ("Trial", "trial"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .sdk import trial as module

    globals().update(Trial=module.Trial, trial=module.trial)
    return globals()[name]


def __dir__() -> list[str]:
    return __all__
