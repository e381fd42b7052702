"""The made-up day of training mode, from `training_day.yaml`. Nobody in it exists, and nothing of it is ever sent."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import yaml

from counter_agent.wire import Booking, Desk, Today

_DAY: Final = Path(__file__).parent / "training_day.yaml"
_TOKYO = timezone(timedelta(hours=9))
_SLOT = timedelta(minutes=30)


def training_day(now: datetime) -> Today:
    """A morning with bookings around `now`."""
    kept = yaml.safe_load(_DAY.read_text(encoding="utf-8"))
    return Today(
        day=now.astimezone(_TOKYO).date(),
        made_at=now,
        desk=Desk.model_validate(kept["desk"]),
        bookings=tuple(_booking(one, now) for one in kept["bookings"]),
    )


def _booking(kept: dict[str, Any], now: datetime) -> Booking:
    starts_at = now.replace(second=0, microsecond=0) + timedelta(minutes=kept.pop("minutes"))
    return Booking.model_validate({**kept, "starts_at": starts_at, "ends_at": starts_at + _SLOT, "version": 1})
