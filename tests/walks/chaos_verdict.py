"""Whether the desk was exact: counted from what the database noted, what the platforms took, and the auditor."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.channels.layout import split_text, text_with_long_labels
from bot.channels.line_layout import messages_of
from bot.dialogue import day_in_tokyo
from bot.language import Language
from bot.store.codec import decode_say
from bot.store.instant import from_micros
from bot.texts import Texts
from tests.walks.chaos_residents import Got, Letters, text_of
from tests.walks.chaos_town import DUE, OPENS, Town

_LONGEST_BUNDLE = 10
_HEAD = 12
_TELEGRAM_LABEL, _TELEGRAM_TEXT = 36, 4096


@dataclass
class Verdict:
    """The numbers, and every fault found; none is what is wanted."""

    numbers: dict[str, object] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def check(self, what: str, found: object, wanted: object) -> None:
        self.numbers[what] = found
        if found != wanted:
            self.faults.append(f"{what}: {found}, not {wanted}")


@dataclass
class Repeats:
    """Messages that came again, where the channel could not prevent it and where it could."""

    telegram: int = 0
    line_after_reply: int = 0
    line_pushed_twice: int = 0


async def verdict_on(town: Town, letters: Letters, texts: Texts) -> Verdict:
    """Judge a town in which nothing is under way any more."""
    letters.read()
    verdict = Verdict()
    await _judge_events(town, verdict)
    await _judge_messages(town, letters, texts, verdict)
    verdict.check("letters that wait", len(await town.rows(DUE)), 0)
    verdict.check("letters given up", len(await town.rows("SELECT id FROM outbox WHERE dead_at IS NOT NULL")), 0)
    verdict.check("leases left", len(await town.rows("SELECT id FROM outbox WHERE leased_until IS NOT NULL")), 0)
    verdict.check("auditor", await asyncio.to_thread(_audit, town), "0 finding(s).")
    booked = await town.rows("SELECT status, count(*) FROM bookings GROUP BY status ORDER BY status")
    verdict.numbers["bookings"] = ", ".join(f"{status} {count}" for status, count in booked)
    verdict.numbers["messages to Telegram in its busiest second"] = town.telegram.most_in_a_second()
    size = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname IN ('inbox', 'conversations', 'outbox')"
    verdict.numbers["bytes in the database an event"] = int(str((await town.rows(size))[0][0])) // town.done["events"]
    verdict.numbers["seats taken"] = (await town.rows("SELECT count(*) FROM seats"))[0][0]
    return verdict


async def _judge_events(town: Town, verdict: Verdict) -> None:
    sent = {(channel, event) for (channel, _), events in town.events.items() for event in events}
    taken = set(await town.rows("SELECT channel, event_id FROM inbox"))
    verdict.check("events that took no effect", len(sent - taken), 0)
    verdict.check("events nobody sent", len(taken - sent), 0)
    twice = "SELECT event_id FROM said WHERE event_id IS NOT NULL GROUP BY channel, event_id HAVING count(DISTINCT transaction) > 1"
    verdict.check("events that took effect twice", len(await town.rows(twice)), 0)
    turns = await town.rows("SELECT channel, address, (state::json->>'turns')::int FROM conversations")
    counted = {(str(channel), str(address)): count for channel, address, count in turns}
    wrong = [who for who in town.askers if counted.get(who) != len(town.events[who])]
    verdict.check("askers whose turns are not their events", len(wrong), 0)


async def _judge_messages(town: Town, letters: Letters, texts: Texts, verdict: Verdict) -> None:
    expected = await _expected(town, texts)
    repeats, incomplete = Repeats(), 0
    for who, wanted in expected.items():
        fault = compare(wanted, letters.of[who], repeats)
        if fault:
            incomplete += 1
            came = [f"{one.by} {one.text[:_HEAD]}" for one in letters.of[who]]
            verdict.faults.append(f"{who}: {fault}; said {[text[:_HEAD] for text in wanted]}, came {came}")
    verdict.check("residents with messages missing or out of order", incomplete, 0)
    verdict.check(
        "residents nobody wrote to", len(expected.keys() ^ {who for who, got in letters.of.items() if got}), 0
    )
    verdict.check("LINE messages pushed twice", repeats.line_pushed_twice, 0)
    verdict.numbers["LINE messages pushed after a reply that was not noted"] = repeats.line_after_reply
    verdict.numbers["Telegram messages said again"] = repeats.telegram
    verdict.numbers["messages"] = sum(len(wanted) for wanted in expected.values())


async def _expected(town: Town, texts: Texts) -> Mapping[tuple[str, str], list[str]]:
    """Each resident's messages in the order in which the desk said them."""
    said = await town.rows(
        "SELECT c.channel, c.address, s.language, s.say, s.said_at FROM said s JOIN conversations c "
        "ON c.id = s.conversation_id WHERE s.not_before <= s.said_at ORDER BY s.id"
    )
    expected: dict[tuple[str, str], list[str]] = defaultdict(list)
    for channel, address, language, say, said_at in said:
        day = day_in_tokyo(from_micros(int(str(said_at))))
        message = texts.render_kept(decode_say(str(say)), Language(str(language)), day)
        if channel == "line":
            parts = [text_of(part) for part in messages_of(message)]
        else:
            parts = split_text(text_with_long_labels(message, _TELEGRAM_LABEL), _TELEGRAM_TEXT)
        expected[str(channel), str(address)] += parts
    return expected


def compare(wanted: Sequence[str], got: Sequence[Got], repeats: Repeats) -> str | None:
    """What is wrong with what somebody got; None: all came, in order, though some may have come again in a row.

    >>> compare(["a", "b"], [Got("a", (), "send"), Got("a", (), "send"), Got("b", (), "send")], Repeats())
    >>> compare(["a", "b"], [Got("b", (), "send")], Repeats())
    'message 1 of 2 is missing when message 1 comes'
    """
    place, by = 0, dict[int, str]()
    for number, one in enumerate(got, start=1):
        if place == len(wanted) or wanted[place] != one.text:
            before = [at for at in range(max(0, place - _LONGEST_BUNDLE), place) if wanted[at] == one.text]
            if not before:
                return f"message {place + 1} of {len(wanted)} is missing when message {number} comes"
            place = before[-1]
        if place in by:
            _count(repeats, by[place], one.by)
        by[place] = one.by
        place += 1
    return None if place == len(wanted) else f"{len(wanted) - place} of {len(wanted)} messages never came"


def _count(repeats: Repeats, before: str, again: str) -> None:
    if again == "send":
        repeats.telegram += 1
    elif before == again == "push":
        repeats.line_pushed_twice += 1
    else:
        repeats.line_after_reply += 1


def _audit(town: Town) -> str:
    """The last words of `madoguchi booking audit`."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("MADOGUCHI_")}
    environment = others | town.settings | {"MADOGUCHI_CLOCK": (OPENS + timedelta(minutes=5)).isoformat()}
    command = [sys.executable, "-m", "bot", "booking", "audit"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout.strip().rpartition(": ")[2] if done.returncode == 0 else done.stdout[-500:] + done.stderr[-500:]
