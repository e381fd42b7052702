"""Outbox -> resident. `Delivery` pushes letters through channels; `Letterbox` lets the web chat read its own.

A letter is worded here, in the language and on the day it was said. Nothing is decided here. A letter in hand stays
leased to this process for as long as its sending takes; what is not sent at a stop is given back.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.channels.channel import BundlingChannel, Channel, Parcel
from bot.channels.webchat import Shown, effects_of
from bot.dialogue import Kind, Rendered, day_in_tokyo
from bot.errors import Blocked, Flooded, Refused, StoreError, Unreachable
from bot.pacing import Gates
from bot.store import conversations, leases, outbox
from bot.store.engine import Engine
from bot.store.outbox import Letter
from bot.store.unit import Work
from bot.texts import Texts

MOST_ATTEMPTS = 12
"""Pauses grow to ten minutes, so a letter is tried for about an hour and a half before it is given up."""

_LEASE = timedelta(seconds=60)
_RENEWED_EVERY_S = 20.0
_LAST_SENDINGS_S = 25.0
"""How long a stop waits for what is being sent; channels give up on a call sooner."""

_LONGEST_PAUSE = timedelta(minutes=10)
NO_RATES: Mapping[str, float] = MappingProxyType({})
_BATCH = 50
_MOST_AT_ONCE = 100
_LOOK_AGAIN_S = 1.0
_log = logging.getLogger(__name__)


class Delivery:
    """Sends letters, keeps their order per resident, retries with growing pauses, gives up after a while.

    `per_second` names the channels with a rate, which holds for all processes on one database together.
    """

    def __init__(
        self,
        engine: Engine,
        texts: Texts,
        channels: Mapping[str, Channel | BundlingChannel],
        *,
        clock: Callable[[], datetime],
        per_second: Mapping[str, float] = NO_RATES,
        renewed_every_s: float = _RENEWED_EVERY_S,
    ) -> None:
        self._engine = engine
        self._texts = texts
        self._channels = channels
        self._clock = clock
        self._gates = Gates(engine, per_second, clock=clock)
        self._renewed_every_s = renewed_every_s
        self._sending: set[asyncio.Task[None]] = set()
        self._in_hand: set[int] = set()
        self._wake = asyncio.Event()
        self._someone_waits = False
        self.outcomes: Counter[str] = Counter()

    def start(self, letters: tuple[Letter, ...]) -> None:
        """Send letters that are leased to this process, in their order, without waiting for the platform."""
        if letters:
            task = asyncio.create_task(self._send_in_order(letters))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    def look(self) -> None:
        """Look at the outbox again as soon as something has gone out: a letter waits behind another."""
        self._someone_waits = True
        if not self._sending:
            self._wake.set()

    async def run(self) -> None:
        """Send what is due, for ever: letters of other processes that ended, retries, reminders.

        One slow resident holds up nobody else: a claimed batch is sent on the side, up to a limit.
        """
        renewing = asyncio.create_task(self._keep_leases())
        try:
            await self._run()
        finally:
            renewing.cancel()
            await asyncio.wait({renewing})

    async def _run(self) -> None:
        while True:
            try:
                letters = await self._claim()
            except Exception:
                _log.exception("delivery: the outbox could not be read; trying again")
                letters = ()
            for letter in letters:
                self.start((letter,))
            await self._rest(is_idle=not letters)

    async def send_due(self) -> int:
        """Claim one batch of due letters and send it to its end; the number claimed."""
        letters = await self._claim()
        await asyncio.gather(*(self._send_in_order((letter,)) for letter in letters))
        return len(letters)

    async def _claim(self) -> tuple[Letter, ...]:
        """What is due and not in hand already. A stop meanwhile leaves nothing leased."""
        now = self._clock()
        room = min(_BATCH, _MOST_AT_ONCE - len(self._sending))
        channels = tuple(name for name in self._channels if self._gates.is_open(name))
        if room <= 0 or not channels:
            return ()
        claiming = asyncio.ensure_future(self._engine.write(outbox.claim(channels, now, now + _LEASE, room)))
        try:
            return self._not_in_hand(await asyncio.shield(claiming))
        except asyncio.CancelledError:
            await self._give_back([letter.id for letter in self._not_in_hand(await claiming)])
            raise

    def _not_in_hand(self, letters: tuple[Letter, ...]) -> tuple[Letter, ...]:
        return tuple(letter for letter in letters if letter.id not in self._in_hand)

    async def _keep_leases(self) -> None:
        """Make the leases of what is in hand longer, for ever: a slow sending is not claimed by another process."""
        while True:
            await asyncio.sleep(self._renewed_every_s)
            now, in_hand = self._clock(), tuple(self._in_hand)
            try:
                await self._engine.write(leases.renew(in_hand, now, now + _LEASE))
            except Exception:
                _log.exception("delivery: leases could not be made longer; trying again")

    async def finish(self, timeout_s: float = _LAST_SENDINGS_S) -> None:
        """Wait for the letters that are being sent (graceful stop); after `timeout_s`, give back what is left."""
        until_s = asyncio.get_running_loop().time() + timeout_s
        while self._sending and (left_s := until_s - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._sending, timeout=left_s)
        if self._sending:
            await self._break_off()

    async def _break_off(self) -> None:
        left = tuple(self._in_hand)
        _log.warning("delivery: %d letter(s) given back at the stop", len(left))
        for task in self._sending:
            task.cancel()
        await asyncio.wait(self._sending)
        await self._give_back(left)

    async def _give_back(self, letter_ids: Sequence[int]) -> None:
        try:
            await self._engine.write(outbox.release(letter_ids))
        except StoreError:
            _log.exception("delivery: letters could not be given back; their leases run out")

    async def _rest(self, *, is_idle: bool) -> None:
        """Until something went out that others waited behind, or a moment has passed; not at all after a full claim."""
        if is_idle:
            await _wait(self._wake, _LOOK_AGAIN_S)
        else:
            await asyncio.wait(self._sending, timeout=_LOOK_AGAIN_S, return_when=asyncio.FIRST_COMPLETED)

    async def _send_in_order(self, letters: tuple[Letter, ...]) -> None:
        """Stop at the first letter that did not go: the next ones wait behind it."""
        ids = [letter.id for letter in letters]
        self._in_hand.update(ids)
        try:
            while letters:
                if not await self._gates.admits(letters[0].channel):
                    await self._leave(letters)
                    break
                done = await self._send(letters)
                self._in_hand.difference_update(letter.id for letter in letters[: done or 1])
                if not done:
                    await self._engine.write(outbox.release([letter.id for letter in letters[1:]]))
                    break
                letters = letters[done:]
        except StoreError:
            # The lease runs out and the letter is sent again; better twice than not at all.
            _log.exception("delivery: what became of a letter could not be noted")
        finally:
            self._in_hand.difference_update(ids)
        if self._someone_waits:
            self._someone_waits = False
            self._wake.set()

    async def _leave(self, letters: tuple[Letter, ...]) -> None:
        """To the outbox, where they wait in their order until the platform may be sent more."""
        self.outcomes["held_back"] += len(letters)
        await self._engine.write(outbox.release([letter.id for letter in letters]))

    async def _send(self, letters: tuple[Letter, ...]) -> int:
        """How many letters are done with from the first on (delivered, or given up); 0: the first has to wait."""
        letter = letters[0]
        try:
            out = await self._hand_over(letters)
        except Flooded as error:
            asked_for = timedelta(seconds=error.retry_after_s)
            return await self._later(letter, max(asked_for, _pause(letter.attempts)), "flooded")
        except Unreachable:
            return await self._later(letter, _pause(letter.attempts), "unreachable")
        except Blocked:
            return await self._give_up(letter, "blocked", self._blocked(letter))
        except Refused as error:
            return await self._give_up(letter, f"refused: {error}", _nothing())
        except Exception:
            _log.exception("delivery: letter %d failed", letter.id)
            return await self._later(letter, _pause(letter.attempts), "failed")
        await self._engine.write(outbox.delivered([letter.id for letter in letters[:out]]))
        self.outcomes["delivered"] += out
        return out

    async def _hand_over(self, letters: tuple[Letter, ...]) -> int:
        """Give the first letter to its channel, and the others of its event where the channel takes several."""
        channel, letter = self._channels[letters[0].channel], letters[0]
        if not isinstance(channel, BundlingChannel):
            await channel.send(letter.address, self._worded(letter))
            return 1
        together = [one for one in letters if one.event_id == letter.event_id]
        return await channel.send_together(letter.address, [self._packed(one) for one in together])

    def _worded(self, letter: Letter) -> Rendered:
        return self._texts.render_kept(letter.say, letter.language, day_in_tokyo(letter.said_at))

    def _packed(self, letter: Letter) -> Parcel:
        is_notice = letter.event_id is None or letter.say.kind in (Kind.NOTICE, Kind.TICKET)
        return Parcel(letter.id, letter.said_at, letter.event_id, is_notice, self._worded(letter))

    async def _later(self, letter: Letter, pause: timedelta, why: str) -> int:
        if letter.attempts + 1 >= MOST_ATTEMPTS:
            return await self._give_up(letter, why, _nothing())
        self.outcomes["later"] += 1
        _log.warning("delivery: letter %d %s, again in %.0f s", letter.id, why, pause.total_seconds())
        await self._engine.write(outbox.retry(letter.id, self._clock() + pause, why))
        return 0

    async def _give_up(self, letter: Letter, why: str, also: Work[None]) -> int:
        self.outcomes["given_up"] += 1
        _log.warning("delivery: letter %d given up: %s", letter.id, why)
        now = self._clock()

        def work() -> Work[None]:
            yield from outbox.give_up(letter.id, now, why)
            yield from also

        await self._engine.write(work())
        return 1

    def _blocked(self, letter: Letter) -> Work[None]:
        yield from conversations.mark_blocked(letter.channel, letter.address, self._clock())


def _nothing() -> Work[None]:
    yield from ()


def _pause(attempts: int) -> timedelta:
    return min(timedelta(seconds=2.0 ** min(attempts, 12)), _LONGEST_PAUSE)


class Letterbox:
    """The letters of a channel that reads instead of being pushed to (web chat, console)."""

    def __init__(self, engine: Engine, texts: Texts, channel: str) -> None:
        self._engine = engine
        self._texts = texts
        self._channel = channel
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def announce(self, address: str) -> None:
        """Wake those of this process who wait for letters to `address`."""
        for waiting in self._waiting.get(address, ()):
            waiting.set()

    async def after(self, address: str, after_id: int) -> tuple[Shown, ...]:
        """The letters to `address` with a larger id, in order."""
        letters = await self._engine.read(outbox.after(self._channel, address, after_id, _BATCH))
        return tuple(self._show(letter) for letter in letters)

    async def for_event(self, address: str, event_id: str) -> tuple[Shown, ...]:
        """The letters that answered one event."""
        letters = await self._engine.read(outbox.for_event(self._channel, address, event_id))
        return tuple(self._show(letter) for letter in letters)

    async def wait_after(self, address: str, after_id: int, timeout_s: float) -> tuple[Shown, ...]:
        """As `after`, but waits up to `timeout_s` for the first; also sees what other processes wrote."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        waiting = asyncio.Event()
        self._waiting.setdefault(address, set()).add(waiting)
        try:
            while not (shown := await self.after(address, after_id)):
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    return ()
                await _wait(waiting, min(left, _LOOK_AGAIN_S))
            return shown
        finally:
            self._stop_waiting(address, waiting)

    def _stop_waiting(self, address: str, waiting: asyncio.Event) -> None:
        self._waiting[address].discard(waiting)
        if not self._waiting[address]:
            del self._waiting[address]

    def _show(self, letter: Letter) -> Shown:
        rendered = self._texts.render_kept(letter.say, letter.language, day_in_tokyo(letter.said_at))
        choices = tuple((choice.label, choice.token) for choice in rendered.choices)
        effects = effects_of(letter.say, letter.language)
        tickets = tuple(one.ticket for one in rendered.attachments)
        return Shown(letter.id, rendered.text, choices, letter.language, letter.say.kind, effects, tickets)


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    """Not with `wait_for`, which until Python 3.12 forgets that it was cancelled in the moment of the event."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
