from __future__ import annotations

from datetime import timedelta

import pytest

from bot.dialogue import Choice, Conversation, Phrase
from bot.language import Language
from bot.store import conversations, inbox, outbox
from bot.store.conversations import Found
from bot.store.engine import Engine
from bot.store.unit import Work
from tests.bot.store.steps import AT, MINUTE, claimed, every_row_of, kept, posted

pytestmark = pytest.mark.anyio

TALK = Conversation(chosen=Language.EN, offered=(Choice(Phrase("a"), "t"),), last_entry_id="desk.hours", turns=3)


async def test_nobody_is_known_at_first(engine: Engine) -> None:
    assert await engine.write(conversations.find("telegram", "taro")) == Found()


async def test_what_is_saved_is_found_again(engine: Engine) -> None:
    conversation_id = await engine.write(conversations.save("telegram", "taro", TALK, AT))
    assert await engine.write(conversations.find("telegram", "taro")) == Found(conversation_id, TALK)


async def test_saving_again_replaces_and_keeps_the_id(engine: Engine) -> None:
    first = await engine.write(conversations.save("telegram", "taro", TALK, AT))
    again = await engine.write(conversations.save("telegram", "taro", Conversation(turns=4), AT))
    assert again == first
    assert (await engine.write(conversations.find("telegram", "taro"))).conversation == Conversation(turns=4)


async def test_one_address_on_two_channels_is_two_residents(engine: Engine) -> None:
    telegram = await engine.write(conversations.save("telegram", "1", TALK, AT))
    line = await engine.write(conversations.save("line", "1", Conversation(), AT))
    assert telegram != line


async def test_a_resident_who_blocked_us_is_so_until_they_speak_again(engine: Engine) -> None:
    await engine.write(conversations.save("telegram", "taro", TALK, AT))
    assert await engine.write(conversations.mark_blocked("telegram", "taro", AT))
    assert (await engine.write(conversations.find("telegram", "taro"))).is_blocked
    await engine.write(conversations.save("telegram", "taro", TALK, AT))
    assert not (await engine.write(conversations.find("telegram", "taro"))).is_blocked


async def test_somebody_unknown_cannot_be_blocked(engine: Engine) -> None:
    assert not await engine.write(conversations.mark_blocked("telegram", "taro", AT))


async def has_backlog(engine: Engine, channel: str = "telegram", address: str = "taro") -> bool:
    return (await engine.write(conversations.find(channel, address))).has_backlog


async def test_an_unsent_letter_is_a_backlog_until_it_is_out(engine: Engine) -> None:
    letter_ids = await engine.write(posted("a", leased_until=AT + MINUTE))
    assert await has_backlog(engine)
    await engine.write(outbox.delivered(letter_ids))
    assert not await has_backlog(engine)


async def test_a_letter_that_is_tried_again_is_a_backlog_until_it_is_given_up(engine: Engine) -> None:
    (letter_id,) = await engine.write(posted("a"))
    await engine.write(outbox.retry(letter_id, AT + MINUTE, "flooded"))
    assert await has_backlog(engine)
    await engine.write(outbox.give_up(letter_id, AT, "refused"))
    assert not await has_backlog(engine)


async def test_a_reminder_for_later_is_no_backlog(engine: Engine) -> None:
    await engine.write(posted("remember", not_before=AT + MINUTE))
    assert not await has_backlog(engine)


async def test_letters_kept_to_be_read_are_no_backlog(engine: Engine) -> None:
    await engine.write(kept("a", address="hanako"))
    assert not await has_backlog(engine, "webchat", "hanako")


async def test_forgetting_deletes_every_row_of_the_person_and_of_nobody_else(engine: Engine, url: str) -> None:
    def life() -> Work[None]:
        for channel, address in (("telegram", "person-7"), ("telegram", "neighbour"), ("line", "neighbour")):
            yield from inbox.mark(channel, f"event of {address}"[:5], AT)
            first, _ = yield from posted("a", "b", channel=channel, address=address)
            yield from outbox.give_up(first, AT, "refused")

    await engine.write(life())
    assert await engine.write(conversations.forget("telegram", "person-7")) == 3
    assert await engine.write(conversations.find("telegram", "person-7")) == Found()
    assert await has_backlog(engine, "telegram", "neighbour")
    assert await has_backlog(engine, "line", "neighbour")
    await engine.close()
    assert "person-7" not in every_row_of(url)
    assert "neighbour" in every_row_of(url)


async def test_forgetting_somebody_unknown_deletes_nothing(engine: Engine) -> None:
    assert await engine.write(conversations.forget("telegram", "taro")) == 0


async def test_who_was_forgotten_can_start_anew(engine: Engine) -> None:
    await engine.write(posted("a"))
    await engine.write(conversations.forget("telegram", "taro"))
    assert await engine.write(posted("b"))
    assert [letter.say.phrases[0].key for letter in await engine.write(claimed())] == ["b"]


@pytest.mark.parametrize(("silent_for", "gone"), [(timedelta(days=30), 0), (timedelta(days=30, microseconds=1), 1)])
async def test_a_conversation_expires_after_its_last_event_and_not_before(
    engine: Engine, silent_for: timedelta, gone: int
) -> None:
    await engine.write(conversations.save("telegram", "taro", TALK, AT - timedelta(days=90)))
    await engine.write(conversations.save("telegram", "taro", TALK, AT - silent_for))
    assert await engine.write(conversations.expire(AT - timedelta(days=30), 10)) == gone


async def test_an_expired_conversation_takes_its_letters_along(engine: Engine) -> None:
    await engine.write(kept("a", address="hanako"))
    assert await engine.write(conversations.expire(AT + MINUTE, 10)) == 1
    assert await engine.write(claimed(AT + MINUTE)) == ()
    assert await engine.read(outbox.after("webchat", "hanako", 0, 10)) == ()


async def test_expiring_takes_at_most_so_many_the_longest_silent_first(engine: Engine) -> None:
    for minute in (2, 1, 3):
        await engine.write(conversations.save("telegram", str(minute), TALK, AT + minute * MINUTE))
    assert await engine.write(conversations.expire(AT + 9 * MINUTE, 2)) == 2
    assert (await engine.write(conversations.find("telegram", "3"))).conversation_id
    assert await engine.write(conversations.expire(AT + 9 * MINUTE, 2)) == 1
