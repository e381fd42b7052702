"""What is kept of a question holds no number, no name and no address; what holds too many is not kept."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.dialogue import Desk, KeepQuestion, Kind
from bot.handlers.redact import LONGEST, cleaned
from tests.desk import Talk, small_desk

DIGITS = "0123456789０１２３４５６７８９〇零一二三四五六七八九①②③٣٤٥፩፪"


@pytest.fixture(scope="module")
def desk() -> Desk:
    return small_desk()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("090-1234-5678に電話をもらえますか", "＊に電話をもらえますか"),
        ("０９０ １２３４ ５６７８に電話をください", "＊に電話をください"),
        ("〇九〇一二三四五六七八に電話をください", "＊に電話をください"),
        ("ぜろきゅうぜろいちにいさんよんに電話をください", "＊に電話をください"),
        ("1️⃣2️⃣3️⃣の番号って何", "＊の番号って何"),
        ("call zero nine zero one two three please", "call ＊ please"),
        ("百二十三番の札", "＊番の札"),
        ("免許証AB1234567で申し込めますか", "免許証＊で申し込めますか"),
        ("taro@example.jpに届きますか", "＊に届きますか"),
        ("LINEの@taro_yamadaに届きますか", "LINEの＊に届きますか"),
        ("https://example.jp/x?y=1 を開いてしまった", "＊ を開いてしまった"),
        ("example.co.jp/login を開いてしまった", "＊ を開いてしまった"),
        ("昭和34年5月6日生まれでも申し込めますか", "＊でも申し込めますか"),
        ("本町三丁目3番1号から行けますか", "＊から行けますか"),
        ("本町3-1から行けますか", "＊から行けますか"),
        ("市役所の5号室はどこですか", "市役所の＊はどこですか"),
    ],
)
def test_numbers_and_addresses_become_a_mark(text: str, kept: str) -> None:
    assert cleaned(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("山田太郎ですが補聴器の補助はありますか", "＊ですが補聴器の補助はありますか"),
        ("渡邉凛音の補聴器", "＊の補聴器"),
        ("やまだたろうです。補聴器の補助は？", "＊です。補聴器の補助は"),
        ("オゴチュクウと申します。補聴器の補助は", "＊と申します。補聴器の補助は"),
        ("私は高橋、補聴器がほしい", "私は＊、補聴器がほしい"),
        ("名前は東山です。補聴器がほしい", "名前は＊です。補聴器がほしい"),
        ("たなかさんに聞いた補聴器の話", "＊さんに聞いた補聴器の話"),
        ("担当の鈴木さんはいますか", "担当の＊さんはいますか"),
        ("Nguyen Van Anさんの補聴器", "＊さんの補聴器"),
        ("yamada taro desu. hochouki wa doko", "＊ desu. hochouki wa doko"),
        ("my name is taro yamada, can I get a hearing aid?", "my name is ＊, can I get a hearing aid"),
        ("Can Taro Yamada get a hearing aid?", "Can ＊ get a hearing aid"),
        ("我叫王小明，有助听器补贴吗", "我叫＊,有助听器补贴吗"),
        ("제 이름은 김철수입니다 보청기 지원 있나요", "제 이름은 ＊입니다 보청기 지원 있나요"),
        ("Tôi tên là Nguyễn Văn An, tôi cần máy trợ thính", "Tôi tên là ＊, tôi cần máy trợ thính"),
    ],
)
def test_names_become_a_mark(text: str, kept: str) -> None:
    assert cleaned(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "補聴器の補助はありますか",
        "私は対象になりますか",
        "私は75歳ですが対象ですか",
        "名前は必要ですか",
        "お母さんの代わりに行けますか",
        "皆さんどうしていますか",
        "ちゃんと申し込めたか確認したい",
        "すまほがなくてもできますか",
        "マイナポイントと言いますか、給付金はありますか",
        "8:30から使えますか",
        "iPhone13で読めない",
        "Can I use My Number Card at City Hall",
        "清瀬市民でも行ける",
    ],
)
def test_a_question_without_a_person_in_it_is_kept_as_it_is(text: str) -> None:
    assert cleaned(text) == text


def test_spelling_that_says_nothing_is_evened_out_so_that_the_same_question_is_counted_once() -> None:
    assert cleaned("　ﾎﾁｮｳｷ  の補助は？？") == cleaned("ホチョウキ の補助は") == "ホチョウキ の補助は"


@pytest.mark.parametrize(
    "text",
    [
        "あ" * (LONGEST + 1),
        "㍿" * LONGEST,
        "himitsu-no-kotoba",
        "山田太郎",
        "山田太郎です",
        "123",
        "",
        "😀😀",
        "パスワードはhimitsuです。どこで変えますか",
        "ひみつの言葉はミドリガメ",
        "my password is sunshine, where do I change it",
        "山田太郎と佐藤花子と鈴木一郎と田中次郎の分",
        "あ＠い",
    ],
)
def test_what_is_long_or_mostly_a_person_or_may_be_a_password_is_not_kept(text: str) -> None:
    assert cleaned(text) is None


def test_the_longest_question_is_kept() -> None:
    assert cleaned("補聴器" * (LONGEST // 3)) is not None


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(DIGITS + " -－ー・あです山田")), max_size=LONGEST))
@example("電話は0\u200b9\u200b0です")
@example("電話は1\u03012\u03013\u0301です")
@example("二·七·四·九の番号")
def test_no_run_of_three_digits_survives_whatever_is_typed(text: str) -> None:
    kept = unicodedata.normalize("NFKC", cleaned(text) or "")
    assert not re.search(r"\d{3}|[〇零一二三四五六七八九]{3}", kept)
    assert not re.search(r"[\d〇零一二三四五六七八九](?:[\s\-.,・]?[\d〇零一二三四五六七八九]){2}", kept)


@given(
    st.from_regex(r"0\d{1,4}-\d{1,4}-\d{4}|0[5789]0\d{8}", fullmatch=True), st.sampled_from(["", "に電話", "番です"])
)
def test_no_telephone_number_survives(number: str, after: str) -> None:
    digits = "".join(str(int(sign)) for sign in number if sign.isdigit())
    kept = cleaned(f"補聴器のことで{number}{after}") or ""
    assert not any(digits[start : start + 3] in kept for start in range(len(digits) - 2))


def test_a_question_without_a_sure_answer_is_asked_to_be_kept_cleaned(desk: Desk) -> None:
    turn = Talk(desk).types("山田太郎ですが補聴器の補助はありますか")
    assert turn.says[0].kind in {Kind.ASK_OFFICE, Kind.DID_YOU_MEAN}
    assert turn.effects == (KeepQuestion("＊ですが補聴器の補助はありますか", "ja"),)


@pytest.mark.parametrize(
    "text",
    [
        "駐車場は無料ですか",
        "ごみの収集日はいつですか",
        "暗証番号は2749です",
        "123456789018",
        "メニュー",
        "山田太郎",
        "42",
    ],
)
def test_what_is_answered_or_warned_of_or_no_question_is_not_kept(desk: Desk, text: str) -> None:
    assert Talk(desk).types(text).effects == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ほちょうきの おかねは ありますか", "ja-easy"),
        ("rockets fly upward", "en"),
        ("火箭推进剂", "zh"),
    ],
)
def test_a_kept_question_says_in_which_language_it_is(desk: Desk, text: str, language: str) -> None:
    [kept] = Talk(desk).types(text).effects
    assert isinstance(kept, KeepQuestion)
    assert kept.language == language
