"""Operators let a counter enrol, see which there are, and take one's token away."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.arrivals import Arrivals
from bot.settings import read_settings
from bot.store.migrations import migrate
from bot.store.opened import opened
from bot.texts import Texts
from bot.wiring import start_clock
from counter_agent import wire
from tests.bot.counter_house import desk


@pytest.fixture(autouse=True)
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    migrate(url)
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", url)
    return url


def enrolled(url: str, code: str, name: str = "窓口1") -> wire.Enrolled | None:
    async def enrol() -> wire.Enrolled | None:
        content = desk().content
        assert content.booking is not None
        async with opened(url) as engine:
            clock = start_clock(read_settings({}))
            house = Arrivals(
                engine, content.booking, Texts(content), clock=clock, pushed=frozenset(), said=lambda: None
            )
            return await house.enrol(wire.EnrolRequest(code=code, name=name))

    return asyncio.run(enrol())


def test_a_code_is_printed_to_be_typed_on_the_counters_pc(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["counter", "enrol", "--minutes", "5"]) == 0
    code, told = capsys.readouterr().out.splitlines()
    assert f"counter-agent enrol {code}" in told
    assert "5 minutes" in told
    assert enrolled(url, code) is not None
    assert enrolled(url, code) is None


def test_a_code_is_not_kept_as_it_is(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["counter", "enrol", "--json"])
    code = json.loads(capsys.readouterr().out)["code"]
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir()).decode("utf-8", "replace")
    assert code not in kept
    assert code.replace("-", "") not in kept


def test_counters_are_listed_and_one_is_revoked_once(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["counter", "enrol", "--json"])
    known = enrolled(url, json.loads(capsys.readouterr().out)["code"])
    assert known is not None
    assert main(["counter", "list"]) == 0
    assert "may report  窓口1" in capsys.readouterr().out
    assert [main(["counter", "revoke", known.agent_id]) for _ in range(2)] == [0, 1]
    capsys.readouterr()
    assert main(["counter", "list", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["id"], listed["name"]) == (known.agent_id, "窓口1")
    assert listed["revoked_at"] is not None
    assert main(["counter", "list"]) == 0
    assert "revoked" in capsys.readouterr().out


@pytest.mark.parametrize("minutes", ["0", "-1", "soon"])
def test_a_code_for_no_time_is_refused(minutes: str) -> None:
    with pytest.raises(SystemExit):
        main(["counter", "enrol", "--minutes", minutes])
