"""On LINE a later day may be picked from a calendar: what comes back is the button of that day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.channels.line_events import read_events
from bot.channels.line_layout import messages_of
from bot.dialogue import Days, Pressed, Rendered, RenderedChoice
from tests.bot.booking_house import House, opened_house
from tests.desk import AT
from tests.fakes.line_events import Events
from tests.fakes.line_rules import faults_of

pytestmark = pytest.mark.anyio

Json = dict[str, Any]


def actions(message: Rendered) -> list[Json]:
    *_, last = messages_of(message)
    assert faults_of([last]) == []
    return [item["action"] for item in last["quickReply"]["items"]]


def pickers(message: Rendered) -> list[Json]:
    return [action for action in actions(message) if action["type"] == "datetimepicker"]


def picked(data: str, params: Json) -> Pressed:
    [received] = read_events({"events": [Events().press(7, data, params)]}, AT)
    assert isinstance(received.incoming.body, Pressed)
    return received.incoming.body


async def which_day(house: House) -> Rendered:
    await house.presses("anna", "booking", "booking:1.service=points", "booking:1.ready", "booking:1.party=1")
    return (await house.messages("anna"))[-1]


async def test_a_picked_day_shows_its_times_as_its_button_would(tmp_path: Path) -> None:
    async with opened_house(tmp_path) as house:
        [picker] = pickers(await which_day(house))
        assert picker["mode"] == "date"
        assert "2022-07-05" < picker["min"] == picker["initial"] < picker["max"]
        await house.presses("anna", picked(picker["data"], {"date": "2022-07-20"}).token)
        assert (await house.filling("anna")).day == "2022-07-20"
        assert (await house.said("anna"))[-1] == "booking.which_time"


async def test_a_picked_day_on_which_the_desk_is_closed_says_why(tmp_path: Path) -> None:
    async with opened_house(tmp_path) as house:
        [picker] = pickers(await which_day(house))
        await house.presses("anna", picked(picker["data"], {"date": "2022-07-23"}).token)
        assert "booking.closed_day" in await house.said("anna")


async def test_a_day_picked_in_an_old_calendar_shows_the_present_step(tmp_path: Path) -> None:
    async with opened_house(tmp_path) as house:
        [picker] = pickers(await which_day(house))
        await house.presses("anna", "booking")
        await house.presses("anna", picked(picker["data"], {"date": "2022-07-20"}).token)
        assert (await house.said("anna"))[-2:] == ["booking.past_step", "booking.which_service"]


@pytest.mark.parametrize(
    "params",
    [{"date": "2022-02-30"}, {"date": "20220720"}, {"date": "2022-W29-3"}, {"date": 5}, {"date": "２０２２-07-20"}, {}],
    ids=str,
)
async def test_what_is_no_day_is_as_if_nothing_had_been_picked(params: Json, tmp_path: Path) -> None:
    assert picked("booking:1.day=", params) == Pressed("booking:1.day=")
    async with opened_house(tmp_path) as house:
        await which_day(house)
        await house.presses("anna", picked("booking:1.day=", params).token)
        assert (await house.filling("anna")).day == ""


def test_a_calendar_comes_last_and_is_left_out_where_the_buttons_take_all_places() -> None:
    days = Days("2022-07-15", "2022-08-31", "day=")
    few = (RenderedChoice("7月5日", "a"), RenderedChoice("もっと先の日", "b", days), RenderedChoice("やめる", "c"))
    assert [action["type"] for action in actions(Rendered("どの日ですか。", few))] == [
        "postback", "postback", "postback", "datetimepicker"
    ]  # fmt: skip
    many = (*(RenderedChoice(f"{number}", f"t{number}") for number in range(12)), few[1])
    assert pickers(Rendered("どの日ですか。", many)) == []
    assert len(actions(Rendered("どの日ですか。", many))) == 13
