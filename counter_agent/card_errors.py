"""What can go wrong with a card or its reader. A wrong PIN is no fault: it is a result of `reading`.

A tree of its own beside `errors.AgentError`, so that the card worker starts without the contract's libraries.

CardError
├── ReaderMissing           no pyscard, or no pcscd: what to install or start
├── NoReader                no reader, or several and none chosen (`readers`)
├── CardInUse               another program holds the card
├── CardRemoved             no card, or lifted while it was asked
├── CardSilent              no answer within the deadline: lift it fully
├── NotMyNumberCard         the card has no JPKI application
├── UnexpectedStatus        a status word with no meaning at this step (`sw`, `step`)
├── BadCardData             the card's bytes are not what they should be (`step`)
└── CertificateUnreadable   what should be an X.509 certificate is none
"""

from __future__ import annotations


class CardError(Exception):
    """Base of every fault of card and reader."""


class ReaderMissing(CardError):
    """The PC cannot speak to readers; the message says what to install or start."""


class NoReader(CardError):
    """No reader can be used. `readers` are the ones that are there."""

    def __init__(self, problem: str, readers: tuple[str, ...] = ()) -> None:
        super().__init__(problem)
        self.readers = readers


class CardInUse(CardError):
    """Another program holds the card, or the reader is wedged: lift the card fully."""


class CardRemoved(CardError):
    """There is no card, or it was lifted while it was being asked."""


class CardSilent(CardError):
    """The card did not answer within `after_s` seconds. The clerk lifts it fully and waits a moment."""

    def __init__(self, after_s: float) -> None:
        super().__init__(f"no answer for {after_s:g} s; lift the card fully, wait a second and place it again")
        self.after_s = after_s

    def __reduce__(self) -> tuple[type[CardSilent], tuple[float]]:
        return type(self), (self.after_s,)


class NotMyNumberCard(CardError):
    """The card has no JPKI application."""


class UnexpectedStatus(CardError):
    """The card answered a status word that means nothing at this step."""

    def __init__(self, sw: int, step: str) -> None:
        super().__init__(f"{step}: unexpected status {sw:04X}")
        self.sw = sw
        self.step = step

    def __reduce__(self) -> tuple[type[UnexpectedStatus], tuple[int, str]]:
        return type(self), (self.sw, self.step)


class BadCardData(CardError):
    """What the card sent is not what it should be. The message never has the bytes."""

    def __init__(self, step: str, problem: str) -> None:
        super().__init__(f"{step}: {problem}")
        self.step = step
        self.problem = problem

    def __reduce__(self) -> tuple[type[BadCardData], tuple[str, str]]:
        return type(self), (self.step, self.problem)


class CertificateUnreadable(CardError):
    """What should be an X.509 certificate is none."""
