"""The line to the server over a network that comes and goes: nothing lost, nothing twice, and the clerk is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from counter_agent.__main__ import main
from counter_agent.errors import ServerRefused, SettingsError, Unreachable
from counter_agent.identity import read_identity
from counter_agent.reporting import called_of, check_in_of
from counter_agent.sending import FIRST_PAUSE_S, LONGEST_PAUSE_S, Sending
from counter_agent.settings import checked_server, read_settings
from counter_agent.spool import Spool
from counter_agent.uplink import Uplink, enrol
from counter_agent.wire import CheckIn, ConflictKind, ProblemCode
from tests.counter_agent.made_up import MORNING, TICKET, visit, visitor
from tests.counter_agent.served import CODE, TOKEN, CounterServer, served
from tests.fakes.server import bound

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def spooled(folder: Path) -> Iterator[Spool]:
    spool = Spool(folder / "spool.db")
    spool.put(check_in_of(visitor(), None, report_id="1" * 32))
    spool.put(called_of(visit(), report_id="2" * 32))
    try:
        yield spool
    finally:
        spool.close()


def sending_of(spool: Spool, line: Uplink, clock: Clock) -> Sending:
    return Sending(spool, line, clock=clock, changed=lambda: None)


async def test_reports_arrive_in_order_and_the_list_comes_back(tmp_path: Path) -> None:
    server = CounterServer()
    with served(server) as url, spooled(tmp_path) as spool:
        line = Uplink(url, TOKEN)
        await sending_of(spool, line, Clock()).once()
        await line.close()
        assert [one.report_id for one in server.reports] == ["1" * 32, "2" * 32]
        assert (spool.unsent(), spool.today(server.today.day)) == (0, server.today)


async def test_an_answer_that_was_lost_makes_no_second_report(tmp_path: Path) -> None:
    server = CounterServer()
    server.loses_answers = 2
    with served(server) as url, spooled(tmp_path) as spool:
        line = Uplink(url, TOKEN)
        sending = sending_of(spool, line, Clock())
        pauses = [await sending.once() for _ in range(3)]
        await line.close()
        assert pauses[:2] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S]
        assert (spool.unsent(), len(server.reports), len(server.bodies)) == (0, 2, 4)
        assert sending.offline_since is None


async def test_a_day_without_network_loses_nothing_and_says_since_when(tmp_path: Path) -> None:
    server, clock = CounterServer(), Clock()
    reserved = bound()
    port = reserved.getsockname()[1]
    reserved.close()
    with spooled(tmp_path) as spool:
        line = Uplink(f"http://127.0.0.1:{port}", TOKEN)
        sending = sending_of(spool, line, clock)
        pauses = []
        for _ in range(20):
            pauses.append(await sending.once())
            clock.now += timedelta(minutes=20)
        assert pauses[0] == FIRST_PAUSE_S
        assert pauses == sorted(pauses)
        assert pauses[-1] == LONGEST_PAUSE_S
        assert (sending.offline_since, spool.unsent()) == (MORNING, 2)
        with served(server, port=port):
            await sending.once()
        await line.close()
        assert (sending.offline_since, spool.unsent(), len(server.reports)) == (None, 0, 2)


async def test_a_new_report_is_tried_at_once_and_the_pauses_begin_anew(tmp_path: Path) -> None:
    """Who is at the desk should not wait out the pauses of the morning's outage."""
    server = CounterServer()
    server.fails_with = 503
    with served(server) as url, spooled(tmp_path) as spool:
        line = Uplink(url, TOKEN)
        sending = sending_of(spool, line, Clock())
        pauses = [await sending.once() for _ in range(6)]
        sending.look()
        pauses.append(await sending.once())
        await line.close()
        assert pauses[-2:] == [32 * FIRST_PAUSE_S, FIRST_PAUSE_S]


async def test_a_conflict_is_kept_for_the_clerk_and_stops_nothing(tmp_path: Path) -> None:
    server = CounterServer()
    server.conflicts[TICKET] = ConflictKind.CANCELLED
    with served(server) as url, spooled(tmp_path) as spool:
        line = Uplink(url, TOKEN)
        await sending_of(spool, line, Clock()).once()
        await line.close()
        conflicts = [one.conflict.conflict for one in spool.troubles() if one.conflict]
        assert (spool.unsent(), conflicts) == (0, [ConflictKind.CANCELLED] * 2)


async def test_a_report_that_is_refused_for_good_is_set_aside(tmp_path: Path) -> None:
    server = CounterServer()
    with served(server) as url, spooled(tmp_path) as spool:
        line = Uplink(url, TOKEN)
        await line.send(check_in_of(visitor("B-2"), None, report_id="1" * 32))
        await sending_of(spool, line, Clock()).once()
        await line.close()
        assert [one.refused for one in spool.troubles()] == [ProblemCode.REPORT_ID_REUSED.value]
        assert spool.unsent() == 0


async def test_a_counter_that_was_revoked_keeps_its_reports_and_says_so(tmp_path: Path) -> None:
    server = CounterServer()
    server.knows_token = False
    with served(server) as url, spooled(tmp_path) as spool:
        line = Uplink(url, TOKEN)
        sending = sending_of(spool, line, Clock())
        assert await sending.once() == LONGEST_PAUSE_S
        assert (sending.is_known, spool.unsent()) == (False, 2)
        server.knows_token = True
        await sending.once()
        await line.close()
        assert (sending.is_known, spool.unsent()) == (True, 0)


@pytest.mark.parametrize(("minutes", "is_wrong"), [(2, False), (3, True), (-3, True)])
async def test_a_clock_that_is_wrong_is_noticed(tmp_path: Path, minutes: int, *, is_wrong: bool) -> None:
    server, clock = CounterServer(), Clock()
    clock.now += timedelta(minutes=minutes)
    with served(server) as url, spooled(tmp_path) as spool:
        line = Uplink(url, TOKEN)
        sending = sending_of(spool, line, clock)
        await sending.once()
        await line.close()
        assert sending.clock_is_wrong is is_wrong


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_in_trouble_is_asked_again_later(status: int) -> None:
    server = CounterServer()
    server.fails_with = status
    with served(server) as url:
        line = Uplink(url, TOKEN)
        with pytest.raises(Unreachable, match=str(status)):
            await line.today(server.today.day)
        await line.close()


async def test_no_challenge_can_be_had_offline() -> None:
    server = CounterServer()
    with served(server) as url:
        line = Uplink(url, TOKEN)
        asked = await line.challenge("a" * 32)
        server.fails_with = 503
        with pytest.raises(Unreachable):
            await line.challenge("a" * 32)
        await line.close()
    assert len(bytes.fromhex(asked.challenge)) == 32


async def test_a_bad_code_enrols_nobody() -> None:
    with served(CounterServer()) as url:
        with pytest.raises(ServerRefused) as refused:
            await enrol(url, "000-000", "窓口1")
        assert refused.value.code is ProblemCode.CODE_REFUSED
        assert (await enrol(url, CODE, "窓口1")).token == TOKEN


def test_enrolling_keeps_the_key_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COUNTER_AGENT_HOME", str(tmp_path))
    with served(CounterServer()) as url:
        assert main(["enrol", CODE, "--name", "窓口1", "--server", url]) == 0
    identity = read_identity(tmp_path)
    assert (identity.token, identity.name) == (TOKEN, "窓口1")
    assert (tmp_path / "identity.json").stat().st_mode & 0o077 == 0
    assert TOKEN not in capsys.readouterr().out + repr(identity)


@pytest.mark.parametrize(
    "url", ["http://desk.example.jp", "ftp://127.0.0.1", "https://", "https://u:p@desk.example.jp"]
)
def test_only_https_goes_outside_this_pc(url: str) -> None:
    with pytest.raises(SettingsError, match="COUNTER_AGENT_SERVER"):
        checked_server("COUNTER_AGENT_SERVER", url)


def test_https_and_this_pc_are_servers() -> None:
    assert checked_server("S", "https://desk.example.jp/") == "https://desk.example.jp"
    assert checked_server("S", "http://127.0.0.1:8080") == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNTER_AGENT_PROT", "1"),
        ("COUNTER_AGENT_PORT", "many"),
        ("COUNTER_AGENT_PORT", "65536"),
        ("COUNTER_AGENT_SCRAMBLE", "maybe"),
        ("COUNTER_AGENT_CLOCK", "yesterday"),
        ("COUNTER_AGENT_CLOCK", "2022-07-01T09:00:00"),
        ("COUNTER_AGENT_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value})


async def test_the_token_is_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = CounterServer()
    with served(server) as url, spooled(tmp_path) as spool:
        line = Uplink(url, TOKEN)
        await sending_of(spool, line, Clock()).once()
        await line.close()
    assert "report answered kind=check_in" in caplog.text
    assert TOKEN not in caplog.text
    assert isinstance(server.reports[0], CheckIn)
