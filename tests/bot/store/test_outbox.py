from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue import Candidate
from bot.language import Language
from bot.store import conversations, outbox
from bot.store.engine import Engine
from bot.store.outbox import DeadLetter, Letter
from tests.bot.store.steps import AT, MINUTE, claimed, kept, keys_of, posted, run, say

pytestmark = pytest.mark.anyio


async def test_a_claimed_letter_says_all_it_takes_to_send_it(engine: Engine) -> None:
    (letter_id,) = await engine.write(posted("a", event_id="e1"))
    conversation_id = (await engine.write(conversations.find("telegram", "taro"))).conversation_id
    assert conversation_id is not None
    (letter,) = await engine.write(claimed())
    assert letter == Letter(letter_id, conversation_id, "telegram", "taro", "e1", Language.JA, say("a"), AT, 0)


async def test_ids_grow_in_the_order_of_the_messages(engine: Engine) -> None:
    first = await engine.write(kept("a", "b", "c"))
    second = await engine.write(kept("d"))
    assert list(first + second) == sorted(first + second)
    assert keys_of(await engine.read(outbox.after("webchat", "hanako", 0, 10))) == ["a", "b", "c", "d"]


async def test_ids_are_not_given_again_after_the_newest_letter_is_gone(engine: Engine) -> None:
    (first,) = await engine.write(posted("a"))
    await engine.write(outbox.delivered([first]))
    (second,) = await engine.write(posted("b"))
    assert second > first


async def test_no_messages_are_no_letters(engine: Engine) -> None:
    assert await engine.write(posted()) == ()


async def test_a_letter_is_claimed_once_until_its_lease_ends(engine: Engine) -> None:
    await engine.write(posted("a"))
    assert keys_of(await engine.write(claimed(AT))) == ["a"]
    assert await engine.write(claimed(AT + MINUTE - timedelta(microseconds=1))) == ()
    assert keys_of(await engine.write(claimed(AT + MINUTE))) == ["a"]


async def test_a_letter_put_under_lease_is_nobody_elses_until_the_lease_ends(engine: Engine) -> None:
    await engine.write(posted("a", leased_until=AT + MINUTE))
    assert await engine.write(claimed(AT)) == ()
    assert keys_of(await engine.write(claimed(AT + MINUTE))) == ["a"]


async def test_a_letter_is_not_claimed_before_its_time(engine: Engine) -> None:
    await engine.write(posted("a", not_before=AT + MINUTE))
    assert await engine.write(claimed(AT + MINUTE - timedelta(microseconds=1))) == ()
    assert keys_of(await engine.write(claimed(AT + MINUTE))) == ["a"]


async def test_a_letter_of_another_channel_is_not_claimed(engine: Engine) -> None:
    await engine.write(posted("a", channel="line"))
    assert await engine.write(claimed(channels=("telegram",))) == ()
    assert await engine.write(claimed(channels=())) == ()
    assert keys_of(await engine.write(claimed(channels=("telegram", "line")))) == ["a"]


async def test_a_letter_kept_to_be_read_is_never_claimed(engine: Engine) -> None:
    await engine.write(kept("a"))
    assert await engine.write(claimed(AT + MINUTE, channels=("webchat", "telegram"))) == ()


async def test_letters_of_one_resident_go_one_by_one_in_their_order(engine: Engine) -> None:
    await engine.write(posted("a", "b"))
    await engine.write(posted("c"))
    sent: list[str] = []
    while letters := await engine.write(claimed()):
        assert len(letters) == 1
        sent += keys_of(letters)
        await engine.write(outbox.delivered([letter.id for letter in letters]))
    assert sent == ["a", "b", "c"]


async def test_nothing_overtakes_a_letter_that_is_being_sent_or_tried_again(engine: Engine) -> None:
    first, _ = await engine.write(posted("a", "b"))
    await engine.write(claimed())
    await engine.write(posted("c"))
    assert await engine.write(claimed()) == ()
    await engine.write(outbox.retry(first, AT + 5 * MINUTE, "flooded"))
    assert await engine.write(claimed(AT + 4 * MINUTE)) == ()
    assert keys_of(await engine.write(claimed(AT + 5 * MINUTE))) == ["a"]


async def test_order_holds_even_when_a_later_letter_was_due_first(engine: Engine) -> None:
    first, _ = await engine.write(posted("a", "b"))
    await engine.write(outbox.retry(first, AT + 5 * MINUTE, "flooded"))
    assert keys_of(await engine.write(claimed(AT + 9 * MINUTE, limit=1))) == ["a"]


async def test_one_residents_trouble_holds_up_nobody_else(engine: Engine) -> None:
    (letter_id,) = await engine.write(posted("a"))
    await engine.write(outbox.retry(letter_id, AT + 5 * MINUTE, "unreachable"))
    await engine.write(posted("b", address="jiro"))
    assert keys_of(await engine.write(claimed())) == ["b"]


async def test_a_reminder_for_next_week_holds_up_no_answer_of_today(engine: Engine) -> None:
    await engine.write(posted("remember", not_before=AT + timedelta(days=7)))
    await engine.write(posted("a"))
    assert keys_of(await engine.write(claimed())) == ["a"]


async def test_the_longest_due_letters_are_claimed_first_and_at_most_so_many(engine: Engine) -> None:
    for minute in (3, 1, 2):
        await engine.write(posted(f"due {minute}", address=str(minute), not_before=AT + minute * MINUTE))
    assert sorted(keys_of(await engine.write(claimed(AT + 9 * MINUTE, limit=2)))) == ["due 1", "due 2"]


async def test_a_failed_try_is_counted_and_the_letter_waits(engine: Engine) -> None:
    (letter_id,) = await engine.write(posted("a", leased_until=AT + timedelta(days=1)))
    assert await engine.write(outbox.retry(letter_id, AT + MINUTE, "flooded"))
    assert await engine.write(claimed(AT)) == ()
    (letter,) = await engine.write(claimed(AT + MINUTE))
    assert letter.attempts == 1


async def test_a_released_letter_can_be_claimed_at_once_and_was_not_tried(engine: Engine) -> None:
    letter_ids = await engine.write(posted("a", "b", "c", leased_until=AT + MINUTE))
    assert await engine.write(outbox.release(letter_ids)) == 3
    (letter,) = await engine.write(claimed(AT))
    assert letter.attempts == 0


async def test_a_letter_given_up_is_shown_to_operators_and_frees_the_line(engine: Engine) -> None:
    first, _ = await engine.write(posted("a", "b"))
    await engine.write(outbox.retry(first, AT, "flooded"))
    assert await engine.write(outbox.give_up(first, AT + MINUTE, "refused"))
    assert await engine.read(outbox.dead(10)) == (DeadLetter(first, "telegram", AT, AT + MINUTE, 1, "refused"),)
    assert keys_of(await engine.write(claimed())) == ["b"]


async def test_the_letters_given_up_last_come_first(engine: Engine) -> None:
    letter_ids = await engine.write(posted("a", "b", "c"))
    for minute, letter_id in enumerate(letter_ids):
        await engine.write(outbox.give_up(letter_id, AT + minute * MINUTE, "refused"))
    newest = await engine.read(outbox.dead(2))
    assert [letter.id for letter in newest] == [letter_ids[2], letter_ids[1]]


async def test_what_is_gone_can_be_neither_tried_again_nor_given_up(engine: Engine) -> None:
    (letter_id,) = await engine.write(posted("a"))
    assert await engine.write(outbox.delivered([letter_id])) == 1
    assert await engine.write(outbox.delivered([letter_id])) == 0
    assert not await engine.write(outbox.retry(letter_id, AT, "flooded"))
    assert not await engine.write(outbox.give_up(letter_id, AT, "refused"))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 64, 65, 200])
async def test_any_number_of_letters_is_deleted_and_no_other(engine: Engine, count: int) -> None:
    letter_ids = await engine.write(posted(*map(str, range(count)), "last"))
    assert await engine.write(outbox.delivered(letter_ids[:count])) == count
    assert keys_of(await engine.write(claimed())) == ["last"]


async def test_a_reader_gets_what_is_newer_than_their_cursor_in_order_and_at_most_so_many(engine: Engine) -> None:
    letter_ids = await engine.write(kept("a", "b", "c", "d"))
    assert keys_of(await engine.read(outbox.after("webchat", "hanako", letter_ids[0], 2))) == ["b", "c"]
    assert await engine.read(outbox.after("webchat", "hanako", letter_ids[-1], 2)) == ()


async def test_a_reader_sees_nobody_elses_letters(engine: Engine) -> None:
    await engine.write(kept("a", address="jiro", event_id="e1"))
    await engine.write(kept("b", address="hanako"))
    assert keys_of(await engine.read(outbox.after("webchat", "hanako", 0, 10))) == ["b"]
    assert await engine.read(outbox.after("telegram", "hanako", 0, 10)) == ()
    assert await engine.read(outbox.for_event("webchat", "hanako", "e1")) == ()


async def test_the_answers_to_one_event_are_found_again(engine: Engine) -> None:
    await engine.write(kept("a", "b", event_id="e1"))
    await engine.write(kept("c", event_id="e2"))
    assert keys_of(await engine.read(outbox.for_event("webchat", "hanako", "e1"))) == ["a", "b"]


async def test_candidates_are_not_kept(engine: Engine) -> None:
    conversation_id = await engine.write(conversations.save("telegram", "taro", conversations.Found().conversation, AT))
    told = replace(say("a"), candidates=(Candidate("desk.hours", 0.5),))
    await engine.write(outbox.put(conversation_id, "telegram", None, Language.JA, [told], said_at=AT, not_before=AT))
    (letter,) = await engine.write(claimed())
    assert letter.say == say("a")


async def test_a_letter_that_cannot_be_read_is_given_up_and_holds_up_nobody(
    engine: Engine, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    broken, _ = await engine.write(posted("a", "b"))
    await engine.write(posted("c", address="jiro"))
    run(url, f'UPDATE outbox SET say = \'{{"kind":"hologram"}}\' WHERE id = {broken} RETURNING id')
    with caplog.at_level(logging.ERROR):
        assert keys_of(await engine.write(claimed())) == ["c"]
    assert f"letter_id={broken}" in caplog.text
    assert [letter.id for letter in await engine.read(outbox.dead(10))] == [broken]
    assert keys_of(await engine.write(claimed())) == ["b"]
