"""Whether somebody asks for an appointment in words no list of ways of asking holds: a day, how many come, the desk.

"予約" alone has two senses and is asked back; a question about booking (is it needed? how long?) is a question.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from bot.handlers.when import names_a_moment

_BOOKING = re.compile(r"予約|よやく|アポ(?!リ)|\b(?:book(?:ing)?|reserve|reservation|appointment|schedule)\b")
_ANYHOW = re.compile(r"アポ(?!リ)|\b(?:book|make|get|schedule|set up|need|want|like)\b.*\bappointment\b")
"""An appointment is one at the desk, whatever else is said."""

_OCCASION = re.compile(
    r"窓口|まどぐち|支援|サポート|職員|来庁|来所|市役所|しやくしょ|手伝|てつだ|手続|てつづき|保険証|ほけんしょう|公金|受取口座"
    r"|枠|空き|あき|午前|午後|ごぜん|ごご|朝|夕方|[0-9一二三四五六七八九]+ ?(?:人|名|にん)"
    r"|家族|かぞく|夫婦|いっしょ|一緒"
    r"|\b(?:desk|slot|visit|counter|help|support|assistance|city hall|people|persons|family|morning|afternoon|come)\b"
)
_OTHERWISE = re.compile(
    r"変更|変え|かえ|替え|取り?消|とりけ|キャンセル|確認|忘れ|わすれ|行けな|いけな|来られな|遅|早め|早く|取った|とった|した(?:日|時|内容|の)"
    r"|されて|予約制|よやくせい|必要|ひつよう|要り|いります|いらない|不要|なし|なくて|せずに|しないと|意味|とは|違い|ちがい|なぜ|どうして|どうやって"
    r"|仕方|しかた|方法|取り方|いつから|いつまで|何日前|電話|でんわ|図書|ワクチン|検診|健診|接種|施設|体育館|会議室|レストラン|病院"
    r"|ホテル|保育"
    r"|\b(?:cancel|change|resched\w*|move|show|see|check|my booking|when|what|how|why|who|forgot|lost|can't|cannot|late"
    r"|need to|needed|do (?:i|we|you) (?:need|have)|necessary|required|must|without|mean|means|library|books|vaccine"
    r"|phone|call|facility|room|hotel|hospital|clinic)\b"
)
"""A question about booking, a booking that is made already, or one of something else."""


def is_to_book(text: str, today: date) -> bool:
    """Whether a text is a wish to come to the desk at some time.

    >>> day = date(2022, 7, 1)
    >>> [is_to_book(text, day) for text in ("7月4日の10時に予約できますか", "家族で予約したい", "book an appointment")]
    [True, True, True]
    >>> [is_to_book(text, day) for text in ("予約したい", "窓口は予約制ですか", "マイナポイントの予約", "予約の取消")]
    [False, False, False, False]
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    if not _BOOKING.search(plain) or _OTHERWISE.search(plain):
        return False
    return bool(_OCCASION.search(plain) or _ANYHOW.search(plain)) or names_a_moment(plain, today)
