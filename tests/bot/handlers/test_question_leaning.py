"""Questions that lean on an answer, with the town's own pack: on the last one, or on the one before in the message."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.dialogue import Conversation, Desk
from bot.handlers.leaning import named
from bot.language import Language
from bot.wiring import make_desk
from tests.desk import Talk, small_content

PACK = Path(__file__).parents[3] / "content" / "higashikurume-mynapoint"
PARKING = small_content().entries["desk.parking"]


@pytest.fixture(scope="module")
def desk() -> Desk:
    return make_desk(PACK)


def answers(desk: Desk, text: str, last: str | None = None) -> list[str | None]:
    turn = Talk(desk, date(2022, 7, 1), Conversation(last_entry_id=last)).types(text)
    return [say.entry_id for say in turn.says]


@pytest.mark.parametrize(
    ("last", "text", "entry"),
    [
        ("contact.hotline", "それは土曜も？", "contact.hotline_hours"),
        ("desk.staffed_hours", "それは土曜も？", "desk.weekend"),
        ("apply.spots", "そこでは何が必要ですか？", "items.spot"),
        ("card.get", "それはいつまで？", "deadlines.card"),
        ("round1.carry_over", "それはいつまでですか", "round1.carry_until"),
        ("items.pin_which", "それを忘れたらどうする", "items.pin_forgot"),
        ("desk.where", "そこに駐車場はありますか", "desk.parking"),
        ("desk.where", "持ち物は？", "items.support"),
    ],
)
def test_it_is_what_the_last_answer_was_about(desk: Desk, last: str, text: str, entry: str) -> None:
    assert answers(desk, text, last) == [entry]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("手続きスポットって何？そこでは何が必要ですか？", ["apply.spots", "items.spot"]),
        ("フリーダイヤルの番号は？それは土曜も？", ["contact.hotline", "contact.hotline_hours"]),
        ("窓口は何時までですか？お昼はどうですか？", ["desk.hours_any", "desk.lunch"]),
        ("Where is the desk? And when is it open?", ["desk.where", "desk.hours_any"]),
    ],
)
def test_the_second_question_of_a_message_leans_on_the_first(desk: Desk, text: str, entries: list[str]) -> None:
    assert answers(desk, text) == entries


def test_another_subject_stays_another_subject(desk: Desk) -> None:
    assert answers(desk, "それより詐欺が心配です", "desk.parking") == ["safety.scam"]


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("それは無料ですか", f"{PARKING.label[Language.JA]} は無料ですか"),
        ("じゃあ、そこは広いですか", f"{PARKING.label[Language.JA]} は広いですか"),
        ("Is it free?", f"Is {PARKING.label[Language.EN]} free?"),
        ("駐車場は無料ですか", None),
        ("これから行きます", None),
    ],
)
def test_the_name_stands_in_the_place_of_it(text: str, spelt: str | None) -> None:
    assert named(text, PARKING) == spelt


def test_nothing_is_named_before_the_first_answer() -> None:
    assert named("それは無料ですか", None) is None
