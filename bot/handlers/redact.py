"""A question without what may point to a person, so that it can be kept; or no question at all.

It rather drops than keeps. The guard has looked before: a text in which it sees a danger does not come here.
What is taken out leaves a ＊ in its place.
"""

from __future__ import annotations

import re
import unicodedata

from bot.faq.names import name_spans

MARK = "＊"
LONGEST = 120
"""Characters of a question worth keeping; who writes more tells a story, and stories are told by persons."""

_MOST_MARKS = 3
_FEWEST_LETTERS = 2
_FEWEST_WORDS = 2

# Numbers.
_KANJI_DIGITS = "〇零一二三四五六七八九"
_DIGIT = rf"[\d{_KANJI_DIGITS}]"
_KANJI_NUMBER = rf"[{_KANJI_DIGITS}十百千万億壱弐参]"
_BETWEEN = r"(?:[^\w:]|_){0,3}"  # with the colon left out, a time of day is no long number
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_SPOKEN = r"(?:ぜろ|れい|まる|いち|にい|さん|よん|ご|ろく|なな|しち|はち|きゅう|きゅー)[\s、・]?"
_SPOKEN_SHORT = r"(?:(?:に|し|く|の)[\s、・]?)"
_SPOKEN_DIGITS = rf"(?:{_SPOKEN_SHORT}*{_SPOKEN}){{3,}}"
_SPELLED_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_NUMBERS = (
    rf"[+(]?{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{2,}}",
    rf"(?=[{_KANJI_DIGITS}十]*[百千万億]){_KANJI_NUMBER}{{3,}}|{_KANJI_NUMBER}{{4,}}",
    _SPOKEN_DIGITS,
    _SPOKEN_DIGITS.translate(_TO_KATAKANA),
    rf"\b{_SPELLED_DIGIT}(?:[\s,\-]+{_SPELLED_DIGIT}){{2,}}\b",
)
_CODE = (
    r"(?<![A-Z0-9])(?!(?:iphone|android|windows|ios|galaxy|pixel|xperia|aquos)\d{1,2}(?![A-Z0-9]))"
    r"(?!\d{1,2}-(?:digit|number|year|month|day|minute|hour)s?(?![A-Z]))"
    r"(?=[A-Z_\-]*\d)(?=[\d_\-]*[A-Z])[A-Z0-9_\-]{4,}(?![A-Z0-9])"
)

# Ways to reach somebody.
_URL = r"(?:https?://|www\.)[^\s、。「」()]+"
_EMAIL = r"[A-Z0-9_.%+\-]*@[A-Z0-9_.\-]+"
_DOMAIN = r"(?<![A-Z0-9])[A-Z0-9\-]+(?:\.[A-Z0-9\-]+)*\.[A-Z]{2,}(?![A-Z])(?:/[!-~]*)?"

# Days of birth and addresses.
_SOME = rf"[\d{_KANJI_DIGITS}十百元]{{1,4}}\s*"
_MONTH_AND_DAY = rf"{_SOME}月\s*{_SOME}日"
_BORN = r"\s*(?:生まれ|うまれ|生(?!活|命|徒|ま))"
_BIRTH = (
    rf"(?:明治|大正|昭和|平成|令和|西暦|(?<![A-Z])[MTSHR])?\s*{_SOME}年\s*"
    rf"(?:{_MONTH_AND_DAY}(?:{_BORN})?|{_BORN})|{_MONTH_AND_DAY}{_BORN}"
)
_TOWN = r"[一-鿿々ァ-ヺー]{0,12}\s*"
_STREET = (
    rf"{_TOWN}{_SOME}(?:丁目|番地|ちょうめ|ばんち)(?:{_SOME}(?:丁目|番地|番|号|の|-)?)*"
    rf"|{_TOWN}{_SOME}番\s*{_SOME}号?"
    r"|[一-鿿々ァ-ヺー]{1,12}\s*\d+(?:\s*[-‐‑–—−ー]\s*\d+)+"
    rf"|{_SOME}号室"
)

# Names: group 1 is what is hidden.
_SIGN = r"[^\s、。,.!?「」()・=:]"
_SAID = r"(?:です(?![かねよ])|でございます|だ(?:が|けど|よ)|と申|ともう|といい|と言い|[、。,.!?]|$)"
_CALLED = r"と(?:申し(?=[まあ上])|もうし(?=[まあ])|いいます(?!か)|言います(?!か)|呼んで|よんで)"
_ADDRESSED = r"(?:さん|さま|ちゃん(?!と))"
_KIN = (
    r"お?(?:母|父|祖母|祖父|兄|姉|弟|妹|子|奥|娘|息子|孫|客|嫁|婿|医者)|"
    r"職員|担当|担当者|皆|子供|看護師|旦那|赤|大家|市役所|役所|ヘルパー"
)
_KANA_KIN = r"お?(?:かあ|とう|ばあ|じい|ねえ|にい|こ|く|まご|むすめ|むすこ|きゃく|いしゃ)|たく|みな|あか|しょくいん"
_CONDITION = r"\d{1,2}\s?[歳才さ]|外国人|がいこくじん|日本人|未成年|高齢者|学生|留学生|会社員|市民|障害|対象"
_LATIN = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỹ"
_LATIN_CAPITAL = "A-Z" + "".join(filter(str.isupper, map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1EFA)))))
_LATIN_NAME = r"[^\W\d_][\w'’\-]*(?:\s+[^\W\d_][\w'’\-]*){0,2}"
_LABELLED = (
    r"(?:名前|なまえ|氏名|名字|苗字|みょうじ|フルネーム|ふりがな|フリガナ|住所|じゅうしょ|自宅|住まい)\s*[は:=]\s*"
    rf"({_SIGN}{{1,30}}?(?:[\s・]{_SIGN}{{1,12}}?)?)(?<![かたいてすん])\s*(?={_SAID})"
)
_I_AM = (
    rf"(?:私|わたし|わたくし|僕|ぼく|俺|おれ|自分|あたし|こちら)\s*(?:は|が|、|の名前は)\s*(?!{_CONDITION})"
    rf"({_SIGN}{{1,8}}?(?:\s{_SIGN}{{1,6}}?)?)(?<![かのんいてすた])\s*(?={_SAID})"
)
_BEGINS_WITH_KANA = (
    r"(?:^|[。!?]\s*)([ぁ-ゖァ-ヺー]{2,6}(?:[\s・]?[ぁ-ゖァ-ヺー]{1,6})?)"
    r"(?<!たい|いい|ない|しい|すい|るい|こう|よう|そう|のか|いん|てん)\s?(?=です(?![かねよ]))"
)
_MY_NAME_IS = (
    r"(?i:\b(?:my\s+(?:full\s+|first\s+|last\s+|family\s+)?name\s*(?:is|'s|:|=)|name\s*[:=]|call\s+me|i\s+am\s+called|"
    r"i\s+live\s+at|my\s+address\s+is|tôi\s+tên\s+là|tên\s+tôi\s+là|toi\s+ten\s+la|ten\s+toi\s+la)|\b(?:mr|mrs|ms|dr)\b\.?)"
    rf"\s+({_LATIN_NAME})"
)
_NAMES = (
    _LABELLED,
    rf"({_SIGN}{{1,16}}){_CALLED}",
    _I_AM,
    _BEGINS_WITH_KANA,
    rf"(?<![ぁ-ゖ])(?!(?:{_KANA_KIN}){_ADDRESSED})([ぁ-ゖ]{{2,8}}?)(?={_ADDRESSED})",
    rf"(?<![一-鿿々ァ-ヺ])(?!(?:{_KIN}){_ADDRESSED})([一-鿿々]{{1,5}}|[ァ-ヺー・]{{2,12}})(?={_ADDRESSED})",
    r"([A-Za-z][A-Za-z'\-]*(?:[ .]+[A-Za-z][A-Za-z'\-]*){0,3})(?=\s?(?:さん|さま|様|です(?![かねよ])))",
    r"((?i:[a-z'\-]+(?:\s+[a-z'\-]+)?))(?=\s+(?i:desu(?!\s?ka)|to\s+mou?shi|to\s+iimasu)|-san\b)",
    _MY_NAME_IS,
    r"(?:我叫|我的名字是|名字叫|姓名[是:]|我姓)([一-鿿]{1,4})",
    r"(?:이름은|저는|나는)\s*([가-힣]{2,4})(?=입니다|이에요|예요|이라고|라고)",
)
_NO_NAME = (
    "My|MyKey|MyNumber|Mynumber|Mynapoint|Mynaportal|Number|Numbers|Card|Cards|Point|Points|City|Hall|Office|Desk|"
    "Citizens|Division|Insurance|Pension|Ministry|Internal|Affairs|Bank|Post|Japan|Japanese|English|Chinese|Korean|"
    "Vietnamese|Tokyo|Google|Play|App|Store|Apple|Android|Windows|PayPay|Pay|Pass|Wallet|Line|Amazon|Visa|Suica|Pasmo|"
    "Waon|Nanaco|Rakuten|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|"
    "June|July|August|September|October|November|December|New|Year|What|Where|When|How|Can|Do|Is|Are|The|If|Please|"
    "Thank|Thanks|Nhật|Việt|Bản|Nam"
)
_CAPITALISED = (
    rf"(?<=[\w,;'’\)] )(?!(?:{_NO_NAME}|I)(?:s|['’](?:s|m|d|ll|ve))?(?![{_LATIN}]))"
    rf"([{_LATIN_CAPITAL}](?![{_LATIN_CAPITAL}])[{_LATIN}'’\-]+)"
)

# A password that is no number, so that the guard lets it pass.
_TELLING = (
    r"(?:パスワード|ぱすわーど|パスコード|暗証番号|合言葉|あいことば|(?:秘密|ひみつ)の?(?:言葉|ことば|番号|質問)?|"
    r"password|passcode|passphrase|secret|密码|密碼|비밀번호|mật khẩu)"
    r"[^\S\n]*(?:は|is|:|=|是|는|là)\s*[「\"']?(?![ぁ-ゖ一-鿿])\w+"
)


def _compiled(*patterns: str, flags: re.RegexFlag = re.IGNORECASE) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, flags) for pattern in patterns)


_HIDDEN_WHOLE = _compiled(_URL, _EMAIL, _DOMAIN, _BIRTH, _STREET, _CODE, *_NUMBERS)
_HIDDEN_WITHIN = _compiled(*_NAMES, _CAPITALISED, flags=re.NOFLAG)
(_TELLS_PASSWORD,) = _compiled(_TELLING)

_MARKS = re.compile(rf"{MARK}(?:[\s・\-]*{MARK})+")
_FORMS = re.compile(r"です|でした|ます|と申し|さん|desu|my name is|住所は|名前は", re.IGNORECASE)
_ENDS = " 、。,.!?・~〜ー-"
_WRITTEN_WITHOUT_SPACES = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def cleaned(text: str) -> str | None:
    """`text` in one spelling with numbers, addresses and names as ＊; None if it had better not be kept.

    Not kept: what is longer than 120 characters, names a password, is mostly ＊, or is a lone word in Latin letters.

    >>> cleaned("山田太郎ですが、090-1234-5678に電話をもらえますか？")
    '＊ですが、＊に電話をもらえますか'
    >>> cleaned("himitsu") is None
    True
    """
    plain = _plain(text)
    if len(text) > LONGEST or len(plain) > LONGEST or _TELLS_PASSWORD.search(plain):
        return None
    tidy = _MARKS.sub(MARK, _without_names(_without_numbers(plain))).strip(_ENDS)
    return tidy if _says_something(tidy) else None


def _plain(text: str) -> str:
    """NFKC with digits as 0 to 9, single spaces, and nothing that cannot be seen or sits on a letter."""
    return " ".join("".join(_seen(sign) for sign in unicodedata.normalize("NFKC", text)).split())


def _seen(sign: str) -> str:
    if sign.isdigit():
        return str(unicodedata.digit(sign))
    kind = unicodedata.category(sign)
    return " " if kind == "Cc" else "" if kind[0] in "CM" else sign


def _without_numbers(plain: str) -> str:
    for pattern in _HIDDEN_WHOLE:
        plain = pattern.sub(MARK, plain)
    return plain


def _without_names(plain: str) -> str:
    for start, end in reversed(name_spans(plain)):
        plain = plain[:start] + MARK + plain[end:]
    for pattern in _HIDDEN_WITHIN:
        plain = pattern.sub(_without_group, plain)
    return plain


def _without_group(match: re.Match[str]) -> str:
    whole, offset = match.group(), match.start()
    return whole[: match.start(1) - offset] + MARK + whole[match.end(1) - offset :]


def _says_something(tidy: str) -> bool:
    rest = _FORMS.sub("", tidy)
    if sum(sign.isalpha() for sign in rest) < _FEWEST_LETTERS or tidy.count(MARK) > _MOST_MARKS or "@" in tidy:
        return False
    words = [word for word in tidy.replace(MARK, " ").split() if word.strip(_ENDS)]
    return bool(_WRITTEN_WITHOUT_SPACES.search(tidy)) or len(words) >= _FEWEST_WORDS
