"""Numbers that must never be typed into a chat, recognised before anything else looks at the text.

Owns the recognition only. What it finds is never returned, stored or logged: callers learn the kind of
danger, not the digits. It would rather warn once too often than keep a number once; but telephone numbers, dates and
sums are what residents ask about here, and those it lets through.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum

LONGEST = 4096
"""Characters looked at; whoever writes more is told that the text is too long, and nothing of it is used."""


class Danger(StrEnum):
    """What seems to have been typed. The value is the key of the warning under `guard.`."""

    INDIVIDUAL_NUMBER = "individual_number"
    SECRET = "secret"  # noqa: S105 - the name of a warning, not a password
    OTHER_NUMBER = "other_number"


_KANJI = "〇零一二三四五六七八九壱弐参"
_KANJI_DIGITS = str.maketrans(_KANJI, "00123456789123")
_INVISIBLE = frozenset({"Cf", "Mn", "Me"})

_URL = re.compile(r"https?://\S+")
_TELEPHONE = re.compile(r"(?<!\d)(?:\+81[\s-]?|0)\d{1,4}[\s\-()ー]{0,2}\d{1,4}[\s\-()ー]{0,2}\d{3,4}(?!\d)")
_TELEPHONE_DIGITS = frozenset({10, 11, 12})
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:[0-2]?\d|3[01])(?!\d)")

_GAP = r"[\s\-‐‑‒–—―−ー・.]{0,3}"
_TIGHT_TWELVE = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{11}}(?!{_GAP}\d)")
_TIGHT_LONG = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{12,18}}(?!\d)")
_CARD = re.compile(r"(?<!\d)(?:\d{16}|(?:\d{4}[\s\-]){3}\d{4})(?!\d)")
_DIGITS = re.compile(r"\d+")
_DIGITS_OR_KANJI = re.compile(rf"[\d{_KANJI}]+")

_UNITS = (
    r"(?:\s*(?:年|月|日|時|分|秒|円|えん|ポイント|点|歳|才|人|回|桁|けた|ケタ|つ|個|枚|件|弾|期|号|番|万|千|百|%|パーセント|"
    r"階|丁目|世紀|km|yen|points?|pt|people|years?|days?|digits?|am\b|pm\b|a\.m|p\.m|年度|엔|년|월|일|đồng|yên|元|日元))"
)
_CODE = re.compile(rf"(?<!\d)(?<!\d[:/.,])\d(?:[\s\-‐‑–−ー・.,、]?\d){{2,3}}(?![\d:/])(?![,.]\d)(?!{_UNITS})")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ROUND = re.compile(r"\d+00")
_PROGRAMME_YEARS = frozenset({"2020", "2021", "2022", "2023"})
_EMERGENCY = frozenset({"110", "118", "119", "171", "188", "189"})

_SECRET_WORDS = re.compile(
    r"暗証|暗唱|暗誦|暗号番号|あんしょう|アンショウ|パスワード|ぱすわーど|パスコード|パス(?:は|が|を|って)|ピンコード|ピンは|ピン番号|"
    r"(?<![a-z])pin(?![a-z])|pin\s?code|pass\s?(?:word|code)|署名用|"
    r"セキュリティ|せきゅりてぃ|セキュリテイ|security|(?<!qr)(?<!バー)(?<!バー )コード|こーど|"
    r"(?<![a-z])(?:code|cvv|cvc)(?![a-z])|[4四]\s?(?:桁|けた|ケタ)|"
    r"密码|密碼|安全码|安全碼|비밀번호|보안\s?코드|핀\s?번호|mật\s?khẩu|mã\s?pin|mã\s?bảo\s?mật",
    re.IGNORECASE,
)
_USED_AS_SECRET = re.compile(
    r"(?:番号は\s?|ナンバーは\s?)?(?<!\d)\d{4}\s?(?:で|に|を)\s?(?:ロック|登録|設定|合って|あって|間違|まちが|入れ|打)"
)
_SIGNING = re.compile(
    r"(?:パスワード|暗証番号|署名用は?|password)[^A-Za-z0-9]{0,6}(?:is\s)?"
    r"(?=[A-Za-z]{0,16}\d)(?=\d{0,16}[A-Za-z])[A-Za-z0-9]{6,16}(?![A-Za-z0-9])",
    re.IGNORECASE,
)

_MEMBER_WORDS = re.compile(
    r"口座|こうざ|決済(?:サービス)?\s?id|会員(?:番号|id)|ユーザー\s?id|カード番号|カードの番号|(?<![a-z])id(?![a-z])|"
    r"account|card\s?(?:number|no)|member",
    re.IGNORECASE,
)
_MEMBER_NUMBER = re.compile(
    rf"(?<!\d)\d(?:{_GAP}\d){{5,15}}(?!\d)(?!{_UNITS})|"
    r"(?<![A-Za-z0-9])(?!iphone|android|xperia|galaxy|pixel|windows|ios|aquos|mynumber)"
    r"(?=[A-Za-z]{0,20}\d)(?=\d{0,20}[A-Za-z])[A-Za-z0-9]{5,20}(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def danger_in(text: str) -> Danger | None:
    """The most serious kind of number that the first `LONGEST` characters of `text` seem to carry, or None.

    >>> danger_in("暗証番号は2749で合っていますか")
    <Danger.SECRET: 'secret'>
    >>> danger_in("数字4桁の暗証番号を忘れました") is None
    True
    """
    plain = _harmless_removed(_shown(text[:LONGEST]))
    if _CARD.search(plain):
        return Danger.OTHER_NUMBER
    if _has_individual_number(plain):
        return Danger.INDIVIDUAL_NUMBER
    if _TIGHT_LONG.search(plain):
        return Danger.OTHER_NUMBER
    if _is_only_a_code(plain) or _names_a_secret(plain):
        return Danger.SECRET
    if _MEMBER_WORDS.search(plain) and _MEMBER_NUMBER.search(plain):
        return Danger.OTHER_NUMBER
    return None


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


def _shown(text: str) -> str:
    """NFKC without what cannot be seen: a digit in a keycap (1️⃣) or split by a soft hyphen is a digit."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if unicodedata.category(char) not in _INVISIBLE)


def _harmless_removed(text: str) -> str:
    """Addresses of pages, telephone numbers and whole dates are no secrets, however many digits they have."""
    without_dates = _DATE.sub(" | ", _URL.sub(" | ", text))
    return _TELEPHONE.sub(_telephone_removed, without_dates)


def _telephone_removed(found: re.Match[str]) -> str:
    digits = sum(char.isdecimal() for char in found[0])
    is_one = digits in _TELEPHONE_DIGITS if found[0].startswith("+") else digits in {10, 11}
    return " | " if is_one else found[0]


def _has_individual_number(plain: str) -> bool:
    """Twelve digits in a row however they are set apart; with words between them, only with a true check digit."""
    if any(is_individual_number(number) for number in _twelves(plain)):
        return True
    found = _TIGHT_TWELVE.search(plain)
    return found is not None and not _are_sums(_DIGITS.findall(found[0]))


def _are_sums(groups: Sequence[str]) -> bool:
    """Round sums side by side (5000 7500 7500) are a question about money."""
    return len(groups) > 1 and all(_ROUND.fullmatch(group) for group in groups)


def _twelves(plain: str) -> Iterator[str]:
    """Every run of neighbouring groups of digits, also in kanji, that makes twelve together."""
    groups = [group.translate(_KANJI_DIGITS) for group in _DIGITS_OR_KANJI.findall(plain)]
    for start in range(len(groups)):
        run = _up_to_twelve(groups[start : start + 12])
        if sum(map(len, run)) == 12 and not _are_sums(run):
            yield "".join(run)


def _up_to_twelve(groups: Sequence[str]) -> list[str]:
    run: list[str] = []
    for group in groups:
        if sum(map(len, run)) >= 12:
            break
        run.append(group)
    return run


def _is_only_a_code(plain: str) -> bool:
    """Three or four digits and nothing else; a year, an emergency number or a round sum is none."""
    bare = plain.strip(" 　。.!?です")
    known = bare in _EMERGENCY | _PROGRAMME_YEARS or _ROUND.fullmatch(bare)
    return bool(re.fullmatch(r"\d(?:[-\s]?\d){2,3}", bare)) and not known


def _names_a_secret(plain: str) -> bool:
    if _USED_AS_SECRET.search(plain):
        return True
    if not _SECRET_WORDS.search(plain):
        return False
    in_kanji = re.search(r"(?<!\d)\d{4}(?!\d)", re.sub(rf"[^{_KANJI}]", " ", plain).translate(_KANJI_DIGITS))
    return bool(_SIGNING.search(plain) or in_kanji or _has_loose_code(plain))


def _has_loose_code(plain: str) -> bool:
    return any(not (_YEAR.fullmatch(code) and "年" in plain) for code in _CODE.findall(plain))
