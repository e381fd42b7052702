from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import Language, Script, answer_language, noticed_script

JA, EASY, EN, ZH, KO, VI, UNKNOWN = (
    Script.JA, Script.JA_EASY, Script.EN, Script.ZH, Script.KO, Script.VI, Script.UNKNOWN,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("駐車場", JA),
        ("受付時間", JA),
        ("市役所 何時", JA),
        ("ポイント いつまで", JA),
        ("マイナンバーカード 申請 期限", JA),
        ("コードは 8153 だけど、このまま申し込みできる？", JA),
        ("ﾏｲﾅﾎﾟｲﾝﾄ", JA),
        ("ちゅうしゃじょう", JA),
        ("nanji made aitemasu ka", JA),
        ("chuushajou wa doko desu ka", JA),
        ("My Number Card の申請", JA),
        ("PayPay 使用可能", JA),
        ("もうしこみは いつまで ですか", EASY),
        ("くるまを とめます。お金は かかりますか。", EASY),
        ("市役所に なにを もって いけば いいですか。", EASY),
        ("What are your hours?", EN),
        ("hours", EN),
        ("made in japan", EN),
        ("do you open on sunday", EN),
        ("几点开门几点关门？", ZH),
        ("什么时候截止", ZH),
        ("停車場在哪裡", ZH),
        ("我要預約", ZH),
        ("可以用PayPay吗", ZH),
        ("몇 시까지 하나요", KO),
        ("Mấy giờ mở cửa?", VI),
        ("may gio mo cua", VI),
        ("Xin chào", VI),
        ("Nha sĩ", VI),
        ("12:30", UNKNOWN),
        ("😀", UNKNOWN),
        ("", UNKNOWN),
        ("PayPay", UNKNOWN),
        ("Привет", UNKNOWN),
    ],
)
def test_a_message_seems_written_in(text: str, script: Script) -> None:
    assert noticed_script(text) is script


@pytest.mark.parametrize(
    ("script", "language"),
    [
        (JA, Language.JA),
        (EASY, Language.JA_EASY),
        (EN, Language.EN),
        (ZH, Language.JA_EASY),
        (KO, Language.EN),
        (VI, Language.EN),
        (UNKNOWN, None),
    ],
)
def test_the_answer_is_in_a_language_the_desk_writes(script: Script, language: Language | None) -> None:
    assert answer_language(script) is language


@given(st.text(st.characters(codec=None), max_size=300))
def test_the_guess_never_fails(text: str) -> None:
    assert noticed_script(text) in Script


@given(st.text("asthnkyo iu", max_size=200))
def test_the_guess_takes_no_long_time_over_what_might_be_romaji(text: str) -> None:
    assert noticed_script(text) in {Script.JA, Script.EN, Script.VI, Script.UNKNOWN}


def test_a_very_long_message_is_guessed_from_its_beginning() -> None:
    assert noticed_script("駐車場はどこですか" + "a" * 100_000) is Script.JA


@pytest.mark.parametrize(
    "text", ["desu " + "tsu" * 40 + "x", "desu " + "kk" * 2000, "masu " + "shi" * 1500, "n" * 4000 + " desu"]
)
def test_a_hostile_text_does_not_stop_the_service(text: str) -> None:
    begun = time.perf_counter()
    noticed_script(text)
    assert time.perf_counter() - begun < 1.0


@pytest.mark.parametrize("word", ["kitte", "zasshi", "matcha", "gakkou", "kippu"])
def test_doubled_consonants_are_still_japanese(word: str) -> None:
    assert noticed_script(f"{word} desu") is Script.JA
