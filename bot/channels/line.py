"""LINE through line-bot-sdk: messages out. The only file that knows the library, loaded only where LINE is configured.

An answer goes as a reply while its token is young, which is free; everything else is pushed, one letter at a time, with
a retry key made from its letter, so that LINE takes it once however often it is tried. Nothing is sent twice from
here: what did not go out is raised, and the delivery tries again.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TypeVar

import aiohttp
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
)

from bot.channels.channel import Parcel
from bot.channels.line_budget import Month, PushBudget
from bot.channels.line_events import NAME, Received
from bot.channels.line_layout import MOST_MESSAGES, Json, messages_of
from bot.channels.line_tokens import Reply, ReplyTokens
from bot.errors import Blocked, ChannelError, Flooded, Refused, Unreachable

_PAUSE_WHEN_FLOODED_S = 5.0
_LOADING_S = 20
_LETTERS = uuid.UUID("8c1f3c8e-4c5d-5b0a-9a55-0d5b5c0f6a11")
"""The name space of retry keys: never changed, or letters under way would go twice."""

_NO_ANSWER = (aiohttp.ClientError, OSError, ValueError)
"""The network's troubles (a timeout is an OSError), and what an answer that is not LINE's makes the library raise."""

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_R = TypeVar("_R", ReplyMessageRequest, PushMessageRequest)


class Line:
    """One LINE official account. `send_together` is what the delivery asks for."""

    name = NAME

    def __init__(
        self,
        token: str,
        host: str = "https://api.line.me",
        timeout_s: float = 10.0,
        *,
        push_budget: int | None = None,
        kept_percent: int = 20,
        tickets_at: str | None = None,
        tokens: ReplyTokens | None = None,
    ) -> None:
        self._tickets_at = tickets_at
        self._configuration = Configuration(host=host, access_token=token)
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._tokens = tokens or ReplyTokens()
        self._client: AsyncApiClient | None = None
        self._budget = PushBudget(self._ask_month, most=push_budget, kept_percent=kept_percent)

    def note(self, received: Received) -> None:
        """Keep the token that came with an event, for its answer."""
        if received.reply_token is not None:
            self._tokens.keep(received.incoming.event_id, received.reply_token)

    async def send_together(self, address: str, parcels: Sequence[Parcel]) -> int:
        """Send the first letter, and with a reply those after it that fit along; how many are out.

        A reply whose answer is lost is tried again with the same token, and tells then whether it had been accepted.
        Only when the token is too old to tell is the letter pushed, and may be seen twice: better than never.
        """
        first = parcels[0]
        if self._tokens.take_accepted(first.letter_id):
            return 1
        messages = self._laid_out(first)
        if not messages:
            raise Refused("the message has no text")
        reply = self._tokens.find(first.event_id)
        if reply is not None and len(messages) <= MOST_MESSAGES and (out := await self._reply(reply, parcels)):
            return out
        await self._push(address, first, messages)
        return 1

    async def show_loading(self, address: str) -> None:
        """Show that an answer is being written. A courtesy: where it fails, nothing is lost."""
        request = ShowLoadingAnimationRequest(chatId=address, loadingSeconds=_LOADING_S)
        try:
            await self._call(partial(self._api().show_loading_animation, request))
        except ChannelError as error:
            _log.info("line: no loading animation: %s", type(error).__name__)

    async def month(self) -> Month:
        """This month's pushes, as LINE counts them. Raises ChannelError."""
        return await self._budget.look()

    @property
    def known_month(self) -> Month | None:
        """This month's pushes as last heard of, without asking; None: nothing was pushed yet."""
        return self._budget.month

    async def close(self) -> None:
        """Let go of every connection. Closing twice is harmless."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _reply(self, reply: Reply, parcels: Sequence[Parcel]) -> int:
        """Answer with the token; how many letters are out. 0: the token is of no use, and none is.

        After a try that may have been accepted the same messages go again, whatever `parcels` are.
        """
        was_tried = reply.was_tried
        if not was_tried:
            reply.letter_ids, reply.messages = self._bundle(parcels)
        try:
            await self._send_reply(reply)
        except _UsedUp:
            if not was_tried:  # by us: it is too old, or a copy of the event was answered elsewhere
                self._tokens.drop(reply.event_id)
                return 0
        except (Blocked, Flooded, Refused) as error:
            if not was_tried:
                reply.letter_ids, reply.messages = (), ()
            if isinstance(error, Refused) and len(parcels) > 1 and not was_tried:
                return await self._reply(reply, parcels[:1])  # it may lie at those that went along
            raise
        return self._accepted(reply, parcels)

    def _accepted(self, reply: Reply, parcels: Sequence[Parcel]) -> int:
        """How many of these letters are out; those that went along and are not among these are remembered."""
        self._tokens.accept(reply.event_id)
        out = 0
        for parcel in parcels:
            if not self._tokens.take_accepted(parcel.letter_id):
                break
            out += 1
        return out

    def _bundle(self, parcels: Sequence[Parcel]) -> tuple[tuple[int, ...], tuple[Json, ...]]:
        """The letters that one request can take, whole, from the first on: their ids, and all their messages."""
        letter_ids: tuple[int, ...] = ()
        messages: tuple[Json, ...] = ()
        for parcel in parcels:
            more = self._laid_out(parcel)
            if not more or len(messages) + len(more) > MOST_MESSAGES:
                break
            letter_ids, messages = (*letter_ids, parcel.letter_id), (*messages, *more)
        return letter_ids, messages

    def _laid_out(self, parcel: Parcel) -> tuple[Json, ...]:
        """LINE takes no files from a desk: a ticket's message ends with the address of the ticket's own page."""
        message = parcel.message
        if self._tickets_at is None or not message.attachments:
            return messages_of(message)
        pages = "\n".join(f"{self._tickets_at}{one.ticket}" for one in message.attachments)
        return messages_of(replace(message, text=f"{message.text}\n\n{pages}"))

    async def _send_reply(self, reply: Reply) -> None:
        content = {"replyToken": reply.token, "messages": list(reply.messages)}
        request = _built(ReplyMessageRequest, content)
        await self._call(partial(self._api().reply_message, request))

    async def _push(self, address: str, parcel: Parcel, messages: Sequence[Json]) -> None:
        """Push one letter, in several requests where it is very long, each with its own key."""
        for place in range(0, len(messages), MOST_MESSAGES):
            if not await self._allows(parcel):
                raise Refused("the month's push budget is spent")
            part = list(messages[place : place + MOST_MESSAGES])
            request = _built(PushMessageRequest, {"to": address, "messages": part})
            key = retry_key(address, parcel, place)
            try:
                await self._call(partial(self._api().push_message, request, x_line_retry_key=key))
            except _AcceptedBefore:
                continue
            self._budget.count()

    async def _allows(self, parcel: Parcel) -> bool:
        """Where LINE does not tell its count, it is LINE that ends the month."""
        try:
            return await self._budget.allows(is_notice=parcel.is_notice)
        except ChannelError as error:
            _log.warning("line: the month's pushes are not known (%s)", error)
            return True

    async def _ask_month(self) -> tuple[int, int | None]:
        used = await self._call(self._api().get_message_quota_consumption)
        quota = await self._call(self._api().get_message_quota)
        return int(used.total_usage), None if quota.value is None else int(quota.value)

    async def _call(self, call: Callable[..., Awaitable[_T]]) -> _T:
        """Raises ChannelError."""
        try:
            return await call(_request_timeout=self._timeout)
        except ApiException as error:
            raise _translated(error) from error
        except _NO_ANSWER as error:
            raise Unreachable(type(error).__name__) from error

    def _api(self) -> AsyncMessagingApi:
        """Opened at the first call, because the library wants a running event loop."""
        if self._client is None:
            self._client = AsyncApiClient(self._configuration)
        return AsyncMessagingApi(self._client)


class _UsedUp(ChannelError):
    """A reply token that LINE does not take (any more)."""


class _AcceptedBefore(ChannelError):
    """A retry key that LINE knows: what came with it the first time is out."""


def retry_key(address: str, parcel: Parcel, place: int = 0) -> str:
    """The same for a letter at every try, in any process; another for every other letter.

    When it was said is in it, because a database put back from a backup gives its numbers again.
    """
    return str(uuid.uuid5(_LETTERS, f"{parcel.letter_id} {parcel.said_at.timestamp():.6f} {address} {place}"))


def _built(kind: type[_R], content: Json) -> _R:
    """The library's request. Raises Refused where it finds a limit broken, as LINE itself would."""
    try:
        return kind.from_dict(content)
    except ValueError as error:
        raise Refused("not within LINE's limits") from error


def _translated(error: ApiException) -> ChannelError:
    """The library's error as one of ours. LINE's message names fields, never what stands in them."""
    said = str(error.body or "")
    match error.status:
        case HTTPStatus.CONFLICT:
            return _AcceptedBefore("accepted before")
        case HTTPStatus.BAD_REQUEST if "reply token" in said.lower():
            return _UsedUp("the reply token is used up")
        case HTTPStatus.TOO_MANY_REQUESTS if "monthly limit" in said:
            return Refused("the month's pushes are used up at LINE")
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Flooded(_PAUSE_WHEN_FLOODED_S)
        case HTTPStatus.UNAUTHORIZED:
            _log.error("line: the access token is refused; check MADOGUCHI_LINE_ACCESS_TOKEN")
            return Unreachable("the access token is refused")
        case HTTPStatus.BAD_REQUEST if "'to'" in said:
            return Blocked("no such person")
        case status if status is not None and HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return Refused(f"{status}: {said[:200]}")
        case _:
            return Unreachable(f"status {error.status}")
