"""Tells apart what Textual writes: what paints, what shows nothing, and what may do anything."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|(?P<styled>(?:\x1b\[[\d;]*m|[^\x00-\x1f\x7f-\x9f]+)+)"
    r"|(?P<newline>\r?\n)"
    r"|(?P<quiet>"
    r"\x1b\[\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|2004|2026|2031|2048)[hl]"
    r"|\x1b\[\?\d+\$p"
    r"|\x1b\[[<>=][\d;]*u"
    r"|\x1b\[\?u"
    r"|\x1b\[[\d;]*t"
    r"|\x1b\[>?0?[cq]"
    r"|\x1b\]1[012];\?(?:\x07|\x1b\\)"
    r"|\x1b\](?:0|1|2|9|52|777);[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\)"
    r"|\x07)"
)
"""`styled` is text with its styles. `quiet` leaves the cells, the cursor and the look as they are:
modes of input, queries, the clipboard, titles, the bell."""

STYLED = re.compile(r"\x1b\[(?P<sgr>[\d;]*)m|(?P<text>[^\x1b]+)")
"""The parts of such a text."""
