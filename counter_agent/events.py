"""The vocabulary of a visit: what can happen, what is then to be done, and why something may not happen. Types only.

No event carries a PIN, a certificate or a payment service's ID: what is not here cannot be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counter_agent.wire import Outcome, Service, ServiceResult


class CardKind(StrEnum):
    """What lies on the reader. Only `CARD` can be served at the counter."""

    CARD = "card"
    OLD_CARD = "old_card"
    PHONE = "phone"
    OTHER = "other"


class ItemState(StrEnum):
    """What the clerk saw of one thing to have ready."""

    READY = "ready"
    UNNEEDED = "unneeded"
    MISSING = "missing"


class NotTyped(StrEnum):
    """Why the reader's pad sent no PIN to the card."""

    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    MISTYPED = "mistyped"


class Who(StrEnum):
    """The two who must both agree before a last try."""

    CLERK = "clerk"
    RESIDENT = "resident"


@dataclass(frozen=True, slots=True)
class ItemSeen:
    """The clerk looked at one thing to have ready."""

    item: str
    state: ItemState


@dataclass(frozen=True, slots=True)
class ItemsChecked:
    """The clerk says that everything has been looked at."""


@dataclass(frozen=True, slots=True)
class CardNoticed:
    """Something lies on the reader; what it is, is not known yet."""


@dataclass(frozen=True, slots=True)
class CardPlaced:
    """A card lies on the reader and was asked what it is. `tries_left` is None for what is no My Number Card.

    `same_as_before` compares it with the card read in this visit; None if none was. With `has_pad` the PIN is typed on
    the reader itself.
    """

    kind: CardKind
    tries_left: int | None
    has_certificate: bool = True
    same_as_before: bool | None = None
    has_pad: bool = False


@dataclass(frozen=True, slots=True)
class CardLifted:
    """The reader is empty."""


@dataclass(frozen=True, slots=True)
class ReaderLost:
    """The reader itself is gone: whether a card lies somewhere cannot be seen any more."""


@dataclass(frozen=True, slots=True)
class ClerkSawNoCard:
    """With the reader lost, the clerk's word stands in for it."""


@dataclass(frozen=True, slots=True)
class Consented:
    """One of the two agrees to spend the last try."""

    who: Who


@dataclass(frozen=True, slots=True)
class PinGiven:
    """Four digits were typed; the shell holds them and nobody else."""


@dataclass(frozen=True, slots=True)
class PadAsked:
    """The resident is to type the PIN on the reader now; nobody at this PC holds it."""


@dataclass(frozen=True, slots=True)
class PadGaveUp:
    """No PIN came from the reader's pad, and no try was spent."""

    why: NotTyped


@dataclass(frozen=True, slots=True)
class PinWrong:
    """The card refused the PIN; 0 tries left means locked."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the read proved. `chain_valid` is None without configured anchors; revocation is never checked."""

    possession_proved: bool
    dates_valid: bool
    chain_valid: bool | None


@dataclass(frozen=True, slots=True)
class CardWasRead:
    """The card answered everything; `challenge_id` is None if the server could not be asked for one."""

    verdict: Verdict
    challenge_id: str | None


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """The card or the reader did not answer; no try was spent by this program beyond the one given."""


@dataclass(frozen=True, slots=True)
class ServiceSettled:
    """The clerk says what became of one service."""

    service: str
    result: ServiceResult


@dataclass(frozen=True, slots=True)
class ServiceAdded:
    """The resident wants one more service in this visit."""

    service: Service


@dataclass(frozen=True, slots=True)
class PaymentNamed:
    """The payment service's name, to be read aloud; never an ID or a code."""

    name: str


@dataclass(frozen=True, slots=True)
class PaymentConfirmed:
    """The resident said yes to the name that was read aloud."""


@dataclass(frozen=True, slots=True)
class FinishAsked:
    """The clerk is done: the same card must answer once more."""


@dataclass(frozen=True, slots=True)
class CardCompared:
    """Whether the card on the reader is the one that was read."""

    is_same: bool


@dataclass(frozen=True, slots=True)
class EndAsked:
    """The clerk ends the visit with an outcome of its own."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class AlarmSeen:
    """The clerk has dealt with the alarm."""


@dataclass(frozen=True, slots=True)
class PageCleared:
    """Every page that was open shows nothing of the resident any more."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The clerk wants to go on after a pause."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing happened; the clock did."""


Event = (
    ItemSeen
    | ItemsChecked
    | CardNoticed
    | CardPlaced
    | CardLifted
    | ReaderLost
    | ClerkSawNoCard
    | Consented
    | PinGiven
    | PadAsked
    | PadGaveUp
    | PinWrong
    | CardWasRead
    | ReadFailed
    | ServiceSettled
    | ServiceAdded
    | PaymentNamed
    | PaymentConfirmed
    | FinishAsked
    | CardCompared
    | EndAsked
    | AlarmSeen
    | PageCleared
    | Resumed
    | TimePassed
)


class Effect(StrEnum):
    """What the shell must do after a step, in this order of the tuple."""

    INSPECT_CARD = "inspect_card"
    READ_CARD = "read_card"
    READ_ON_PAD = "read_on_pad"
    COMPARE_CARD = "compare_card"
    WIPE = "wipe"
    FORGET_CARD = "forget_card"
    SOUND_ALARM = "sound_alarm"
    REPORT_READ = "report_read"
    REPORT_CLOSED = "report_closed"


class Reason(StrEnum):
    """Why something may not happen now; the screen has a sentence for each."""

    NOT_NOW = "not_now"
    ITEMS_OPEN = "items_open"
    ITEMS_MISSING = "items_missing"
    ITEM_IS_NEEDED = "item_is_needed"
    CONSENT_NEEDED = "consent_needed"
    UNKNOWN_ITEM = "unknown_item"
    UNKNOWN_SERVICE = "unknown_service"
    SERVICES_OPEN = "services_open"
    LOOKS_LIKE_A_NUMBER = "looks_like_a_number"
    PAYMENT_NOT_CONFIRMED = "payment_not_confirmed"
    VISIT_NOT_CLOSED = "visit_not_closed"
    CARD_LEFT_BEHIND = "card_left_behind"
    READER_IS_THERE = "reader_is_there"
    SCREENS_ANSWER = "screens_answer"
    NOBODY_WAITS = "nobody_waits"
    ALREADY_HERE = "already_here"
    NO_SUCH_TICKET = "no_such_ticket"
    NO_CARD = "no_card"
    NOT_FOUR_DIGITS = "not_four_digits"
    TYPE_ON_THE_READER = "type_on_the_reader"
    NO_PAD = "no_pad"
    BOOKING_IS_CANCELLED = "booking_is_cancelled"
    BOOKING_IS_CLOSED = "booking_is_closed"
    AT_OTHER_COUNTER = "at_other_counter"
    NO_LIST = "no_list"
    TOO_EARLY = "too_early"
    CARD_IS_ON = "card_is_on"
    CUT_OFF = "cut_off"


@dataclass(frozen=True, slots=True)
class Refused:
    """A "no", with its reason; nothing has changed."""

    reason: Reason
