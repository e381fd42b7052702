"""The booking dialogue as a resident goes through it, typing and pressing, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.booking.bookings import Status
from tests.bot.booking_house import SLOT, START, House, desk, opened_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path) as house:
        yield house


async def to_the_days(house: House, address: str = "anna", people: str = "1人") -> str:
    return await house.says(address, "窓口サポートを予約したいです", "ポイントの申込", "全部そろう", people)


async def booked(house: House, *when: str, address: str = "anna", people: str = "1人") -> str:
    """The ticket of a booking made by typing."""
    await to_the_days(house, address, people)
    assert "予約できました" in await house.says(address, *when, "はい")
    return (await house.bookings(address))[-1].ticket


async def test_all_of_it_can_be_typed(house: House) -> None:
    await to_the_days(house)
    asked = await house.says("anna", "来週の火曜の10時半でお願いします")
    assert "令和4年7月5日（火曜日） 午前10時30分から午前11時まで" in asked
    ticket = await house.says("anna", "はい、")
    assert "予約できました" in ticket
    assert "市民課" in ticket


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("2時間かかりますか", "時間"),
        ("とうきょうから来てもいいですか", ""),
        ("9月30日までにカードを申請すれば良いですか", "申請"),
    ],
)
async def test_a_question_that_names_a_day_or_a_time_is_a_question(house: House, text: str, about: str) -> None:
    before = await to_the_days(house)
    assert await house.says("anna", text) == before
    assert about in await house.last("anna", 2)
    assert await house.bookings("anna") == ()


async def test_after_a_question_the_step_is_shown_in_whole(house: House) -> None:
    await to_the_days(house)
    asked = await house.says("anna", "7/5", "10時半")
    assert "この内容でよろしいですか" in asked
    assert await house.says("anna", "駐車場はありますか") == asked
    assert "予約の続きです" in await house.last("anna", 2)
    assert "予約できました" in await house.says("anna", "はい")


async def test_after_a_warning_the_step_is_shown_again(house: House) -> None:
    before = await to_the_days(house)
    assert await house.says("anna", "暗証番号は1234") == before
    assert "1234" not in await house.last("anna", 2)


async def test_after_a_change_of_language_the_step_is_shown_in_it(house: House) -> None:
    await to_the_days(house)
    await house.says("anna", "7/5", "10時半")
    asked = await house.says("anna", "English")
    assert "Is this right?" in asked
    assert "Tuesday, 5 July 2022, 10:30 a.m." in asked
    assert "You are booked" in await house.says("anna", "yes")


async def test_no_at_the_confirmation_goes_back_to_the_times(house: House) -> None:
    await to_the_days(house)
    times = await house.says("anna", "7/5")
    assert await house.says("anna", "10時半", "いいえ") == times


async def test_a_second_press_on_the_button_that_books_shows_the_ticket(house: House) -> None:
    await to_the_days(house)
    await house.says("anna", "7/5", "10時半")
    token = (await house.choices("anna"))["予約する"]
    await house.presses("anna", token)
    await house.presses("anna", token)
    assert "ご予約の内容です" in await house.last("anna")
    assert len(await house.bookings("anna")) == 1


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("今日", "締め切りました"),
        ("昨日", "令和4年6月30日（木曜日）は予約できません"),
        ("6/20", "令和4年6月20日（月曜日）は予約できません"),
        ("12/20", "から受け付けます"),
        ("7/9", "土曜・日曜はお休み"),
        ("7/18", "祝日（海の日）"),
        ("2023/3/1", "令和5年2月28日（火曜日）の分まで"),
    ],
)
async def test_a_day_that_cannot_be_booked_is_refused_with_the_reason(house: House, day: str, reason: str) -> None:
    await to_the_days(house)
    refused = await house.says("anna", day)
    assert "は予約できません" in refused
    assert reason in refused


@pytest.mark.parametrize("day", ["2/30", "2月29日でお願いします", "令和4年13月1日"])
async def test_a_day_that_no_calendar_has_is_said_to_be_none_and_the_days_are_shown_again(
    house: House, day: str
) -> None:
    before = await to_the_days(house)
    await house.says("anna", day)
    assert await house.last("anna", 2) == f"その日付はありません。もう一度お選びください。\n{before}"
    assert "午前8時30分から午前9時まで" in await house.says("anna", "7/5", "8時半")


async def test_while_changing_ones_own_seats_are_free_and_the_present_time_is_not_offered(house: House) -> None:
    await booked(house, "7/5", "9時", people="4人")
    await house.says("anna", "日時を変える")
    await house.says("anna", "7/5")
    offered = await house.choices("anna")
    assert "午前9時" not in offered
    assert {"午前8時30分", "午前9時30分"} <= set(offered)
    assert "変更しました" in await house.says("anna", "9時半", "はい")
    assert [f"{one.starts_at:%H:%M}" for one in await house.bookings("anna")] == ["00:30"]


async def test_while_changing_full_times_are_not_offered(house: House) -> None:
    await booked(house, "7/5", "9時", address="berta", people="2人")
    await booked(house, "7/6", "9時")
    days = await house.says("anna", "日時を変える")
    assert "空き待ち" not in days
    await house.says("anna", "7/5")
    assert "午前9時" not in await house.choices("anna")
    assert "満席" in await house.says("anna", "9時")
    assert "空きを待つ" not in await house.choices("anna")


async def test_that_it_is_too_late_is_said_at_the_first_press(house: House) -> None:
    await booked(house, "7/4", "8時半")
    house.now = datetime.fromisoformat("2022-07-04T08:10:00+09:00")
    assert "変更は令和4年7月4日（月曜日）の午前6時30分で締め切りました" in await house.says("anna", "日時を変える")


async def test_a_refusal_of_another_booking_leaves_the_open_dialogue_alone(house: House) -> None:
    ticket = await booked(house, "7/4", "8時半")
    await to_the_days(house)
    await house.says("anna", "7/5", "9時")
    house.now = datetime.fromisoformat("2022-07-04T08:00:00+09:00")
    await house.presses("anna", f"bookings:cancel={ticket}")
    assert "取り消しは" in await house.last("anna")
    assert "電話で聞く" in await house.choices("anna")


async def test_only_reminders_that_will_come_are_promised_and_offered(house: House) -> None:
    house.now = datetime.fromisoformat("2022-07-04T16:59:00+09:00")
    await to_the_days(house)
    await house.says("anna", "7/5", "10時")
    assert [label for label in await house.choices("anna") if "お知らせ" in label] == [
        "☑ 前日のお知らせ",
        "☐ 2時間前のお知らせ",
    ]
    house.now = datetime.fromisoformat("2022-07-04T17:01:00+09:00")
    assert "前日にお知らせします" not in await house.says("anna", "はい")
    await house.says("anna", "お知らせの設定")
    assert [label for label in await house.choices("anna") if "お知らせ" in label] == ["☐ 2時間前のお知らせ"]


async def test_stopping_a_change_is_called_so(house: House) -> None:
    await booked(house, "7/5", "9時")
    await house.says("anna", "日時を変える")
    assert "予約をやめる" not in await house.choices("anna")
    assert "いまの予約はそのままです" in await house.says("anna", "変更をやめる")


async def test_an_old_button_says_so_and_shows_the_present_step(house: House) -> None:
    before = await to_the_days(house)
    await house.presses("anna", "booking:999.party=2")
    assert await house.last("anna") == before
    assert "そのボタンは、もう使えません" in await house.last("anna", 2)


@pytest.mark.parametrize("service", ["公金受取口座の登録", "自分でパソコンを使う"])
async def test_what_is_not_booked_is_explained_and_a_question_then_comes_back_to_it(house: House, service: str) -> None:
    explained = await house.says("anna", "窓口サポートを予約したいです", service)
    assert await house.says("anna", "駐車場はありますか") == explained
    assert "どのご用件ですか" in await house.says("anna", "ほかの用件")


async def test_on_the_waiting_list_yes_takes_the_seat_that_became_free(house: House) -> None:
    ticket = await booked(house, "7/5", "10時", people="2人")
    await to_the_days(house, "berta")
    await house.says("berta", "7/5")
    assert "満席" in await house.says("berta", "10時")
    assert "空き待ちに登録しました（1番目）" in await house.says("berta", "空きを待つ")
    await house.presses("anna", f"bookings:cancel={ticket}")
    assert "取り消しました" in await house.says("anna", "はい")
    await house.sweeps(house.now)
    assert "空きが出ました" in await house.last("berta")
    accepted = await house.says("berta", "はい")
    assert "予約できました" in accepted
    assert "前日にお知らせします" in accepted
    assert [one.status for one in await house.bookings("berta")] == [Status.CONFIRMED]


async def test_whose_offer_ran_out_is_told_of_which_day_it_was(house: House) -> None:
    ticket = await booked(house, "7/5", "10時", people="2人")
    await to_the_days(house, "berta")
    await house.says("berta", "7/5", "10時", "空きを待つ")
    await house.presses("anna", f"bookings:cancel_yes={ticket}")
    await house.sweeps(START + timedelta(minutes=31))
    assert "令和4年7月5日（火曜日） 午前10時の空きは" in await house.last("berta")


@pytest.mark.parametrize("text", ["{wrong}", "受付番号は{wrong}です", "{wrong}です。"])
async def test_a_ticket_with_a_slip_is_told_to_have_one(house: House, text: str) -> None:
    assert "受付番号のどこかが違っている" in await house.says("anna", text.format(wrong="F222-F223"))


async def test_a_ticket_typed_sign_by_sign_is_found(house: House) -> None:
    ticket = await booked(house, "7/5", "10時")
    assert "ご予約の内容です" in await house.says("anna", " ".join(ticket.replace("-", "")))


async def test_somebody_elses_ticket_is_answered_like_none(house: House) -> None:
    ticket = await booked(house, "7/5", "10時", address="berta")
    theirs = await house.says("anna", ticket)
    assert theirs == await house.says("anna", "F222-F22P")
    assert "見つかりません" in theirs


async def test_ten_wrong_tickets_lock_for_a_while_also_out_of_ones_own(house: House) -> None:
    await booked(house, "7/5", "10時", address="berta")
    own = await booked(house, "7/6", "10時")
    for _ in range(10):
        await house.says("anna", "F222-F22P")
    assert "しばらく照会できません" in await house.says("anna", own)
    house.now += timedelta(days=1)
    assert "ご予約の内容です" in await house.says("anna", own)


async def test_once_the_programme_is_over_nothing_can_be_booked(house: House) -> None:
    await to_the_days(house)
    house.now = datetime.fromisoformat("2023-03-01T00:00:00+09:00")
    for text in ("予約", "窓口サポートを予約したいです"):
        assert "過ぎています" in await house.says("anna", text)
    await house.presses("anna", f"booking:1.time={SLOT}")
    assert "過ぎています" in await house.last("anna")


FIRST = [
    "予約を変更したい",
    "予約をキャンセルしたい",
    "予約の確認",
    "キャンセル待ち",
    "予約番号を忘れた",
    "F222-F22P",
    "I want to cancel my booking",
    "我想取消预约",
    "예약을 취소하고 싶어요",
    "Tôi muốn hủy lịch hẹn",
]


@pytest.mark.parametrize("text", FIRST)
async def test_ones_own_bookings_may_be_asked_for_first(house: House, text: str) -> None:
    assert "うまくお答えできませんでした" not in await house.says("anna", text)
    assert await house.choices("anna")
    assert house.turns.broken == 0
    await house.says("anna", "駐車場はありますか", text)
    assert house.turns.broken == 0


async def test_who_writes_chinese_is_told_which_languages_there_are_also_about_their_bookings(house: House) -> None:
    await house.says("anna", "我想取消预约")
    assert "本窗口只用日语" in await house.last("anna", 2)


async def test_whatever_begins_a_dialogue_can_be_the_first_message(house: House) -> None:
    content = desk().content
    asks = [ask for entry in content.entries.values() if entry.starts for texts in entry.asks.values() for ask in texts]
    for number, text in enumerate([*asks, *(word for words in content.words.values() for word in sorted(words))]):
        await house.types(f"resident {number}", text)
        assert await house.said(f"resident {number}"), text
    assert house.turns.broken == 0


@pytest.mark.parametrize(
    "text",
    [
        "7月5日の10時半に窓口を予約したい",
        "家族4人で予約したい",
        "健康保険証の登録を予約したい",
        "公金受取口座の登録を予約したい",
        "マイナポイントの申込支援を予約したい",
        "空いている日はいつですか",
        "I want to book an appointment",
        "book for two people tomorrow",
    ],
)
async def test_a_wish_to_come_to_the_desk_begins_the_booking(house: House, text: str) -> None:
    begun = await house.says("anna", text)
    assert ("What is it for?" if text.isascii() else "どのご用件ですか") in begun


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("予約したい", "窓口へ来る日時の予約ですか、マイナポイントの予約"),
        ("予約は必要ですか", "予約が必要だとは"),
        ("マイナポイントの予約とは何ですか", "申込の準備"),
        ("Do I need an appointment?", "appointment"),
        ("図書館の会議室を予約したい", "マイナポイント"),
    ],
)
async def test_what_only_sounds_like_a_booking_begins_none(house: House, text: str, shown: str) -> None:
    assert shown in await house.says("anna", text)
    assert "どのご用件ですか" not in await house.last("anna")


async def test_who_asks_to_book_while_booking_goes_on_where_they_are(house: House) -> None:
    before = await to_the_days(house)
    assert await house.says("anna", "家族4人で窓口を予約したい") == before


async def test_who_has_no_day_in_mind_gets_the_first_one_free(house: House) -> None:
    await booked(house, "7/4", "8時半", address="berta", people="2人")
    await to_the_days(house)
    assert "7月4日" in await house.says("anna", "一番早い日")
    assert "7月4日（月曜日） 午前9時から" in await house.says("anna", "いつでもいいです")


@pytest.mark.parametrize(
    ("text", "time"), [("午後", "午後1時から"), ("朝一番", "午前8時30分から"), ("十時半", "午前10時30分から")]
)
async def test_a_part_of_the_day_is_its_first_time(house: House, text: str, time: str) -> None:
    await to_the_days(house)
    await house.says("anna", "7/5")
    assert time in await house.says("anna", text)


async def test_who_has_as_many_bookings_as_allowed_is_told_before_choosing_a_day(house: House) -> None:
    await booked(house, "7/5", "10時")
    await booked(house, "7/6", "10時")
    assert "お一人2件まで" in await to_the_days(house)


@pytest.mark.parametrize("text", ["やっぱりやめる", "キャンセル", "stop"])
async def test_stopping_can_be_typed(house: House, text: str) -> None:
    await to_the_days(house)
    await house.says("anna", text)
    assert await house.bookings("anna") == ()
    assert "駐車場" in await house.says("anna", "駐車場はありますか")
