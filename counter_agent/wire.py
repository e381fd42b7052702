"""The contract between a counter PC and the server, version 1: what crosses the line under `/counter/v1`.

The one module of the agent that the server imports. Nothing here can hold a name, a PIN, a certificate, its serial
number or a payment service's ID: a field that does not exist cannot leak. A "no" that the clerk must see (cancelled
meanwhile, at another counter) is a `Conflict`, answered with 200 like any other answer, so that a report sent again
gets the same answer again; HTTP errors are faults.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    TypeAdapter,
)

PREFIX: Final = "/counter/v1"
ENROL: Final = f"{PREFIX}/enrol"
TODAY: Final = f"{PREFIX}/today"
CHALLENGE: Final = f"{PREFIX}/challenge"
REPORTS: Final = f"{PREFIX}/reports"

CHALLENGE_BYTES: Final = 32
MOST_SERVICES: Final = 8
_DAY_S: Final = 86_400

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="32 hex digits, made once by the counter PC")]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_.-]{1,64}$")]
Ticket = Annotated[str, Field(pattern=r"^[0-9A-Z-]{2,24}$", description="as said on the telephone")]


def _no_bool(value: object) -> object:
    """JSON's true is no number, though Python's is."""
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004  # pydantic turns a ValueError into a fault of the field
    return value


Number = Annotated[int, Field(ge=0), BeforeValidator(_no_bool)]
Party = Annotated[int, Field(ge=1, le=99), BeforeValidator(_no_bool)]
Seconds = Annotated[int, Field(ge=0, le=_DAY_S), BeforeValidator(_no_bool)]


class Message(BaseModel):
    """Base of everything that crosses: frozen, and an unknown field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Language(StrEnum):
    """What the resident reads."""

    JA = "ja"
    JA_EASY = "ja-easy"
    EN = "en"


class Status(StrEnum):
    """Where a booking stands."""

    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    IN_SERVICE = "in_service"
    DONE = "done"
    NO_SHOW = "no_show"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"


def _written_out(value: object) -> object:
    """A bare number would be read as seconds since 1970."""
    if isinstance(value, str) and value.strip("+-.0123456789") == "":
        raise ValueError("write the instant like 2022-07-01T10:00:00+09:00")
    return value


def _reckonable(value: datetime) -> datetime:
    """The first and the last day of all are moved by one: no other time zone has them."""
    return min(max(value, _FIRST), _LAST)


_FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)
Instant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_reckonable)]
"""When something happened, by the counter's clock."""


class Outcome(StrEnum):
    """How a visit ended. All but `COMPLETED` are ends of their own, not failures of the program."""

    COMPLETED = "completed"
    HANDED_OVER = "handed_over"
    REFUSED_ITEMS = "refused_items"
    NO_SHOW = "no_show"
    ABANDONED = "abandoned"
    CARD_LOCKED = "card_locked"
    CARD_EXPIRED = "card_expired"
    NOT_MY_NUMBER_CARD = "not_my_number_card"
    CARD_UNREADABLE = "card_unreadable"
    WRONG_CARD = "wrong_card"


STATUS_AFTER: Final = {
    Outcome.COMPLETED: Status.DONE,
    Outcome.HANDED_OVER: Status.HANDED_OVER,
    Outcome.REFUSED_ITEMS: Status.REFUSED,
    Outcome.NO_SHOW: Status.NO_SHOW,
    Outcome.ABANDONED: Status.ABANDONED,
    Outcome.CARD_LOCKED: Status.REFUSED,
    Outcome.CARD_EXPIRED: Status.REFUSED,
    Outcome.NOT_MY_NUMBER_CARD: Status.REFUSED,
    Outcome.CARD_UNREADABLE: Status.REFUSED,
    Outcome.WRONG_CARD: Status.ABANDONED,
}
"""What each outcome makes of the booking."""


class ServiceResult(StrEnum):
    """What became of one service of a visit."""

    DONE = "done"
    NOT_DONE = "not_done"
    HANDED_OVER = "handed_over"


class Localised(Message):
    """One short wording in the three languages."""

    ja: Annotated[str, Field(max_length=200)]
    ja_easy: Annotated[str, Field(max_length=300)]
    en: Annotated[str, Field(max_length=300)]


class Item(Message):
    """A thing to have ready. Where `may_be_unneeded`, some payment services do not ask for it."""

    id: Key
    label: Localised
    may_be_unneeded: StrictBool = False


class Service(Message):
    """A service of the desk and what it needs. `takes_card`: the visit reads the card.

    `names_payment_service`: the payment service's name is read aloud and confirmed before the visit may end.
    """

    id: Key
    label: Localised
    items: tuple[Item, ...] = ()
    takes_card: bool = True
    names_payment_service: StrictBool = False


class Desk(Message):
    """The town's facts that the counter's screens show; they come from the content pack."""

    name: Localised
    city_phone: str = Field(max_length=40)
    hotline: str = Field(max_length=40)
    hand_over_to: Localised
    services: tuple[Service, ...]


class Booking(Message):
    """One line of today's list: no name, no address, no telephone. `counter` has it now, if one does."""

    ticket: Ticket
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    services: tuple[Key, ...]
    party: Party
    status: Status
    version: Number
    language: Language = Language.JA
    counter: str | None = Field(default=None, max_length=60)


class Today(Message):
    """The list of a day, as the server had it at `made_at`; by that the PC notices a clock that is wrong."""

    day: date
    made_at: AwareDatetime
    desk: Desk
    bookings: tuple[Booking, ...]


class EnrolRequest(Message):
    """A short-lived code from `madoguchi counter enrol`, and the name the counter is to have."""

    code: str = Field(min_length=6, max_length=64, repr=False)
    name: str = Field(min_length=1, max_length=60)


class Enrolled(Message):
    """The counter's identity. The server keeps only the token's hash."""

    agent_id: Key
    name: str = Field(max_length=60)
    token: str = Field(min_length=32, max_length=128, pattern=r"^[A-Za-z0-9_-]+$", repr=False)


class ChallengeRequest(Message):
    """Asks for something to be signed by the card during one visit."""

    visit_id: Id


class Challenge(Message):
    """32 random bytes in hex, good for one `CardRead` of this counter and visit, until `expires_at`."""

    challenge_id: Id
    challenge: str = Field(pattern=r"^[0-9a-f]{64}$")
    expires_at: AwareDatetime


def _require_kind(schema: dict[str, Any]) -> None:
    """`kind` has a default for whoever makes a report; whoever sends one must say it."""
    schema["required"] = [*schema.get("required", ()), "kind"]


class Report(Message):
    """Base of what a counter reports: `report_id` is made once, so that a report may be sent any number of times.

    `visit_id` is made by the PC and ties the reports of a visit together; `ticket` is None for a walk-in.
    `at` is the PC's clock at the event, which may lie hours before the sending.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_require_kind)

    report_id: Id
    visit_id: Id
    ticket: Ticket | None
    at: Instant


class CheckIn(Report):
    """The resident is here. `seen_*` is the booking as the clerk saw it, None for a walk-in."""

    kind: Literal["check_in"] = "check_in"
    services: tuple[Key, ...] = Field(min_length=1, max_length=MOST_SERVICES)
    party: Party
    language: Language
    seen_version: Number | None = None
    seen_starts_at: Instant | None = None


class Called(Report):
    """The resident was called to the counter: service begins."""

    kind: Literal["called"] = "called"


class CardRead(Report):
    """What reading the card proved: verdicts only. `challenge_id` is None if the server could not be asked."""

    kind: Literal["card_read"] = "card_read"
    challenge_id: Id | None
    possession_proved: StrictBool
    dates_valid: StrictBool
    chain_valid: StrictBool | None = Field(description="null: this PC has no anchors configured")
    revocation_checked: Literal[False] = False


class ServiceDone(Message):
    """What became of one service, and how long it took."""

    service: Key
    result: ServiceResult
    took_s: Seconds


class Closed(Report):
    """The visit is over: card gone, page cleared. A no-show is reported without a check-in before it."""

    kind: Literal["closed"] = "closed"
    outcome: Outcome
    services: tuple[ServiceDone, ...] = Field(max_length=MOST_SERVICES)
    payment_service_confirmed: StrictBool
    waited_s: Seconds
    took_s: Seconds


AnyReport = Annotated[CheckIn | Called | CardRead | Closed, Field(discriminator="kind")]
REPORT: Final[TypeAdapter[CheckIn | Called | CardRead | Closed]] = TypeAdapter(AnyReport)


class ConflictKind(StrEnum):
    """Why a report changed nothing."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    AT_OTHER_COUNTER = "at_other_counter"
    ALREADY_CLOSED = "already_closed"
    UNKNOWN_TICKET = "unknown_ticket"
    UNKNOWN_VISIT = "unknown_visit"
    CHALLENGE_NOT_YOURS = "challenge_not_yours"


class Accepted(Message):
    """The report is in the server's books. `ticket` is the walk-in's, if the server gave it one."""

    kind: Literal["accepted"] = "accepted"
    report_id: Id
    ticket: Ticket | None
    status: Status
    version: Number


class Conflict(Message):
    """The report changed nothing, for this reason. `booking` is how things stand, if the ticket is known."""

    kind: Literal["conflict"] = "conflict"
    report_id: Id
    conflict: ConflictKind
    booking: Booking | None = None


Answer = Annotated[Accepted | Conflict, Field(discriminator="kind")]
ANSWER: Final[TypeAdapter[Accepted | Conflict]] = TypeAdapter(Answer)


class ProblemCode(StrEnum):
    """What an error answer says; the status says the rest."""

    UNAUTHORISED = "unauthorised"
    CODE_REFUSED = "code_refused"
    REPORT_ID_REUSED = "report_id_reused"
    INVALID = "invalid"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


class Problem(Message):
    """The body of every 4xx and 5xx answer."""

    code: ProblemCode
    detail: str = Field(max_length=500)
