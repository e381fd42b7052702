"""What `counter-agent card` concludes, over the made-up card without pcscd; test_pcsc runs the command itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest

from counter_agent.apdu import CardConnection, wipe
from counter_agent.certificates import load_anchors
from counter_agent.commands.card import Report, Trust, examine
from counter_agent.virtual_card.folder import ANCHORS, open_card
from counter_agent.virtual_card.knobs import Kind, Knobs
from counter_agent.virtual_card.memory import connect_folder
from counter_agent.worker import CardWorker
from tests.counter_agent.cards import Overridden, pin

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card issued today: the command judges by the real clock."""
    made = tmp_path_factory.mktemp("cards") / "today"
    open_card(made, TODAY)
    return made


def examined(
    folder: Path, knobs: Knobs, typed: bytes | None, *, trusted: bool = True, policy_oid: str | None = None
) -> Report:
    trust = Trust(load_anchors((folder / ANCHORS).read_bytes()) if trusted else (), policy_oid)
    secret = None if typed is None else pin(typed)
    with CardWorker(partial(connect_folder, folder, TODAY, knobs)) as worker:
        report = examine(Report(reader="any"), worker, trust, secret)
    if secret is not None:
        wipe(secret)
    return report


def test_a_good_card_holds_with_and_without_a_pin(folder: Path) -> None:
    looked = examined(folder, Knobs(), None)
    assert (looked.ok, looked.card_kind, looked.tries_left, looked.pin, looked.chain) == (True, "card", 3, None, None)
    proved = examined(folder, Knobs(), b"1234")
    assert (proved.ok, proved.pin, proved.chain, proved.certificate_dates) == (True, "accepted", "valid", "valid")
    assert proved.challenge_signature_verified is True


@contextmanager
def written_down(paper: Path, folder: Path, today: date, knobs: Knobs, reader: str) -> Iterator[CardConnection]:
    """The card kept in a folder; each command sent to it is a line on a paper."""
    with connect_folder(folder, today, knobs, reader) as connection:
        card = Overridden(connection, {})
        yield card
        with paper.open("a", encoding="ascii") as lines:
            lines.writelines(f"{command}\n" for command in card.sent)


def test_a_whole_session_is_one_of_few_commands_and_one_pin(folder: Path, tmp_path: Path) -> None:
    paper = tmp_path / "paper"
    with CardWorker(partial(written_down, paper, folder, TODAY, Knobs())) as worker:
        report = examine(
            Report(reader="any"), worker, Trust(load_anchors((folder / ANCHORS).read_bytes()), None), pin(b"1234")
        )
    sent = paper.read_text(encoding="ascii").splitlines()
    assert (report.ok, len(sent) <= 16) == (True, True)
    assert [line for line in sent if line.startswith("00 20")] == ["00 20 00 80", "00 20 00 80 ** (masked)"]
    assert (report.card_kind, report.certificate_exists, report.tries_left_before) == ("card", True, 3)


@pytest.mark.parametrize(
    ("knobs", "typed", "problem"),
    [
        (Knobs(expired=True), b"1234", "dates_expired"),
        (Knobs(blocked=True), b"1234", "locked"),
        (Knobs(blocked=True), None, "locked"),
        (Knobs(kind=Kind.OLD), b"1234", "not_a_card"),
        (Knobs(kind=Kind.ANDROID), None, "not_a_card"),
        (Knobs(kind=Kind.NOT_MYNUMBER), b"1234", "not_a_card"),
        (Knobs(), b"12345", "not_four_digits"),
        (Knobs(), b"", "not_four_digits"),
    ],
)
def test_each_fault_is_named_and_does_not_pass(folder: Path, knobs: Knobs, typed: bytes | None, problem: str) -> None:
    report = examined(folder, knobs, typed)
    assert (report.ok, report.problem) == (False, problem)
    assert open_card(folder, TODAY).tries_left() == 3


def test_without_anchors_or_with_another_policy_it_does_not_pass(folder: Path) -> None:
    assert examined(folder, Knobs(), b"1234", trusted=False).problem == "chain_no_anchors"
    assert examined(folder, Knobs(), b"1234", policy_oid="1.2.3").problem == "policy"


def test_what_is_printed_has_nothing_of_the_holder(folder: Path) -> None:
    number = json.loads((folder / "card.json").read_text())["number"]
    printed = json.dumps(asdict(examined(folder, Knobs(), b"1234")))
    for hidden in ("1234", str(number), str(number * 2), f"{number * 2:x}"):
        assert hidden not in printed
