"""Reply tokens are young or of no use, and what went along with a lost reply is not said again."""

from __future__ import annotations

from bot.channels.line_tokens import LIVES_S, TELLS_S, ReplyTokens


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_token_is_found_while_it_is_young_and_not_after() -> None:
    clock = Clock()
    tokens = ReplyTokens(clock)
    tokens.keep("e1", "t1")
    clock.now_s = LIVES_S - 0.001
    assert (reply := tokens.find("e1")) is not None
    assert reply.token == "t1"
    clock.now_s = LIVES_S
    assert tokens.find("e1") is None


def test_a_token_that_was_tried_tells_for_a_shorter_time() -> None:
    clock = Clock()
    tokens = ReplyTokens(clock)
    tokens.keep("e1", "t1")
    reply = tokens.find("e1")
    assert reply is not None
    reply.letter_ids = (1,)
    clock.now_s = TELLS_S - 0.001
    assert tokens.find("e1") is reply
    clock.now_s = TELLS_S
    assert tokens.find("e1") is None


def test_an_event_delivered_again_does_not_make_its_token_younger() -> None:
    clock = Clock()
    tokens = ReplyTokens(clock)
    tokens.keep("e1", "t1")
    clock.now_s = 30
    tokens.keep("e1", "t1")
    clock.now_s = LIVES_S
    assert tokens.find("e1") is None


def test_no_event_has_no_token() -> None:
    tokens = ReplyTokens(Clock())
    assert tokens.find(None) is None
    assert tokens.find("e1") is None


def test_accepted_letters_are_known_once() -> None:
    tokens = ReplyTokens(Clock())
    tokens.keep("e1", "t1")
    reply = tokens.find("e1")
    assert reply is not None
    was_tried_before = reply.was_tried
    reply.letter_ids = (1, 2)
    assert (was_tried_before, reply.was_tried) == (False, True)
    tokens.accept("e1")
    assert tokens.find("e1") is None
    assert [tokens.take_accepted(letter_id) for letter_id in (1, 2, 2, 3)] == [True, True, False, False]


def test_a_day_of_events_is_not_remembered() -> None:
    clock = Clock()
    tokens = ReplyTokens(clock)
    for number in range(100_000):
        clock.now_s = number * 0.01
        tokens.keep(f"e{number}", "t")
    assert tokens.find("e99999") is not None
    assert tokens.held <= LIVES_S * 100 + 1
    for number in range(100_000, 150_000):
        tokens.keep(f"e{number}", "t")
    assert tokens.held <= 20_000
