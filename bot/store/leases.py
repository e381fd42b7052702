"""How long a letter is one process's to send: made longer while the sending goes on.

Leases are taken with `outbox.claim` or `outbox.put`, and given back with `outbox.release`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Executable, bindparam, update

from bot.store.instant import to_micros
from bot.store.query import Dialect, QueryFamily
from bot.store.schema import is_pending, outbox
from bot.store.unit import Work

MOST_AT_ONCE = 64


def renew(letter_ids: Sequence[int], now: datetime, until: datetime) -> Work[int]:
    """Keep letters until a later instant; how many. One whose lease ran out is not kept: it may be another's by now."""
    kept = 0
    for start in range(0, len(letter_ids), MOST_AT_ONCE):
        part = letter_ids[start : start + MOST_AT_ONCE]
        size = 1 << (len(part) - 1).bit_length()  # few shapes of SQL serve every number of ids
        ids = {f"id_{place}": part[min(place, len(part) - 1)] for place in range(size)}
        kept += len((yield _prolong.of(size).bind(now=to_micros(now), until=to_micros(until), **ids)))
    return kept


@QueryFamily
def _prolong(_: Dialect, count: int) -> Executable:
    theirs = outbox.c.id.in_([bindparam(f"id_{place}") for place in range(count)])
    is_leased = outbox.c.leased_until > bindparam("now")
    longer = update(outbox).values(leased_until=bindparam("until"))
    return longer.where(theirs, is_leased, is_pending(outbox)).returning(outbox.c.id)
