"""Operators see what was given up and why, and can have it sent again."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.dialogue import Conversation, Kind, Phrase, Say
from bot.language import Language
from bot.store import conversations, outbox
from bot.store.migrations import migrate
from bot.store.opened import opened
from bot.store.unit import Work

AT = datetime(2022, 7, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    migrate(url)
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", url)
    return url


@pytest.fixture
def letter(url: str) -> int:
    """The number of a letter that was given up."""

    def work() -> Work[int]:
        resident = yield from conversations.save("telegram", "7", Conversation(), AT)
        said = (Say(Kind.NOTICE, (Phrase("greeting"),)),)
        (number,) = yield from outbox.put(resident, "telegram", None, Language.JA, said, said_at=AT, not_before=AT)
        yield from outbox.give_up(number, AT, "unreachable")
        return number

    async def put() -> int:
        async with opened(url) as engine:
            return await engine.write(work())

    return asyncio.run(put())


def pending(url: str) -> tuple[int, ...]:
    async def read() -> tuple[int, ...]:
        async with opened(url) as engine:
            return tuple(one.id for one in await engine.write(outbox.claim(("telegram",), AT, AT, 10)))

    return asyncio.run(read())


def test_what_was_given_up_is_listed_with_its_reason(letter: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["letters"]) == 0
    shown = capsys.readouterr().out
    assert f"{letter}" in shown
    assert "unreachable" in shown
    assert "greeting" not in shown, "not what it said"


def test_it_is_listed_for_programs_too(letter: int, capsys: pytest.CaptureFixture[str]) -> None:
    main(["letters", "--json"])
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["id"], listed["error"]) == (letter, "unreachable")


def test_one_is_sent_again(letter: int, url: str) -> None:
    assert main(["letters", "--resend", str(letter)]) == 0
    assert pending(url) == (letter,)


def test_one_is_let_go(letter: int, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["letters", "--drop", str(letter)]) == 0
    assert main(["letters", "--resend", str(letter)]) == 1
    assert "no such letter" in capsys.readouterr().out


def test_an_unknown_number_is_named(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["letters", "--drop", "99"]) == 1
    assert "99" in capsys.readouterr().out
