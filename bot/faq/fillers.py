"""What polite people say before and after their question, left out: it says nothing about what they want.

Only whole clauses at the ends go; 「持ち物を教えてください」 is the question; in
「持ち物は？教えてください。」 it stands before.
"""

from __future__ import annotations

import re

_GREETING = (
    r"すみません|すいません|ごめんなさい|申し訳(?:ない|ありません|ございません)|恐れ入ります|恐縮です|失礼(?:いた)?します"
    r"|(?:お忙しい|夜分|突然)[^、。]{0,6}(?:ところ|中|に|で)?[^、。]{0,12}|(?:いつも)?お世話になって(?:い|お)?ります"
    r"|お世話になります|こんにち[はわ]|こんばん[はわ]|おはようございます|はじめまして|初めまして"
)
_HESITATION = r"あのう?[ーぅ〜~]*|え[えーっ]*と[ーねぇ]*|ええ?と|うーんと?|んーと?|なんか"
_ANNOUNCEMENT = (
    r"(?:ちょっと|少し|一つ|ひとつ|1つ)?(?:お?(?:聞き|きき|伺い|尋ね|たずね|うかがい)|質問|相談|教えて|おしえて)"
    r"(?:し|いた|致)?(?:たい|ほしい|欲しい|いただきたい|もらいたい|ます|です|させてください|があります|があるのです)"
    r"(?:こと|もの)?(?:が|は)?(?:ある|あり)?(?:の|ん)?(?:です|ます)?"
)
_OPENING = re.compile(
    rf"^(?:(?:{_GREETING}|{_HESITATION}|{_ANNOUNCEMENT})(?:が|けど|けども|けれど|けれども)?[、,。.!\s]+)+"
)
_REQUEST = (
    r"(?:どうか|どうぞ|何卒|なにとぞ|ぜひ)?(?:教えて|おしえて|お?答えて|回答|ご?教示|ご?回答|案内)?(?:ください|下さい|くださいませ"
    r"|いただけますか|いただけませんか|いただけると助かります|くれますか|もらえますか|もらえませんか|欲しいです|ほしいです)"
)
_WISH = (
    r"(?:よろしく|宜しく)(?:です|ね|どうぞ|お願い(?:し|いたし|致し|申し上げ)?ます)?"
    r"|お願い(?:し|いたし|致し|申し上げ)ます"
)
_WONDERING = (
    r"(?:どう|どのように)(?:したら|すれば)(?:いい|よい|良い|よろしい)(?:の|ん)?(?:です|でしょう)か|(?:わか|分か)りますか"
    r"|ご存[知じ]ですか|気になります|気になっています|困って(?:い)?ます|知りたいです|(?:どうも)?ありがとうございます"
)
_CLOSING = re.compile(rf"(?<=[。?!])\s*(?:(?:{_REQUEST}|{_WISH}|{_WONDERING})[。、.?!\s]*)+$")
_FEWEST = 2
"""Letters of a question; where fewer would be left, the politeness was all there was."""


def without_fillers(text: str) -> str:
    """A folded question without the clauses that only frame it.

    >>> without_fillers("すみません、ちょっとお聞きしたいんですけど、駐車場はありますか?よろしくお願いします。")
    '駐車場はありますか?'
    >>> without_fillers("よろしくお願いします")
    'よろしくお願いします'
    """
    kept = _CLOSING.sub("", _OPENING.sub("", text))
    return kept if sum(map(str.isalnum, kept)) >= _FEWEST else text
