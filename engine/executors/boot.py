"""Starts a zygote: `python boot.py OPTIONS`, run by path under any Python from 3.8 on.

Our files are loaded as a package with a name of its own, and this folder leaves `sys.path` before
anything else is imported: a script's own `runner.py` or `engine/` means what it says.
"""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_PACKAGE = "_tui_tuner_executors"


def _start() -> None:
    if sys.path and os.path.abspath(sys.path[0]) == _HERE:
        del sys.path[0]
    package = type(sys)(_PACKAGE)
    package.__path__ = [_HERE]
    sys.modules[_PACKAGE] = package
    import importlib

    importlib.import_module(_PACKAGE + ".zygote").main(sys.argv[1])


if __name__ == "__main__":
    _start()
