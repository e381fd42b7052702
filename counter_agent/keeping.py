"""PURE: the counter as kept on disk, so that a crash or a power cut forgets nobody and closes nothing.

What is the resident's is left out; a visit that was cut off comes back paused, without its card.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError

from counter_agent.visit import Reader, Stage, Visit
from counter_agent.waiting import Counter, Visitor

_COUNTER: Final[TypeAdapter[Counter]] = TypeAdapter(Counter)

_AS: Final = {
    Stage.CALLED: Stage.CALLED,
    Stage.PREPARED: Stage.CALLED,
    Stage.CARD_ON: Stage.CALLED,
    Stage.READING: Stage.CALLED,
    Stage.READ: Stage.PAUSED,
    Stage.FINISHING: Stage.PAUSED,
    Stage.PAUSED: Stage.PAUSED,
    Stage.STUCK: Stage.ENDING,
    Stage.ALARM: Stage.ALARM,
    Stage.ENDING: Stage.ENDING,
    Stage.CLOSED: Stage.CLOSED,
}
"""How a visit that was cut off at a stage comes back. The end still needs its evidence, the alarm its clerk."""


def dump(counter: Counter) -> str:
    """The counter as JSON, with nothing of the resident at the desk."""
    visit = counter.visit and _cut_off(counter.visit)
    return _COUNTER.dump_json(replace(counter, visit=visit, reader=Reader.LOST)).decode()


def load(text: str | None) -> Counter:
    """The counter as kept. What cannot be read (an older program's) is an empty counter: the tickets are on the list.

    Until the reader has said what lies on it, that is unknown.
    """
    if text is None:
        return Counter(reader=Reader.LOST)
    try:
        return _COUNTER.validate_json(text)
    except ValidationError:
        return Counter(reader=Reader.LOST)


def left_over(counter: Counter, day_begins: datetime) -> tuple[Visitor, ...]:
    """Those who wait since before the day began: they are not here any more."""
    return tuple(one for one in counter.waiting if one.checked_in_at < day_begins)


def _cut_off(visit: Visit) -> Visit:
    return replace(
        visit,
        stage=_AS[visit.stage],
        reader=Reader.LOST,
        seen=frozenset(),
        card=None,
        tries_left=None,
        consents=frozenset(),
        not_typed=None,
        pin_was_wrong=False,
        payment_service="",
        page_cleared=visit.page_cleared and visit.stage is Stage.CLOSED,
        is_cut_off=visit.was_read,
    )
