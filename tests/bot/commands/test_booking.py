"""Staff book for others, change the calendar without taking anybody's seat unseen, and get the day's list."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.store.migrations import migrate
from tests.bot.store.steps import every_row_of

Capture = pytest.CaptureFixture[str]
SLOT = ("--service", "points", "--date", "2022-07-05", "--at", "10:00")


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    migrate(url)
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", url)
    monkeypatch.setenv("MADOGUCHI_CLOCK", "2022-07-01T10:00:00+09:00")
    return url


def booking(*arguments: str) -> int:
    return main(["booking", *arguments])


def ticket(capsys: Capture, *arguments: str) -> str:
    """Enter a booking; its ticket."""
    capsys.readouterr()
    assert booking("enter", *SLOT, *arguments) == 0
    return capsys.readouterr().out.split("\t")[0]


def test_a_telephone_booking_is_on_the_days_list(capsys: Capture) -> None:
    number = ticket(capsys, "--party", "2")
    assert booking("day", "--date", "2022-07-05") == 0
    shown = capsys.readouterr().out
    assert f"10:00\t10:30\tポイントの申込\t2\t{number}\t予約\t電話" in shown


def test_a_full_time_is_refused_with_what_is_free_next(capsys: Capture) -> None:
    ticket(capsys, "--party", "2")
    assert booking("enter", *SLOT) == 1
    assert "free: 2022-07-05 10:30" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("day", "at", "why"),
    [
        ("2022-07-09", "10:00", "土曜・日曜はお休み"),
        ("2022-07-18", "10:00", "祝日（海の日）"),
        ("2022-07-05", "11:30", "枠"),
        ("2022-07-01", "09:00", "過ぎて"),
    ],
)
def test_no_booking_where_the_desk_is_closed_or_the_time_is_past(capsys: Capture, day: str, at: str, why: str) -> None:
    assert booking("enter", "--service", "points", "--date", day, "--at", at) == 1
    assert why in capsys.readouterr().out


def test_a_spreadsheet_can_read_the_list(capsys: Capture, tmp_path: Path) -> None:
    number = ticket(capsys)
    file = tmp_path / "day.csv"
    assert booking("day", "--date", "2022-07-05", "--csv", str(file)) == 0
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in data
    heads, row = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert dict(zip(heads, row, strict=True))["受付番号"] == number


def test_closing_a_day_names_whom_it_hits_and_changes_nothing_unless_forced(capsys: Capture) -> None:
    number = ticket(capsys)
    assert booking("close", "--date", "2022-07-05", "--reason", "点検") == 1
    assert number in capsys.readouterr().out
    assert booking("enter", *SLOT) == 0, "the day is still open"
    assert booking("close", "--date", "2022-07-05", "--force") == 0
    assert booking("enter", "--service", "points", "--date", "2022-07-05", "--at", "13:00") == 1


def test_fewer_seats_take_nobodys_away(capsys: Capture) -> None:
    number = ticket(capsys, "--party", "2")
    assert booking("seats", "--date", "2022-07-05", "--service", "points", "--seats", "1") == 1
    assert number in capsys.readouterr().out
    assert booking("seats", "--date", "2022-07-06", "--service", "points", "--seats", "1") == 0
    assert booking("enter", "--service", "points", "--date", "2022-07-06", "--at", "10:00", "--party", "2") == 0
    assert booking("enter", "--service", "points", "--date", "2022-07-06", "--at", "10:00") == 1


def test_a_saturday_can_be_opened(capsys: Capture) -> None:
    assert booking("open", "--date", "2022-07-09", "--hours", "09:00-12:00") == 0
    assert booking("enter", "--service", "points", "--date", "2022-07-09", "--at", "09:00") == 0


def test_cancelled_seats_are_free_again_and_a_no_show_is_noted(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ticket(capsys, "--party", "2")
    assert booking("cancel", first.lower().replace("-", "")) == 0
    assert booking("cancel", first) == 1, "there is nothing left to cancel"
    second = ticket(capsys, "--party", "2")
    assert booking("no-show", second) == 1, "the visit has not begun"
    assert "has not begun" in capsys.readouterr().out
    monkeypatch.setenv("MADOGUCHI_CLOCK", "2022-07-05T10:31:00+09:00")
    assert booking("no-show", second) == 0
    booking("day", "--date", "2022-07-05")
    assert "来庁なし" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("day", "at", "why"),
    [
        ("2022-07-09", "10:00", "土曜・日曜はお休み"),
        ("2022-06-30", "10:00", "もう過ぎています"),
        ("2022-07-05", "10:10", "その時間の枠はありません"),
    ],
)
def test_what_cannot_be_entered_says_why_and_what_is_free_next(capsys: Capture, day: str, at: str, why: str) -> None:
    assert booking("enter", "--service", "points", "--date", day, "--at", at) == 1
    told, *free = capsys.readouterr().out.splitlines()
    assert why in told
    assert len(free) == 3
    assert all(line > f"  free: {day} {at}" for line in free)


def test_who_come_with_too_many_are_told_how_many_fit(capsys: Capture) -> None:
    assert booking("enter", *SLOT, "--party", "50") == 1
    assert "4人まで" in capsys.readouterr().out


def test_what_is_no_ticket_is_named(capsys: Capture) -> None:
    assert booking("cancel", "hello") != 0
    assert "hello" in capsys.readouterr().err


def test_a_service_that_is_misspelt_is_named_with_those_there_are(capsys: Capture) -> None:
    assert booking("enter", "--service", "pionts", *SLOT[2:]) != 0
    assert "there is no service 'pionts'; it may be points, insurance, both" in capsys.readouterr().err


def test_stopping_and_going_on(capsys: Capture) -> None:
    assert booking("stop", "--message", "点検中") == 0
    assert booking("resume") == 0
    assert booking("resume") == 1


def test_the_audit_agrees_and_a_rehearsal_gives_no_seat_twice(capsys: Capture) -> None:
    ticket(capsys)
    assert booking("audit") == 0
    assert booking("rehearse", "--residents", "8", "--at-once", "4") == 0
    shown = capsys.readouterr().out
    assert "findings of the audit 0" in shown
    assert "       8  booked" in shown
    assert "seats taken 8" in shown


def test_a_rehearsal_knows_what_staff_changed_and_touches_nothing(
    capsys: Capture, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_day = "2022-06-30"
    monkeypatch.setenv("MADOGUCHI_CLOCK", "2022-06-01T10:00:00+09:00")
    assert booking("close", "--date", first_day) == 0
    before = every_row_of(database)
    capsys.readouterr()
    assert booking("rehearse", "--residents", "2", "--at-once", "2") == 0
    shown = capsys.readouterr().out
    assert "1 change(s) by staff" in shown
    assert f"all wanting {first_day}" not in shown
    assert every_row_of(database) == before


def test_a_rehearsal_without_a_database_says_so(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    assert booking("rehearse", "--residents", "2", "--at-once", "2") == 0
    assert "with the pack's calendar alone" in capsys.readouterr().out
    assert not (tmp_path / "none.db").exists()


def test_seats_that_were_kept_when_staff_closed_the_day_are_no_fault(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket(capsys, "--party", "2")
    monkeypatch.setenv("MADOGUCHI_CLOCK", "2022-07-01T10:05:00+09:00")
    assert booking("close", "--date", "2022-07-05", "--force") == 0
    assert booking("audit") == 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("seats", "--date", "2022-07-05", "--seats", "-1"), "0 to 100"),
        (("seats", "--date", "2022-07-05", "--seats", "200"), "0 to 100"),
        (("close", "--date", "2022-06-01"), "2022-06-01 is not a day to change"),
        (("open", "--date", "2023-07-09", "--hours", "09:00-12:00"), "2023-07-09 is not a day to change"),
        (("open", "--date", "2022-07-09", "--hours", "12:00-09:00"), "09:00-12:00"),
        (("stop", "--message", "x", "--channel", "lineh"), "lineh"),
        (("enter", "--service", "points", "--date", "2022-07-05", "--at", "9"), "08:30"),
    ],
)
def test_what_cannot_be_is_refused_with_what_may(capsys: Capture, arguments: tuple[str, ...], named: str) -> None:
    with suppress(SystemExit):
        assert booking(*arguments) == 2
    assert named in capsys.readouterr().err
