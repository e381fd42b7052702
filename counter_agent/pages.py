"""Which pages are open and what they show: the evidence that nothing of a resident stands on a screen.

A page names the version it shows each time it asks for news. It counts as open until it has not asked for a while.
"""

from __future__ import annotations

from collections.abc import Callable

_OPEN_FOR_S = 6.0
"""Longer than any page's pause between two askings, also in a window in the background (browsers: one a second)."""


class Pages:
    """The version every page should show, and what each does show. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._shown: dict[str, tuple[int, float]] = {}
        self._clear_from = 0
        self.version = 1

    def changed(self) -> None:
        """There is something new to show."""
        self.version += 1

    def must_clear(self) -> None:
        """Whatever was shown before now held something of a resident."""
        self.version += 1
        self._clear_from = self.version

    def shows(self, page_id: str, version: int) -> None:
        """A page asks for news, showing `version`."""
        now = self._monotonic()
        self._shown = {page: seen for page, seen in self._shown.items() if now - seen[1] < _OPEN_FOR_S}
        self._shown[page_id] = (min(version, self.version), now)

    def are_clear(self) -> bool:
        """Whether every open page shows something newer, and there is one to say so."""
        now = self._monotonic()
        shown = [version for version, seen_at in self._shown.values() if now - seen_at < _OPEN_FOR_S]
        return bool(shown) and min(shown) >= self._clear_from
