"""`counter-agent card`: the diagnostic read a technician runs on a new PC.

Prints what was found and proved, and never a PIN, a serial number, a name or a certificate. Exit 0 only if all holds.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from counter_agent.apdu import wipe
from counter_agent.card_errors import CardError
from counter_agent.certificates import Anchor, Judgement, judge, load_anchors
from counter_agent.reader_choice import choose, recall, remember
from counter_agent.reading import (
    Evidence,
    Inspection,
    NotPresented,
    PadGaveUp,
    PinRefused,
    ReadResult,
    TokenKind,
    WhyNot,
    is_pin,
)
from counter_agent.settings import Settings, read_settings
from counter_agent.worker import CardWorker

_LONGEST_LINE = 64
REMEMBERED_READER = "reader"


@dataclass(frozen=True, slots=True)
class Report:
    """What the diagnostic prints. None: not looked at. `tries_left` is the newest count known."""

    reader: str | None = None
    pin_pad: bool | None = None
    card_kind: str | None = None
    certificate_exists: bool | None = None
    tries_left_before: int | None = None
    tries_left: int | None = None
    pin: str | None = None
    certificate_valid_from: str | None = None
    certificate_valid_until: str | None = None
    certificate_dates: str | None = None
    certificate_key_usage_valid: bool | None = None
    certificate_policy_valid: bool | None = None
    chain: str | None = None
    challenge_signature_verified: bool | None = None
    revocation: str = "not checked"
    problem: str | None = None
    message: str | None = None
    ok: bool = False


def run(options: argparse.Namespace) -> int:
    """Print the report; 0 if everything that was asked holds, else 1."""
    pin = _typed_pin() if options.pin_stdin else None
    report = Report()
    settings = read_settings()
    try:
        trust = _trust(options, settings)
        report = replace(report, reader=_reader(options, settings))
        report = _diagnose(report, trust, pin, options)
    except (CardError, OSError) as error:
        report = replace(report, problem=type(error).__name__, message=str(error))
    finally:
        if pin is not None:
            wipe(pin)
    print(_as_json(report) if options.json else _as_text(report))
    return 0 if report.ok else 1


@dataclass(frozen=True, slots=True)
class Trust:
    """Against what a certificate is judged."""

    anchors: tuple[Anchor, ...]
    policy_oid: str | None


def _trust(options: argparse.Namespace, settings: Settings) -> Trust:
    file: Path | None = options.anchors or settings.anchors
    return Trust(load_anchors(file.read_bytes()) if file else (), settings.policy_oid)


def _reader(options: argparse.Namespace, settings: Settings) -> str:
    # Imported here: without pyscard every other command must still work.
    from counter_agent.pcsc import list_readers

    kept = settings.home / REMEMBERED_READER
    reader = choose(list_readers(), options.reader or settings.reader, recall(kept))
    if options.remember:
        remember(kept, reader)
    return reader


def _diagnose(report: Report, trust: Trust, pin: bytearray | None, options: argparse.Namespace) -> Report:
    from counter_agent.pcsc import open_reader

    with CardWorker(open_reader, options.deadline_s) as worker:
        given = Pad.OF_THE_READER if options.pin_pad else pin
        return examine(report, worker, trust, given, last_try_agreed=options.last_try_agreed)


class Pad(Enum):
    """Where a PIN is typed that this program never has."""

    OF_THE_READER = "of the reader"


def examine(
    report: Report, worker: CardWorker, trust: Trust, pin: bytearray | Pad | None, *, last_try_agreed: bool = False
) -> Report:
    """Look, which costs no try; with a PIN read at once, which looks as well, in one session of few commands."""
    reader, challenge = str(report.reader), secrets.token_bytes(32)
    if isinstance(pin, bytearray) and is_pin(pin):
        return _with_result(report, worker.read(reader, pin, challenge, last_try_agreed=last_try_agreed), trust)
    report = _with_inspection(report, worker.inspect(reader))
    if pin is None:
        return replace(report, ok=report.problem is None)
    if report.card_kind != TokenKind.CARD:
        return report
    if isinstance(pin, Pad):
        return _with_result(report, worker.read_on_pad(reader, challenge, last_try_agreed=last_try_agreed), trust)
    return replace(report, pin="not_presented", problem=WhyNot.NOT_FOUR_DIGITS.value)


def _with_inspection(report: Report, found: Inspection) -> Report:
    problems: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: found.kind is not TokenKind.CARD, "not_a_card"),
        (lambda: found.has_certificate is False, "no_certificate"),
        (lambda: found.tries_left == 0, "locked"),
    )
    return replace(
        report,
        pin_pad=found.has_pad,
        card_kind=found.kind.value,
        certificate_exists=found.has_certificate,
        tries_left_before=found.tries_left,
        tries_left=found.tries_left,
        problem=next((name for is_so, name in problems if is_so()), None),
    )


def _with_result(report: Report, result: ReadResult, trust: Trust) -> Report:
    match result:
        case Evidence(certificate, challenge, signature, tries_left):
            now = datetime.now(UTC)
            judgement = judge(certificate, challenge, signature, trust.anchors, now, policy_oid=trust.policy_oid)
            return _with_judgement(replace(_with_card(report, tries_left), pin="accepted"), judgement)
        case PinRefused(tries_left, tries_before):
            pin = "locked" if tries_left == 0 else "wrong"
            report = _with_card(report, tries_before)
            return replace(report, pin=pin, tries_left=tries_left, problem=f"pin_{pin}")
        case NotPresented(WhyNot.NOT_A_CARD as reason, kind=kind):
            return replace(report, card_kind=kind.value if kind else report.card_kind, problem=reason.value)
        case NotPresented(reason, tries_left):
            pin = "locked" if reason is WhyNot.LOCKED else "not_presented"
            report = _with_card(report, tries_left, has_certificate=reason is not WhyNot.NO_CERTIFICATE)
            return replace(report, pin=pin, problem=reason.value)
        case PadGaveUp(why, tries_left):
            return replace(_with_card(report, tries_left), pin="not_presented", problem=f"pad_{why.value}")


def _with_card(report: Report, tries_before: int | None, *, has_certificate: bool = True) -> Report:
    """What every read of a card has shown, however it ended."""
    return replace(
        report,
        card_kind=TokenKind.CARD.value,
        certificate_exists=has_certificate,
        tries_left_before=tries_before,
        tries_left=tries_before,
    )


def _with_judgement(report: Report, judgement: Judgement) -> Report:
    problems = {
        "challenge_signature": judgement.possession_proved,
        f"dates_{judgement.dates}": judgement.dates_valid,
        f"chain_{judgement.chain}": judgement.chain_valid is True,
        "key_usage": judgement.key_usage_valid,
        "policy": judgement.policy_valid is not False,
    }
    return replace(
        report,
        certificate_valid_from=judgement.valid_from_on.isoformat(),
        certificate_valid_until=judgement.valid_until_on.isoformat(),
        certificate_dates=judgement.dates.value,
        certificate_key_usage_valid=judgement.key_usage_valid,
        certificate_policy_valid=judgement.policy_valid,
        chain=judgement.chain.value,
        challenge_signature_verified=judgement.possession_proved,
        problem=next((name for name, holds in problems.items() if not holds), None),
        ok=judgement.holds,
    )


def _typed_pin() -> bytearray:
    """What was typed, without the end of the line. Whether it is a PIN is asked before any card hears of it."""
    if sys.stdin.isatty():
        return bytearray(getpass.getpass("PIN: ").encode())
    typed = bytearray(_LONGEST_LINE)
    length = 0
    while length < _LONGEST_LINE and b"\n" not in typed[:length]:
        # Past Python's buffers, which would keep a copy that nobody can wipe.
        read = os.readv(sys.stdin.fileno(), [memoryview(typed)[length:]])
        if not read:
            break
        length += read
    return _cut_at_the_lines_end(typed, length)


def _cut_at_the_lines_end(typed: bytearray, length: int) -> bytearray:
    """The same memory, shortened: no copy stays behind."""
    while length and typed[length - 1] in b"\r\n":
        length -= 1
    wiped = memoryview(typed)[length:]
    wiped[:] = bytes(len(wiped))
    wiped.release()
    del typed[length:]
    return typed


def _as_json(report: Report) -> str:
    return json.dumps(asdict(report), ensure_ascii=False)


def _as_text(report: Report) -> str:
    lines = [f"{name.replace('_', ' ')}: {_word(value)}" for name, value in asdict(report).items() if value is not None]
    return "\n".join(lines)


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
