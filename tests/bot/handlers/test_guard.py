"""What must never be typed is recognised in every disguise; what merely looks like it is let through."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handlers.guard import Danger, danger_in, is_individual_number


@pytest.mark.parametrize(
    "text",
    [
        "123456789018",
        "マイナンバー 1357-2468-9012 です",
        "まいなんばー１２３４５６７８９０１２",
        "マイナンバーは123 456 789 012",
        "My Number: 1234 5678 9012",
        "一二三四五六七八九〇一八",
        "1234.5678.9012",
        "番号は1,2,3,4,5,6,7,8,9,0,1,8です",
        "1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9️⃣0️⃣1️⃣8️⃣",
        "1234/5678/9018",
        "1234|5678|9018",
        "(1234)(5678)(9018)",
        "1234    5678    9018",
        "12\u00ad34\u00ad5678\u00ad9018",
        "1234と5678と9018",
        "1234、それから5678、最後が9018",
        "一二三四五六七八901八",
        "123456789018 2022",
        "0120-95-0178に電話して123456789018と言いました",
    ],
)
def test_twelve_digits_are_an_individual_number(text: str) -> None:
    assert danger_in(text) is Danger.INDIVIDUAL_NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "暗証番号は2749で合っていますか",
        "コードは 8153 だけど、このまま申し込みできる？セキュリティコードのことです",
        "２７４９",
        "1234です",
        "暗証番号二七四九です",
        "暗証番号:0000",
        "パスワードは ２ ７ ４ ９",
        "下4桁は5678です",
        "my PIN is 1234",
        "私のpinは9 8 7 6",
        "CVVは 123",
        "password: ABC12345",
        "署名用パスワードはTARO1234です",
        "密码是8844",
        "비밀번호는 1234 입니다",
        "mật khẩu là 4821",
        "暗唱番号は2749",
        "4桁は2749です",
        "2749でロックされた",
        "番号は2749で登録した",
        "2-7-4-9",
        "パスは2749",
        "署名用はABC12345です",
        "暗証番号：2️⃣7️⃣4️⃣9️⃣.",
    ],
)
def test_pins_passwords_and_codes_are_secrets(text: str) -> None:
    assert danger_in(text) is Danger.SECRET


@pytest.mark.parametrize(
    "text",
    [
        "4242 4242 4242 4242",
        "口座番号は1234567です",
        "決済サービスIDはab12cd",
        "決済IDは123456789",
        "カード番号 4242424242424242",
    ],
)
def test_card_account_and_member_numbers_are_refused_too(text: str) -> None:
    assert danger_in(text) is Danger.OTHER_NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "数字4桁の暗証番号を忘れました",
        "電話番号下4桁ってなに",
        "0120-95-0178は何時から",
        "暗証番号の電話 0120-95-0178",
        "042-470-7722に電話",
        "090-1234-5678",
        "令和4年9月30日まで？",
        "2022年9月30日に暗証番号を変えた",
        "2022/07/01",
        "2023",
        "12:30に暗証番号を変えに行く",
        "暗証番号は8時30分から変えられますか",
        "5000円もらえる？",
        "公金受取口座7500円",
        "QRコードで20000円チャージ",
        "QRコード決済 20000",
        "pinは4桁ですか",
        "パスワードは3回間違えた",
        "セキュリティコードは3桁ですか",
        "iPhone13で決済IDは要る？",
        "PayPayのIDがわからない",
        "第2弾 7500",
        "2",
        "110",
        "一二三四五六七八九〇一二",
        "https://example.jp/1234567890123456 のパスワード",
        "5000、7500、7500で20000円？",
        "5000 7500 7500",
        "0120-95-0178 042-470-7722",
        "2022-06-30 2022-09-30",
        "20000",
        "15000",
        "7500",
        "1000",
        "100",
        "20220701",
        "コード 20000 チャージ",
        "4桁の番号って何ですか、2022年に作りました",
    ],
)
def test_numbers_that_are_no_secret_pass(text: str) -> None:
    assert danger_in(text) is None


@pytest.mark.parametrize(
    ("digits", "true"),
    [("123456789018", True), ("123456789010", False), ("12345678901", False), ("１２３４５６７８９０１８", False)],
)
def test_the_check_digit_is_verified(digits: str, true: bool) -> None:
    assert is_individual_number(digits) is true


@given(st.text(max_size=200))
def test_nothing_a_stranger_types_breaks_the_guard(text: str) -> None:
    danger_in(text)


@given(st.from_regex(r"\d{11}", fullmatch=True), st.sampled_from(["", "-", " ", "　", "ー"]))
def test_every_true_individual_number_is_caught_however_it_is_grouped(body: str, gap: str) -> None:
    body = "".join(str(int(digit)) for digit in body)
    number = next(body + str(check) for check in range(10) if is_individual_number(body + str(check)))
    assert danger_in(gap.join((number[:4], number[4:8], number[8:]))) is Danger.INDIVIDUAL_NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "password" * 7500,
        "1" * 60_000,
        "1 " * 30_000,
        "0-" * 30_000,
        "パスワードa1" * 8000,
        "id" * 30_000,
        "一" * 60_000,
    ],
)
def test_a_hostile_text_is_looked_at_in_a_moment(text: str) -> None:
    begun = time.perf_counter()
    danger_in(text)
    assert time.perf_counter() - begun < 1.0
