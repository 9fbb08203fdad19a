"""`python -m tui_tuner` is `tui-tuner`."""

from __future__ import annotations

import sys

from tui_tuner.cli import main

if __name__ == "__main__":
    sys.exit(main())
