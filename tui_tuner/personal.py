"""What the app knows of the person who uses it: preferences, and keys of their own."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from textual import work

from tui_tuner.keymap import DEFAULT_KEYMAP, Keymap, has_keymap, read_keymap, use
from tui_tuner.preferences import load, save
from tui_tuner.standing import Standing
from tui_tuner.widgets.footer import Footer


class Personal(Standing):
    """An app that is as its user left it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._complaints: list[str] = []
        self.preferences = load(self._complaints.append)
        self.keymap = DEFAULT_KEYMAP
        use(DEFAULT_KEYMAP)

    def prefer(self, **choices: Any) -> None:
        """Remember choices, by their names in `Preferences`, here and for the next sweep.

        They are written down once they show: nobody waits for a disk.
        """
        self.preferences = replace(self.preferences, **choices)
        self.call_after_refresh(self._write_down)

    def _write_down(self) -> None:
        save(self.preferences, lambda text: self.say(text, "warning"))

    def settle(self) -> None:
        """See to what the first picture need not wait for: the person's keys, and complaints."""
        if has_keymap():
            self._read_keys()
        elif self._complaints:
            self.say("; ".join(self._complaints), "warning")

    @work(name="keymap", group="keymap", thread=True)
    def _read_keys(self) -> None:
        self.call_from_thread(self._take_keys, *read_keymap())

    def _take_keys(self, keymap: Keymap, faults: list[str]) -> None:
        self.keymap = keymap
        use(keymap)
        self.set_keymap(keymap.for_textual())
        self.repaint_footers()
        if told := [*self._complaints, *faults]:
            self.say("; ".join(told), "warning")

    def repaint_footers(self) -> None:
        """Show what keys are called now."""
        for screen in self.screen_stack:
            for footer in screen.query(Footer):
                footer.repaint()
