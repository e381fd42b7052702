"""What holds for PostgreSQL alone: locks between replicas, a server that goes away, and what its faults may say."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

import asyncpg
import pytest

from bot.dialogue import Conversation
from bot.errors import StoreError
from bot.language import Language
from bot.store import conversations, inbox, locks, outbox
from bot.store.again import MOST_TRIES, Collided, write_again
from bot.store.engine import Engine, engine_at
from bot.store.instant import to_micros
from bot.store.migrations import check, migrate
from bot.store.postgres import DIALECT
from bot.store.unit import Work
from tests.bot.store.steps import AT, MINUTE, ON_POSTGRESQL, every_query, posted, run, say
from tests.bot.store.test_engines import taken, turns_of
from tests.postgres import PASSWORD, PostgresServer

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

T = TypeVar("T")
ROOT = Path(__file__).parents[3]
ALSO_WITHOUT_AN_INDEX = {"_select_feedback", "_select_version", "_select_all", "_delete_all", "_insert_letters[3]"}


class Gate:
    """Stops a work half-way until it is let through: a statement that waits for a lock somebody else holds."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> Self:
        self._connection = await asyncpg.connect(self._url.replace("+asyncpg", ""))
        await self._connection.execute("BEGIN")
        _, values = next(locks.alone("gate"))
        await self._connection.execute("SELECT pg_advisory_xact_lock($1)", values["key"])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()

    async def wait_for(self, waiting: int) -> None:
        """Until so many works of this database stand before a lock, this one or another."""
        sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        async with asyncio.timeout(10):
            while (await asyncio.to_thread(run, self._url, sql))[0][0] < waiting:  # noqa: ASYNC110  # it happens in the server
                await asyncio.sleep(0.02)

    async def open(self) -> None:
        await self._connection.execute("COMMIT")


def through_the_gate() -> Work[None]:
    yield from locks.alone("gate")


@ON_POSTGRESQL
async def test_who_waited_for_a_resident_sees_the_letters_put_meanwhile(
    engine: Engine, other_engine: Engine, url: str
) -> None:
    await engine.write(conversations.save("telegram", "taro", Conversation(), AT))

    def first() -> Work[None]:
        found = yield from conversations.find("telegram", "taro")
        yield from through_the_gate()
        assert found.conversation_id is not None
        yield from outbox.put(
            found.conversation_id, "telegram", "1", Language.JA, [say("a")], said_at=AT, not_before=AT
        )

    async with Gate(url) as gate:
        one = asyncio.create_task(engine.write(first()))
        await gate.wait_for(1)
        two = asyncio.create_task(other_engine.write(conversations.find("telegram", "taro")))
        await gate.wait_for(2)
        await gate.open()
        await one
    assert (await two).has_backlog


@ON_POSTGRESQL
async def test_somebody_who_writes_while_silent_ones_are_deleted_stays(
    engine: Engine, other_engine: Engine, url: str
) -> None:
    await engine.write(conversations.save("telegram", "taro", Conversation(turns=1), AT))

    def speaks() -> Work[None]:
        yield from conversations.find("telegram", "taro")
        yield from conversations.save("telegram", "taro", Conversation(turns=2), AT + 2 * MINUTE)
        yield from through_the_gate()

    async with Gate(url) as gate:
        one = asyncio.create_task(engine.write(speaks()))
        await gate.wait_for(1)
        two = asyncio.create_task(other_engine.write(conversations.expire(AT + MINUTE, 10)))
        await gate.wait_for(2)
        await gate.open()
        await one
    assert await two == 0
    assert await turns_of(engine) == 2


@ON_POSTGRESQL
async def test_works_that_lock_crosswise_collide_and_done_again_both_succeed(
    engine: Engine, other_engine: Engine
) -> None:
    ready = {"left": asyncio.Event(), "right": asyncio.Event()}
    tries: list[str] = []

    def crosswise(mine: str, theirs: str) -> Work[None]:
        tries.append(mine)
        yield from locks.alone(mine)
        ready[mine].set()
        while not ready[theirs].is_set():
            yield from locks.alone(mine)
        yield from locks.alone(theirs)
        yield from inbox.mark("telegram", mine, AT)

    await asyncio.gather(
        write_again(engine, lambda: crosswise("left", "right")),
        write_again(other_engine, lambda: crosswise("right", "left")),
    )
    assert len(tries) == 3
    assert not await engine.write(inbox.mark("telegram", "left", AT))
    assert not await engine.write(inbox.mark("telegram", "right", AT))


async def test_a_work_that_always_collides_is_given_up() -> None:
    engine = Colliding()
    with pytest.raises(Collided):
        await write_again(engine, lambda: inbox.mark("telegram", "1", AT))
    assert engine.tries == MOST_TRIES


class Colliding:
    """An engine on which every work dies for another's sake."""

    tries = 0

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def write(self, work: Work[T]) -> T:
        self.tries += 1
        raise Collided("always")

    async def read(self, work: Work[T]) -> T:
        raise Collided("always")


@ON_POSTGRESQL
async def test_a_restart_of_the_server_is_waited_for_before_a_work_begins(
    engine: Engine, url: str, postgres_server: PostgresServer
) -> None:
    await asyncio.gather(*(engine.write(taken(str(number))) for number in range(20)))
    await asyncio.to_thread(postgres_server.stop, at_once=True)
    work = asyncio.create_task(engine.write(taken("while it was away")))
    await asyncio.to_thread(postgres_server.start)
    assert await work
    assert await turns_of(engine) == 21


@ON_POSTGRESQL
async def test_a_work_cut_off_in_the_middle_is_undone_and_says_so(
    engine: Engine, url: str, postgres_server: PostgresServer
) -> None:
    def cut() -> Work[None]:
        yield from taken("1")
        yield from through_the_gate()

    async with Gate(url) as gate:
        work = asyncio.create_task(engine.write(cut()))
        await gate.wait_for(1)
        run(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        with pytest.raises(StoreError, match=r"PostgreSQL 127\.0\.0\.1:\d+/desk_\d+: write failed"):
            await work
    assert await engine.write(taken("1"))


@ON_POSTGRESQL
async def test_a_fault_says_nothing_of_the_row(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    conversation_id = await engine.write(conversations.save("telegram", "hanako-4711", Conversation(), AT))

    def breaks() -> Work[None]:
        yield from outbox.put(
            conversation_id + 1, "telegram", "1", Language.JA, [say("hanako")], said_at=AT, not_before=AT
        )

    try:
        await engine.write(breaks())
    except StoreError:
        logging.getLogger().exception("fault")
    assert "violates foreign key" in caplog.text
    assert f"({conversation_id + 1})" not in caplog.text


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda server: server.url("desk", password="wrong-secret"), "password authentication failed"),
        (lambda server: server.url("nowhere"), r'database "nowhere" does not exist'),
        (lambda server: server.url("desk").replace(str(server.port), "1"), "cannot be opened"),
    ],
    ids=["a wrong password", "no such database", "no such server"],
)
async def test_a_database_that_cannot_be_used_is_named_without_its_password(
    postgres_server: PostgresServer, spoil: Callable[[PostgresServer], str], says: str
) -> None:
    url = spoil(postgres_server)
    for use in (engine_at(url).open(), asyncio.to_thread(migrate, url), asyncio.to_thread(check, url)):
        with pytest.raises(StoreError, match=says) as refused:
            await use
        assert "PostgreSQL 127.0.0.1:" in str(refused.value)
        assert "wrong-secret" not in str(refused.value)
        assert PASSWORD not in str(refused.value)


@ON_POSTGRESQL
async def test_the_pool_is_as_large_as_the_address_says(url: str) -> None:
    engine = engine_at(f"{url}?pool_size=3")
    await engine.open()
    await asyncio.gather(*(engine.write(taken(str(number), f"resident {number}")) for number in range(50)))
    sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'madoguchi'"
    assert run(url, sql) == [(3,)]
    await engine.close()


HOLDER = """
import asyncio, sys
from bot.store import conversations, locks
from bot.store.engine import engine_at

def holds():
    yield from conversations.find("telegram", "taro")
    yield from locks.alone("gate")

async def main():
    engine = engine_at(sys.argv[1])
    await engine.open()
    await engine.write(holds())

asyncio.run(main())
"""


@ON_POSTGRESQL
async def test_a_killed_replica_holds_up_its_residents_no_longer(engine: Engine, url: str) -> None:
    async with Gate(url) as gate:
        holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, url, cwd=ROOT)
        await gate.wait_for(1)
        holder.kill()
        await holder.wait()
        await gate.open()
        async with asyncio.timeout(5):
            await engine.write(taken("1"))


@ON_POSTGRESQL
async def test_replicas_go_on_while_another_migrates(engine: Engine, url: str) -> None:
    migrating = asyncio.create_task(asyncio.to_thread(migrate, url))
    taken_meanwhile = 0
    while not migrating.done():
        assert await engine.write(taken(str(taken_meanwhile)))
        taken_meanwhile += 1
    await migrating
    assert await turns_of(engine) == taken_meanwhile > 0


@ON_POSTGRESQL
@pytest.mark.parametrize("name", sorted(every_query().keys() - ALSO_WITHOUT_AN_INDEX - {"_lock"}))
async def test_no_statement_has_to_read_through_a_table(url: str, name: str) -> None:
    compiled = every_query()[name].compiled(DIALECT)
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
        await connection.execute(f"PREPARE asked AS {compiled.sql}")
        nothing = ", ".join(["NULL"] * len(compiled.names))
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN EXECUTE asked({nothing})"))
    finally:
        await connection.close()
    assert "Seq Scan" not in plan


@ON_POSTGRESQL
async def test_letters_of_two_replicas_keep_their_order_in_ids(engine: Engine, other_engine: Engine, url: str) -> None:
    await asyncio.gather(
        *(one.write(posted("a", "b", event_id=str(n))) for n in range(25) for one in (engine, other_engine))
    )
    rows = run(url, "SELECT event_id, say FROM outbox ORDER BY id")
    assert len(rows) == 100
    pairs = [rows[place : place + 2] for place in range(0, 100, 2)]
    assert all(first[0] == second[0] and first[1] != second[1] for first, second in pairs)


@ON_POSTGRESQL
async def test_a_claim_takes_no_more_than_its_limit_whatever_the_plan(engine: Engine, url: str) -> None:
    for resident in range(200):
        await engine.write(posted("a", address=f"resident {resident}"))
    for settings in (
        "enable_hashjoin = off; SET enable_mergejoin = off",
        "enable_seqscan = off; SET enable_nestloop = off",
        "enable_material = off; SET enable_hashagg = off",
    ):
        run(url, "ANALYZE")
        assert len(await claimed_under(url, settings)) == 7


async def claimed_under(url: str, settings: str) -> list[asyncpg.Record]:
    compiled = every_query()["_lease_letters[3]"].compiled(DIALECT)
    values = {"now": to_micros(AT), "until": to_micros(AT + MINUTE), "limit": 7}
    channels = {f"channel_{place}": "telegram" for place in range(3)}
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(f"SET {settings}")
        return list(await connection.fetch(compiled.sql, *compiled.arguments({**values, **channels})))
    finally:
        await connection.close()
