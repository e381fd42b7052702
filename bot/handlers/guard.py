"""Numbers that must never be typed into a chat, recognised before anything else looks at the text.

Owns the recognition only. What it finds is never returned, stored or logged: callers learn the kind of
danger, not the digits. It would rather warn once too often than keep a number once.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Danger(StrEnum):
    """What seems to have been typed. The value is the key of the warning under `guard.`."""

    INDIVIDUAL_NUMBER = "individual_number"
    SECRET = "secret"  # noqa: S105 - the name of a warning, not a password
    OTHER_NUMBER = "other_number"


_KANJI_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_NOT_KANJI_DIGIT = re.compile(r"[^〇零一二三四五六七八九]")

_SEPARATOR = r"[\s\-‐‑‒–—―−ー－・.,、_]{0,3}"
_TWELVE = re.compile(rf"(?<!\d)\d(?:{_SEPARATOR}\d){{11}}(?!{_SEPARATOR}\d)")
_LONG = re.compile(rf"(?<!\d)\d(?:{_SEPARATOR}\d){{12,18}}(?!\d)")
_URL = re.compile(r"https?://\S+")

_UNITS = (
    r"(?:\s*(?:年|月|日|時|分|秒|円|えん|ポイント|点|歳|才|人|回|桁|けた|ケタ|つ|個|枚|件|弾|期|号|番|万|千|百|%|パーセント|"
    r"階|丁目|世紀|km|yen|points?|pt|people|years?|days?|digits?|am\b|pm\b|a\.m|p\.m|年度|엔|년|월|일|đồng|yên|元|日元))"
)
_SHORT = re.compile(rf"(?<!\d)(?<!\d[:/.,])\d(?:[\s\-‐‑–−ー・.,、]?\d){{2,7}}(?![\d:/])(?!{_UNITS})")
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_PROGRAMME_YEARS = frozenset({"2020", "2021", "2022", "2023"})

_SECRET_WORDS = re.compile(
    r"暗証|あんしょう|アンショウ|パスワード|ぱすわーど|パスコード|ピンコード|ピンは|ピン番号|"
    r"(?<![a-z])pin(?![a-z])|pin\s*code|pass\s*(?:word|code)|"
    r"セキュリティ|せきゅりてぃ|セキュリテイ|security|(?<!qr)(?<!バー)(?<!バー )コード|こーど|"
    r"(?<![a-z])(?:code|cvv|cvc)(?![a-z])|下\s*[4４四]\s*(?:桁|けた)|下四桁|"
    r"密码|密碼|安全码|安全碼|비밀번호|보안\s*코드|핀\s*번호|mật\s*khẩu|mã\s*pin|mã\s*bảo\s*mật",
    re.IGNORECASE,
)
_SIGNING = re.compile(
    r"(?:パスワード|暗証番号|password)[^A-Za-z0-9]{0,6}(?:is\s+)?(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{6,16}",
    re.IGNORECASE,
)
_OTHER_WORDS = re.compile(
    r"口座|こうざ|決済(?:サービス)?\s*id|会員(?:番号|id)|ユーザー\s*id|カード番号|カードの番号|(?<![a-z])id(?![a-z])|account|card\s*(?:number|no)|member",
    re.IGNORECASE,
)
_MIXED = (
    r"(?<![A-Za-z0-9])(?!iphone|android|xperia|galaxy|pixel|windows|ios|aquos|mynumber)"
    r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{5,20}(?![A-Za-z0-9])"
)
_OTHER_NUMBER = re.compile(rf"(?<!\d)\d(?:{_SEPARATOR}\d){{5,15}}(?!\d)|{_MIXED}", re.IGNORECASE)
_TELEPHONE = re.compile(r"(?<!\d)(?:\+81[\s-]?|0)\d{1,4}[\s\-()（）ー－]{0,2}\d{1,4}[\s\-()（）ー－]{0,2}\d{3,4}(?!\d)")
_EMERGENCY = frozenset({"110", "118", "119", "171", "188", "189"})


def danger_in(text: str) -> Danger | None:
    """The most serious kind of number that `text` seems to carry, or None.

    >>> danger_in("暗証番号は2749で合っていますか")
    <Danger.SECRET: 'secret'>
    >>> danger_in("数字4桁の暗証番号を忘れました") is None
    True
    """
    plain = _URL.sub(" ", unicodedata.normalize("NFKC", text))
    if _LONG.search(plain):
        return Danger.OTHER_NUMBER
    if _TWELVE.search(plain) or _has_twelve_in_kanji(plain):
        return Danger.INDIVIDUAL_NUMBER
    return _short_danger_in(plain)


def is_individual_number(digits: str) -> bool:
    """Whether twelve digits carry the check digit of an individual number.

    番号法施行令8条, 総務省令85号5条: 11 - (sum of P_n·Q_n mod 11), 0 where the remainder is 0 or 1; P counted
    from the digit before the check digit, Q = n + 1 up to 6, n - 5 from 7 on.

    >>> is_individual_number("123456789018")
    True
    """
    if len(digits) != 12 or not (digits.isascii() and digits.isdecimal()):
        return False
    body, check = digits[:11], int(digits[11])
    total = sum(int(d) * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(body), start=1))
    remainder = total % 11
    return check == (0 if remainder <= 1 else 11 - remainder)


def _has_twelve_in_kanji(plain: str) -> bool:
    """Twelve digits written in kanji count only with a true check digit (「一二三…」 also occurs in words)."""
    return any(is_individual_number(re.sub(r"\D", "", run)) for run in _TWELVE.findall(_kanji_runs(plain)))


def _short_danger_in(plain: str) -> Danger | None:
    without_telephone = _TELEPHONE.sub(" ", plain)
    if _is_only_a_code(plain) or _names_a_secret(without_telephone):
        return Danger.SECRET
    if _OTHER_WORDS.search(without_telephone) and _OTHER_NUMBER.search(without_telephone):
        return Danger.OTHER_NUMBER
    return None


def _is_only_a_code(plain: str) -> bool:
    bare = plain.strip(" 　。.!?です")
    return bool(re.fullmatch(r"\d{3,8}", bare)) and bare not in _EMERGENCY | _PROGRAMME_YEARS


def _names_a_secret(plain: str) -> bool:
    if not _SECRET_WORDS.search(plain):
        return False
    in_kanji = re.search(r"(?<!\d)\d{4}(?!\d)", _kanji_runs(plain))
    return bool(_SIGNING.search(plain) or in_kanji or _has_loose_code(plain))


def _has_loose_code(plain: str) -> bool:
    return any(not (_YEAR.match(code) and "年" in plain) for code in _SHORT.findall(plain))


def _kanji_runs(plain: str) -> str:
    """Only the digits that were written in kanji, as ASCII: 「二七四九」, not the 4 of 「4桁」."""
    return _NOT_KANJI_DIGIT.sub(" ", plain).translate(_KANJI_DIGITS)
