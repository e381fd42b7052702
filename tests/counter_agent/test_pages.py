"""What counts as evidence that nothing of a resident stands on any page."""

from __future__ import annotations

from dataclasses import dataclass

from counter_agent.pages import Pages

A_WHILE_S = 10.0


@dataclass
class Clock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


def in_a_visit(clock: Clock) -> Pages:
    """Two pages that show what a visit brought up."""
    pages = Pages(clock)
    pages.visit_begins()
    pages.changed()
    for page in ("clerk", "resident"):
        pages.shows(page, pages.version)
    assert pages.are_clear()
    return pages


def time_passes(clock: Clock, pages: Pages, *asking: str) -> None:
    """Long enough for a page to be missed, while these go on asking for news and show them."""
    clock.now_s += A_WHILE_S
    for page in asking:
        pages.shows(page, pages.version)


def test_a_page_that_hangs_is_no_evidence_however_long_it_is_silent() -> None:
    clock = Clock()
    pages = in_a_visit(clock)
    pages.must_clear()
    pages.shows("clerk", pages.version)
    assert (pages.are_clear(), pages.silent) == (False, 0)
    for _ in range(20):
        time_passes(clock, pages, "clerk")
        assert (pages.are_clear(), pages.silent) == (False, 1)
    pages.shows("resident", pages.version)
    assert (pages.are_clear(), pages.silent) == (True, 0)


def test_a_page_that_hung_before_the_clearing_is_missed_too() -> None:
    clock = Clock()
    pages = in_a_visit(clock)
    time_passes(clock, pages, "clerk")
    pages.must_clear()
    pages.shows("clerk", pages.version)
    assert (pages.are_clear(), pages.silent) == (False, 1)


def test_a_page_that_said_goodbye_is_not_waited_for() -> None:
    pages = in_a_visit(Clock())
    pages.left("resident")
    pages.left("nobody knows it")
    pages.must_clear()
    pages.shows("clerk", pages.version)
    assert pages.are_clear()


def test_somebody_who_has_looked_stands_in_for_a_silent_page_only() -> None:
    clock = Clock()
    pages = in_a_visit(clock)
    pages.must_clear()
    time_passes(clock, pages)
    pages.shows("clerk", 1)
    pages.vouch_for_silent()
    assert not pages.are_clear()
    pages.shows("clerk", pages.version)
    assert pages.are_clear()


def test_a_page_in_the_background_shows_nothing_and_may_fall_silent() -> None:
    clock = Clock()
    pages = in_a_visit(clock)
    pages.shows("resident", None)
    time_passes(clock, pages, "clerk")
    pages.must_clear()
    pages.shows("clerk", pages.version)
    assert pages.are_clear()


def test_a_page_that_was_sent_what_stands_may_show_it_before_it_says_so() -> None:
    clock = Clock()
    pages = in_a_visit(clock)
    pages.shows("resident", None)
    pages.is_given("resident")
    pages.is_given("nobody knows it")
    pages.must_clear()
    pages.shows("clerk", pages.version)
    assert not pages.are_clear()
    time_passes(clock, pages, "clerk")
    assert pages.silent == 1


def test_a_page_that_fell_silent_before_the_visit_shows_nothing_of_it() -> None:
    clock = Clock()
    pages = Pages(clock)
    pages.shows("yesterday's", pages.version)
    time_passes(clock, pages)
    pages.visit_begins()
    pages.changed()
    pages.shows("clerk", pages.version)
    pages.must_clear()
    pages.shows("clerk", pages.version)
    assert pages.are_clear()


def test_without_any_page_nothing_is_proved() -> None:
    clock = Clock()
    pages = Pages(clock)
    assert not pages.are_clear()
    pages.shows("clerk", pages.version)
    pages.left("clerk")
    assert not pages.are_clear()


def test_pages_of_a_program_before_this_one_are_not_taken_for_cleared() -> None:
    pages = Pages(Clock())
    pages.may_be_older()
    pages.shows("clerk", pages.version)
    assert (pages.are_clear(), pages.silent) == (False, 1)
    pages.vouch_for_silent()
    assert pages.are_clear()
