"""Telegram through python-telegram-bot: updates in, messages out. The only file that knows the library.

Updates are fetched here rather than by the library's Updater, which confirms an update to Telegram before it is
processed; here the next fetch confirms it, after the turn is committed, so a crash loses nothing. Nothing is sent
twice from here: what did not go out is raised, and the delivery tries again.
"""

from __future__ import annotations

import asyncio
import functools
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import groupby
from typing import Any, TypeVar

from telegram import (
    Bot,
    BotCommand,
    ChatMember,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.constants import ChatType, MessageLimit
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.begun import Begun
from bot.channels.layout import numbered_label, split_text, text_with_long_labels
from bot.dialogue import Body, File, Incoming, Left, Opened, Pressed, Rendered, RenderedChoice, Text, Unreadable
from bot.errors import Blocked, ChannelError, Flooded, Refused, StoreError, Unreachable
from bot.language import Language

NAME = "telegram"
_ALLOWED = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
_KINDS = (
    *("sticker", "photo", "voice", "video", "video_note", "audio", "animation", "document"),
    *("venue", "location", "contact", "poll", "dice", "story", "game", "paid_media", "checklist"),
)
_NOTES = (
    *("pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "write_access_allowed"),
    *("connected_website", "users_shared", "chat_shared", "successful_payment", "refunded_payment", "gift"),
)
"""What an app notes in the chat by itself; nobody expects an answer."""

_LOCALES = {"ja": Language.JA, "en": Language.EN, "zh": Language.JA_EASY, "ko": Language.EN, "vi": Language.EN}
_NO_UPDATE = (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)
"""What the library's parser, which trusts Telegram, raises when a stranger's JSON is shaped otherwise."""

_WIDEST_LABEL = 36
"""Half-width cells that a button as wide as the chat shows on a small phone."""

_POLL_S = 25
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_PAUSE_WHEN_FLOODED_S = 5.0
_log = logging.getLogger(__name__)

_T = TypeVar("_T")
Take = Callable[[Incoming], Awaitable[None]]
Files = Callable[[str], Awaitable[Sequence[File]]]
"""What goes with a ticket."""

Commands = Mapping[Language, Sequence[tuple[str, str]]]


def parse(update: Update, at: datetime) -> Incoming | None:
    """The event an update carries; None where there is nothing to take (edited messages, groups, unknown kinds).

    An edited message is not a new one: its first version has been answered, and acting again could book twice.
    Raises one of `_NO_UPDATE` where what came from the wire is not of the type the library says it is.
    """
    chat, body = update.effective_chat, _body(update)
    if chat is None or chat.type != ChatType.PRIVATE or body is None:
        return None
    user = update.effective_user
    hint = _LOCALES.get((user.language_code or "")[:2]) if user else None
    return Incoming(NAME, str(_whole(update.update_id)), str(_whole(chat.id)), at, body, hint)


def _body(update: Update) -> Body | None:
    if update.callback_query is not None:
        return Pressed(_words(update.callback_query.data or ""))
    if update.my_chat_member is not None:
        return Left() if update.my_chat_member.new_chat_member.status == ChatMember.BANNED else None
    return _message_body(update.message) if update.message is not None else None


def _message_body(message: Message) -> Body | None:
    if message.text is None:
        is_note = any(getattr(message, note, None) for note in _NOTES)
        kind = next((kind for kind in _KINDS if getattr(message, kind, None)), "other")
        return None if is_note else Unreadable(kind)
    command, _, payload = _words(message.text).partition(" ")
    return Opened(payload.strip()) if command.partition("@")[0] == "/start" else Text(message.text)


class Telegram:
    """One bot. `send` is what the delivery asks for; `take_update` and `poll` are the ways in."""

    name = NAME

    def __init__(
        self,
        token: str,
        api_url: str = "https://api.telegram.org",
        timeout_s: float = 10.0,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        files: Files | None = None,
    ) -> None:
        self._files = files
        self._clock = clock
        self._begun = Begun()
        self._answering: set[asyncio.Task[None]] = set()
        self._requests = (_request(32, timeout_s), _request(1, timeout_s))
        self._bot = Bot(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )

    async def send(self, address: str, message: Rendered) -> None:
        """Send one message, in parts where it is too long, its buttons under the last part.

        Where a part does not go out, the next call with the same message goes on from there; only after this
        process has ended is a long message said again from its beginning. Telegram knows no retry key: a message
        it took without our seeing its answer is sent again.
        """
        parts = split_text(text_with_long_labels(message, _WIDEST_LABEL), MessageLimit.MAX_TEXT_LENGTH)
        if not parts:
            raise Refused("the message has no text")
        files = [file for one in message.attachments for file in await self._files_of(one.ticket)]
        pieces: list[str | File] = [*files, *parts]
        begun = self._begun.take(address, message)
        for place, part in list(enumerate(pieces))[begun:]:
            is_last = place == len(pieces) - 1
            try:
                await self._send_part(address, part, _keyboard(message.choices) if is_last else None)
            except (Flooded, Unreachable):
                self._begun.keep(address, message, place)
                raise

    async def take_update(self, payload: object, take: Take) -> bool:
        """Take one update as Telegram sent it, decoded from JSON (webhook). False: it is no update at all.

        What is an update but nothing for the desk is left out, and so is one whose taking fails for another reason
        than the store. Raises StoreError.
        """
        if not isinstance(payload, dict) or type(payload.get("update_id")) is not int:
            return False
        try:
            update = Update.de_json(payload, self._bot)
            incoming = parse(update, self._clock())
        except _NO_UPDATE as error:
            _tell_unread(error)
            return True
        await self._take(update, incoming, take)
        return True

    async def poll(self, take: Take, commands: Commands) -> None:
        """Fetch and take updates for ever. Telegram out of reach is waited for, with growing pauses."""
        await self._until_it_works(self._bot.get_me)
        await self._until_it_works(self._bot.delete_webhook)
        await self._until_it_works(lambda: self._offer_commands(commands))
        offset, pause_s = 0, _FIRST_PAUSE_S
        while True:
            try:
                updates = await self._until_it_works(functools.partial(self._fetch, offset))
                await self._take_all(updates, take)
            except Exception:
                # Not confirmed, so Telegram sends them again; those already taken change nothing.
                _log.exception("telegram: updates could not be taken, again in %.0f s", pause_s)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            else:
                # 0 after an empty fetch, which confirmed all before it: after a silent week the numbers start anew.
                offset, pause_s = max((update.update_id + 1 for update in updates), default=0), _FIRST_PAUSE_S

    async def listen(self, url: str, secret: str, commands: Commands) -> None:
        """Tell Telegram where the webhook is; waits until Telegram can be reached."""
        await self._until_it_works(lambda: self._bot.set_webhook(url, secret_token=secret, allowed_updates=_ALLOWED))
        await self._until_it_works(lambda: self._offer_commands(commands))

    async def close(self) -> None:
        """Let go of every connection. Closing twice is harmless."""
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)
        await asyncio.gather(*(request.shutdown() for request in self._requests))

    async def _files_of(self, ticket: str) -> Sequence[File]:
        return await self._files(ticket) if self._files else ()

    async def _send_part(self, address: str, part: str | File, keyboard: InlineKeyboardMarkup | None) -> None:
        try:
            if isinstance(part, File):
                await self._send_file(int(address), part)
            else:
                preview = LinkPreviewOptions(is_disabled=True)
                await self._bot.send_message(int(address), part, reply_markup=keyboard, link_preview_options=preview)
        except TelegramError as error:
            raise _translated(error) from error

    async def _send_file(self, chat_id: int, file: File) -> None:
        if file.media_type.startswith("image/"):
            await self._bot.send_photo(chat_id, file.content, filename=file.name)
        else:
            await self._bot.send_document(chat_id, file.content, filename=file.name)

    async def _fetch(self, offset: int) -> tuple[Update, ...]:
        return await self._bot.get_updates(offset=offset, timeout=_POLL_S, allowed_updates=_ALLOWED)

    async def _offer_commands(self, commands: Commands) -> None:
        """The menu beside the input field. A menu that Telegram refuses keeps nobody from asking."""
        try:
            for language, named in commands.items():
                menu = [BotCommand(name, description) for name, description in named]
                await self._bot.set_my_commands(menu, language_code="en" if language is Language.EN else None)
        except BadRequest as error:
            _log.error("telegram: the commands menu is refused: %s", error.message)

    async def _take_all(self, updates: Sequence[Update], take: Take) -> None:
        """One resident's updates in order, different residents' side by side. All have ended when this returns."""
        by_chat = sorted(updates, key=lambda update: (_chat_id(update), update.update_id))
        lines = [list(line) for _, line in groupby(by_chat, key=_chat_id)]
        ended = await asyncio.gather(*(self._take_line(line, take) for line in lines), return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error

    async def _take_line(self, updates: Sequence[Update], take: Take) -> None:
        for update in updates:
            try:
                incoming = parse(update, self._clock())
            except _NO_UPDATE as error:
                _tell_unread(error)
            else:
                await self._take(update, incoming, take)

    async def _take(self, update: Update, incoming: Incoming | None, take: Take) -> None:
        """An update that fails for another reason than the store would fail for ever: it must not stop the others."""
        if update.callback_query is not None:
            self._start(self._stop_spinning(update.callback_query.id))
        try:
            if incoming is not None:
                await take(incoming)
        except StoreError:
            raise
        except Exception:
            _log.exception("telegram: update %d failed and was left out", update.update_id)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _stop_spinning(self, query_id: str) -> None:
        """A pressed button spins until it is answered. Too late or unreachable: it stops by itself."""
        try:
            await self._bot.answer_callback_query(query_id)
        except TelegramError as error:
            _log.info("telegram: a button was not answered: %s", type(error).__name__)

    async def _until_it_works(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Try until Telegram answers. A refused token too is only told of, again and again; nothing else waits."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await attempt()
            except TelegramError as error:
                wait_s = _wait_s(error, pause_s)
            await asyncio.sleep(wait_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


class _Pause(TelegramError):
    """Telegram asks for a pause. Ours, because making the library's RetryAfter warns of a future release each time."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"asked to wait {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class _Request(HTTPXRequest):
    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, payload = await super().do_request(*args, **kwargs)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise _Pause(_retry_after_s(payload))
        return status, payload


def _request(connections: int, timeout_s: float) -> _Request:
    return _Request(
        connections,
        read_timeout=timeout_s,
        write_timeout=timeout_s,
        connect_timeout=timeout_s,
        pool_timeout=timeout_s,
    )


def _retry_after_s(payload: bytes) -> float:
    try:
        return float(json.loads(payload)["parameters"]["retry_after"])
    except _NO_UPDATE:
        return _PAUSE_WHEN_FLOODED_S


def _wait_s(error: TelegramError, pause_s: float) -> float:
    """How long to wait after a failed call, and a line for the operator. The library's message may hold the token."""
    match error:
        case _Pause():
            return error.retry_after_s
        case InvalidToken():
            _log.error("telegram: the token is refused; check MADOGUCHI_TELEGRAM_TOKEN")
            return _LONGEST_PAUSE_S
        case BadRequest():
            _log.error("telegram: a call is refused: %s", error.message)
            return _LONGEST_PAUSE_S
        case _:
            _log.warning("telegram: out of reach (%s), again in %.0f s", type(error).__name__, pause_s)
            return pause_s


def _translated(error: TelegramError) -> ChannelError:
    """The library's error as one of ours. BadRequest is a NetworkError there, so it comes first."""
    match error:
        case _Pause():
            return Flooded(error.retry_after_s)
        case Forbidden():
            return Blocked("blocked or gone")
        case BadRequest():
            return Blocked("no such chat") if "chat not found" in error.message.lower() else Refused(error.message)
        case _:
            return Unreachable(type(error).__name__)


def _keyboard(choices: Sequence[RenderedChoice]) -> InlineKeyboardMarkup | None:
    rows = [
        [InlineKeyboardButton(numbered_label(place, choice), callback_data=choice.token)]
        for place, choice in enumerate(choices)
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def _tell_unread(error: Exception) -> None:
    _log.warning("telegram: an update could not be read (%s) and was left out", type(error).__name__)


def _chat_id(update: Update) -> int:
    return update.effective_chat.id if update.effective_chat else 0


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    raise TypeError("not a whole number")


def _words(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError("not a text")
