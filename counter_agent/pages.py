"""Which pages are open and what they show: the evidence that nothing of a resident stands on a screen.

A page names the version it shows each time it asks for news, and says goodbye when it is closed. One that falls silent
without a goodbye (a window that hangs, a dialog that stops it) may still show what it showed: silence is no evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_OPEN_FOR_S = 6.0
"""Longer than any page's pause between two askings, also in a window in the background (browsers: one a second)."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page said last, and when. `version` is None while it shows nothing at all."""

    version: int | None
    seen_at: float


_BEFORE = "before this program"


class Pages:
    """The version every page should show, and what each does show. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._shown: dict[str, _Page] = {}
        self._visit_from = 0
        self._clear_from = 0
        self.version = 1

    def changed(self) -> None:
        """There is something new to show."""
        self.version += 1

    def visit_begins(self) -> None:
        """What was shown until now is of nobody any more."""
        self._visit_from = self.version + 1

    def must_clear(self) -> None:
        """Whatever was shown before now held something of a resident."""
        self.version += 1
        self._clear_from = self.version

    def may_be_older(self) -> None:
        """Pages of a program before this one may be open, which nobody can ask: they are silent from the beginning."""
        self._shown[_BEFORE] = _Page(0, self._monotonic() - _OPEN_FOR_S)
        self.must_clear()

    def knows(self, page_id: str) -> bool:
        """Whether this page has shown anything, and not said goodbye."""
        return page_id in self._shown

    def shows(self, page_id: str, version: int | None) -> None:
        """A page asks for news, showing `version`; None: it shows nothing at all."""
        self._shown = {
            page: seen for page, seen in self._shown.items() if self._is_open(seen) or self._is_of_visit(seen)
        }
        self._shown[page_id] = _Page(version and min(version, self.version), self._monotonic())

    def is_given(self, page_id: str) -> None:
        """A page is sent what stands now: from here on it may show it, whether it says so or not."""
        known = self._shown.get(page_id)
        if known is not None and known.version is None:
            self._shown[page_id] = _Page(self.version, known.seen_at)

    def left(self, page_id: str) -> None:
        """A page says goodbye."""
        self._shown.pop(page_id, None)

    @property
    def silent(self) -> int:
        """How many pages say nothing any more, and may still show something of the resident."""
        return sum(self._is_uncleared(page) and not self._is_open(page) for page in self._shown.values())

    def vouch_for_silent(self) -> None:
        """Somebody has looked: nothing is to be seen on any page that is silent."""
        self._shown = {page: seen for page, seen in self._shown.items() if self._is_open(seen)}

    def are_clear(self) -> bool:
        """Whether every page shows something newer, and there is one to say so."""
        is_one_open = any(self._is_open(page) for page in self._shown.values())
        return is_one_open and not any(self._is_uncleared(page) for page in self._shown.values())

    def _is_open(self, page: _Page) -> bool:
        return self._monotonic() - page.seen_at < _OPEN_FOR_S

    def _is_uncleared(self, page: _Page) -> bool:
        is_old = page.version is not None and page.version < self._clear_from
        return is_old and (self._is_open(page) or self._is_of_visit(page))

    def _is_of_visit(self, page: _Page) -> bool:
        return page.version is not None and page.version >= self._visit_from
