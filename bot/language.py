"""The languages the desk answers in, and what a message seems to be written in.

Owns the guess only; which language a conversation uses is decided in `handlers/route.py`.
The guess never fails: what it cannot tell is UNKNOWN.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Language(StrEnum):
    """A language the desk answers in. The value is the code used in content and commands."""

    JA = "ja"
    JA_EASY = "ja-easy"
    EN = "en"


class Script(StrEnum):
    """What a message is written in, as far as its characters tell."""

    JA = "ja"
    JA_EASY = "ja-easy"
    EN = "en"
    ZH = "zh"
    KO = "ko"
    VI = "vi"
    UNKNOWN = "unknown"


_LONGEST = 2000
"""Characters looked at; a longer message does not change its language."""

_ANSWERED_IN = {
    Script.JA: Language.JA,
    Script.JA_EASY: Language.JA_EASY,
    Script.EN: Language.EN,
    Script.ZH: Language.JA_EASY,
    Script.KO: Language.EN,
    Script.VI: Language.EN,
}

_HANGUL = re.compile(r"[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
_HIRAGANA = re.compile(r"[\u3041-\u3096]")
_KATAKANA = re.compile(r"[\u30a1-\u30fa]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆]")
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_CHINESE_WORDS = re.compile(
    "[吗嗎么麼吧您你妳们們哪谁誰怎啥咋呢几這这那俩咱]"
    "|什[么麼]|幾[點点号號歲時时天]|可以|多少[钱錢分]|[我他她](?![^\u3400-\u9fff]|$)|請問|请问"
    "|不是|是不|不能|不知|最多能|能拿|能不|没有|沒有|了$|的$|在哪|星期|忘[了记記]|怎[么麼样樣]|停車場在|想要|需要帶|電話號|點開|點關"
)
_JAPANESE_ONLY = re.compile("[々〆込働峠畑枠匂枡辻円図駅発売読広応対気検険験単参経済続総実写庁処変]")

_VIETNAMESE = re.compile(r"[ăđĩơũưĂĐĨƠŨƯ\u1ea0-\u1ef9]")
_ALSO_VIETNAMESE = re.compile(r"[àáâãèéêìíòóôõùúýÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝ]")
_VIETNAMESE_SYLLABLES = """
toi ban khong bao nhieu dau nao gio duoc lam sao muon dang ky diem the mat khau den khi nguoi nhan cua chua phai
mang theo giay thu bay may mo hoi xin chao cam on
"""
_VIETNAMESE_BARE = frozenset(_VIETNAMESE_SYLLABLES.split())

_ROMAJI = re.compile(
    r"(?:(?:[kgsztdnhbpmrjf]|sh|ch|ts|[kgstznhbpmrj]y|w|y)?[aiueo]|n(?![aiueoy])|([kstpc])(?=\1)|t(?=ch))+"
)
_LONGEST_WORD = 40  # no Japanese word in Latin letters is longer, and hostile ones are
_ROMAJI_MARKS = re.compile(
    r"\b(?:desu|desuka|masuka|\w+masu|\w+masuka|\w+masen|\w+mashita|kudasai|\w+tai|\w+shii|doko|itsu|nan|nani|nanji|"
    r"nanyoubi|ikura|dare|dou|doushite|dousureba|arimasu|konnichiwa|ohayou|arigatou|onegai|onegaishimasu|moraeru|"
    r"dekiru|wakaranai|shiyakusho|tetsuzuki|moushikomi|chuushajou|mochimono|anshoubangou|wasureta)\b"
)

_BRANDS = """
aupay au dpay dbarai d id edy suica pasmo icoca waon nanaco quicpay paypay rakuten merpay linepay line pay visa jcb
mastercard master aeon ok ng qr pc pin nfc jpki ic app ios android iphone felica tel url
"""
_NAMES = frozenset(_BRANDS.split())

_PARTICLE_ENDS = re.compile(r"[はをにでがもとへの]$|(?:から|まで|より|ので|って|ても|たい|です|ます)$")


def noticed_script(text: str) -> Script:
    """What `text` seems to be written in. Numbers, signs and brand names alone are UNKNOWN.

    >>> noticed_script("駐車場"), noticed_script("几点开门")
    (<Script.JA: 'ja'>, <Script.ZH: 'zh'>)
    >>> noticed_script("もうしこみは いつまで ですか")
    <Script.JA_EASY: 'ja-easy'>
    """
    folded = unicodedata.normalize("NFKC", text[:_LONGEST])
    kana = len(_HIRAGANA.findall(folded)) + len(_KATAKANA.findall(folded))
    if len(_HANGUL.findall(folded)) > kana:
        return Script.KO
    if kana:
        return _japanese(folded, kana)
    if _HAN.search(folded):
        return _han(folded)
    if _LATIN.search(folded):
        return _latin(folded)
    return Script.UNKNOWN


def answer_language(script: Script) -> Language | None:
    """The language to answer in; None where the message does not tell.

    The desk does not write Chinese, Korean or Vietnamese: their readers get the easiest they are likely to read.
    """
    return _ANSWERED_IN.get(script)


def _japanese(text: str, kana: int) -> Script:
    if kana <= 1 and _is_chinese(text):
        return Script.ZH
    return Script.JA_EASY if _is_easy(text) else Script.JA


def _is_easy(text: str) -> bool:
    """Words set apart by spaces, mostly hiragana: how やさしい日本語 is written."""
    hiragana, katakana = len(_HIRAGANA.findall(text)), len(_KATAKANA.findall(text))
    han = len(_HAN.findall(text))
    phrases = [phrase.rstrip("。、？！?!.,") for phrase in text.split()]
    spaced = [phrase for phrase in phrases if _HIRAGANA.search(phrase) or _KATAKANA.search(phrase)]
    if len(spaced) < 2 or hiragana < katakana or hiragana < 2 * han or len("".join(spaced)) >= 9 * len(spaced):
        return False
    return (not katakana and not han) or any(_PARTICLE_ENDS.search(phrase) for phrase in phrases[:-1])


def _han(text: str) -> Script:
    return Script.ZH if _is_chinese(text) else Script.JA


def _is_chinese(text: str) -> bool:
    if _CHINESE_WORDS.search(text):
        return True
    foreign = sum(not _is_in_japanese_use(char) for char in _HAN.findall(text))
    return foreign > len(_JAPANESE_ONLY.findall(text))


def _is_in_japanese_use(char: str) -> bool:
    """Whether JIS X 0208, the set Japanese is typed in, has the character."""
    try:
        char.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return True


def _latin(text: str) -> Script:
    if _VIETNAMESE.search(text) or len(_ALSO_VIETNAMESE.findall(text)) >= 2:
        return Script.VI
    words = [word.lower() for word in _WORD.findall(_without_accents(text))]
    if all(word in _NAMES for word in words):
        return Script.UNKNOWN
    if _is_bare_vietnamese(words):
        return Script.VI
    return Script.JA if _is_romaji(words) else Script.EN


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def _is_bare_vietnamese(words: list[str]) -> bool:
    """Vietnamese typed without its marks: nearly every word is one of its common syllables."""
    return len(words) >= 2 and 4 * sum(word in _VIETNAMESE_BARE for word in words) >= 3 * len(words)


def _is_romaji(words: list[str]) -> bool:
    plain = [word for word in words if word not in _NAMES]
    return bool(_ROMAJI_MARKS.search(" ".join(plain))) and all(
        len(word) <= _LONGEST_WORD and _ROMAJI.fullmatch(word) for word in plain
    )
