"""The vocabulary of a turn: what arrives, what is remembered, what is said, what is to be done.

Types only; no decisions, no I/O. A turn is (conversation, incoming, desk) -> `Turn`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.booking.requests import Outcome, Request
from bot.booking.slots import day_of
from bot.content import Content
from bot.faq.search import Searcher
from bot.language import Language

day_in_tokyo = day_of


@dataclass(frozen=True, slots=True)
class Text:
    """Something the resident typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A choice the resident pressed; `token` is what `Choice.token` carried."""

    token: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The resident opened the chat (/start, first visit, follow). `payload` is a deep link's text."""

    payload: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something the desk cannot read: a sticker, a photo, a voice message. `kind` names it."""

    kind: str


@dataclass(frozen=True, slots=True)
class Left:
    """The resident blocked the desk or left; nothing can be sent any more."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a dialogue's own request; it arrives in the same turn. `asking` is the dialogue's verb."""

    outcome: Outcome
    asking: str


Body = Text | Pressed | Opened | Unreadable | Left | Heard


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event from one resident on one channel. (`channel`, `event_id`) is unique for ever."""

    channel: str
    event_id: str
    address: str
    at: datetime
    body: Body
    hint: Language | None = None


class Joint(StrEnum):
    """How a phrase follows the one before it: in a paragraph of its own, on the next line, or in the same line."""

    PARAGRAPH = "paragraph"
    LINE = "line"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something to word later: a key of the pack's texts, or `@answer/ID`, `@question/ID`,
    `@label/ID` (an FAQ entry), `@topic/ID`; with the arguments its template needs."""

    key: str
    args: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    joint: Joint = Joint.PARAGRAPH


@dataclass(frozen=True, slots=True)
class Days:
    """The days, as ISO text, of which one may be picked where a channel has a calendar to show.

    `token` with the day after it then comes back in `Pressed`, as from a button of that day.
    """

    first: str
    last: str
    token: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. `token` comes back in `Pressed` when it is pressed or its number or label is typed.

    `days` may be picked besides, on a channel that has a calendar; the button itself is the same on all.
    """

    label: Phrase
    token: str
    days: Days | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """The files of a booking: its QR code, its calendar entry, its page to print. Who has the ticket may see them."""

    ticket: str


class Kind(StrEnum):
    """What a message is, as `madoguchi ask --json` names it."""

    ANSWER = "answer"
    DID_YOU_MEAN = "did_you_mean"
    ASK_OFFICE = "ask_office"
    WARNING = "warning"
    MENU = "menu"
    QUESTION = "question"
    RESULT = "result"
    TICKET = "ticket"
    NOTICE = "notice"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry the search thought of, with its score (0..1, larger is nearer)."""

    entry_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Say:
    """One message to the resident: phrases as paragraphs, then choices.

    `entry_id` is the FAQ entry that answers, if one does; `candidates` are for the command line and
    for explaining, no channel shows them.
    """

    kind: Kind
    phrases: tuple[Phrase, ...]
    choices: tuple[Choice, ...] = ()
    entry_id: str | None = None
    candidates: tuple[Candidate, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedChoice:
    """A button in the resident's language; `token` and `days` as in `Choice`."""

    label: str
    token: str
    days: Days | None = None


@dataclass(frozen=True, slots=True)
class File:
    """Something to hand over with a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in the resident's language, ready for a channel to lay out within its limits."""

    text: str
    choices: tuple[RenderedChoice, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Checking:
    """The eligibility dialogue as it stands: the scheme, the answers so far (`dump_interview` as JSON) and the fact
    that is asked for now (None: the result was shown).

    `run` tells the buttons of this dialogue from those of an earlier one; `day` is the day, as ISO text, whose rules
    the resident saw last.
    """

    scheme: str
    run: int
    day: str
    answers: str = "[]"
    asking: str | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """The booking dialogue as it stands: what has been chosen so far. Days and times are ISO text.

    `run` tells the buttons of this dialogue from those of an earlier one; `ready` are the things to bring that were
    ticked off; `ticket` is the hold, `changing` the booking that is being moved to another time.
    """

    run: int
    step: str
    service: str = ""
    ready: tuple[str, ...] = ()
    party: int = 0
    from_day: str = ""
    day: str = ""
    starts_at: str = ""
    ticket: str = ""
    changing: str = ""
    reminders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is remembered of one resident on one channel: never a word they typed.

    `chosen` is the language they asked for; `noticed` the one they last seemed to write in.
    `offered` is what is on their screen, so that "2" can be understood; `last_entry_id` the answer
    they saw last; `rated_entry_id` the one they last said "helped" of; `turns` counts the events taken; `checking`
    is the eligibility dialogue, begun or ended; `filling` the booking dialogue while it goes on.
    """

    chosen: Language | None = None
    noticed: Language | None = None
    offered: tuple[Choice, ...] = ()
    last_entry_id: str | None = None
    rated_entry_id: str | None = None
    turns: int = 0
    checking: Checking | None = None
    filling: Filling | None = None

    @property
    def language(self) -> Language:
        """The language to answer in."""
        return self.chosen or self.noticed or Language.JA


@dataclass(frozen=True, slots=True)
class ForgetPerson:
    """Delete every row about this resident on this channel."""


@dataclass(frozen=True, slots=True)
class MarkBlocked:
    """Nothing can be sent to this resident until they come back."""


@dataclass(frozen=True, slots=True)
class CountFeedback:
    """Count one "this helped" or "this did not help" for an entry, without the person."""

    entry_id: str
    helped: bool


@dataclass(frozen=True, slots=True)
class KeepQuestion:
    """Keep a question the desk could not answer, without the person: `text` is already cleaned of numbers and names.

    `language` is the one it is written in (`Script`), as ways of asking are sorted.
    """

    text: str
    language: str


Effect = ForgetPerson | MarkBlocked | CountFeedback | KeepQuestion


@dataclass(frozen=True, slots=True)
class Turn:
    """What a handler decided: the conversation from now on, what to say, what to do.

    `language` words the messages of this turn, which may differ from the conversation's own
    (an English question in a Japanese conversation is answered in English). `goto` is the token of the
    dialogue that takes over; then nothing is said here. `request` is what the dialogue `asking` (its verb) has to know
    or have done before it can go on: the shell answers with `Heard`; what is said here comes before what is said then.
    """

    conversation: Conversation
    says: tuple[Say, ...]
    effects: tuple[Effect, ...] = ()
    language: Language | None = None
    goto: str | None = None
    request: Request | None = None
    asking: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a handler may look at besides the conversation and the event: the content and the search."""

    content: Content
    searcher: Searcher
