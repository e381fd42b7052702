from __future__ import annotations

import pytest

from bot.store import leases, outbox
from bot.store.engine import Engine
from tests.bot.store.steps import AT, MINUTE, claimed, keys_of, posted

pytestmark = pytest.mark.anyio


async def test_a_renewed_letter_stays_nobody_elses(engine: Engine) -> None:
    letter_ids = await engine.write(posted("a", leased_until=AT + MINUTE))
    assert await engine.write(leases.renew(letter_ids, AT, AT + 3 * MINUTE)) == 1
    assert await engine.write(claimed(AT + 2 * MINUTE)) == ()
    assert keys_of(await engine.write(claimed(AT + 3 * MINUTE))) == ["a"]


async def test_a_lease_that_ran_out_is_not_renewed(engine: Engine) -> None:
    letter_ids = await engine.write(posted("a", leased_until=AT + MINUTE))
    assert await engine.write(leases.renew(letter_ids, AT + MINUTE, AT + 3 * MINUTE)) == 0


async def test_a_letter_that_was_given_back_or_is_gone_is_not_renewed(engine: Engine) -> None:
    first, second = await engine.write(posted("a", "b", leased_until=AT + MINUTE))
    await engine.write(outbox.release([first]))
    await engine.write(outbox.delivered([second]))
    assert await engine.write(leases.renew([first, second], AT, AT + 3 * MINUTE)) == 0


@pytest.mark.parametrize("count", [0, 1, 3, 65])
async def test_any_number_of_letters_is_renewed(engine: Engine, count: int) -> None:
    letter_ids = await engine.write(posted(*map(str, range(count)), "last", leased_until=AT + MINUTE))
    assert await engine.write(leases.renew(letter_ids[:count], AT, AT + 3 * MINUTE)) == count
