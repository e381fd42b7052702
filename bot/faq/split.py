"""Several questions in one message, taken apart so that each can be answered."""

from __future__ import annotations

import re

MOST = 3
"""Questions taken from one message; what comes after stays with the last."""

_END = re.compile(r"(?<=[？?！!。\n])|(?<=ますか)[、,\s]|(?<=ですか)[、,\s]|(?<=[a-z])\.\s")
_SENTENCE_END = re.compile(r"(?<=[？?！!。\n])|(?<=[a-z])\.\s")
_LEANS = re.compile(
    r"(?:それ|その|そこ|そう|これ|この(?!辺)|ほんで|そんで|でも|だけど|けど|なので|だから|だったら)"
    r"|どう(?:したら|すれば|すると|しますか|しよう)"
    r"|(?:but|so|then|in that case|even so|if so|is that|does that|is it|will that)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"[？?]|か[。．\s]*$|かな|のか|教えて|おしえて|知りたい|しりたい|どこ|いつ(?!も)|いくら|いくつ|何(?![度回]も|卒)|なに(?!とぞ)|なん|どう|どの|だれ|誰"
    r"|ください|下さい|\b(?:what|where|when|how|who|which|why|can|do|does|is|are|may|could|should|will)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"^(?:あと(?!から|で)|それと|それから|そして|また|ついでに|さらに|ちなみに|加えて|もう(?:一|ひと)つ|and|also|besides)(?:は)?[、,\s]*",
    re.IGNORECASE,
)
_SHORTEST = 4


def split_questions(text: str) -> tuple[str, ...]:
    """The questions in `text`, each with the statements that lead to it; one piece where there is one question.

    >>> split_questions("駐車場はありますか？あと、何時までですか？")
    ('駐車場はありますか？', '何時までですか？')
    >>> split_questions("車で行きます。駐車場はありますか。")
    ('車で行きます。駐車場はありますか。',)
    >>> split_questions("カードは要りますか。何度も行けません。")
    ('カードは要りますか。何度も行けません。',)
    """
    questions: list[str] = []
    waiting = ""
    for piece in filter(None, (piece.strip() for piece in _END.split(text))):
        waiting += piece
        if _ASKS.search(piece) and len(waiting) >= _SHORTEST:
            questions.append(waiting)
            waiting = ""
    kept = questions[:MOST]
    rest = "".join(questions[MOST:]) + waiting
    if rest:
        kept = [*kept[:-1], kept[-1] + rest] if kept else [rest]
    unlinked = tuple(_LINK.sub("", question) or question for question in kept)
    return unlinked if len(unlinked) > 1 else (text.strip(),)


def asks(sentence: str) -> bool:
    """Whether a sentence asks for something, and does not only tell.

    >>> asks("駐車場はありますか。"), asks("いつもお世話になっております。"), asks("We live here."), asks("Is it free?")
    (True, False, False, True)
    """
    return _ASKS.search(sentence) is not None


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text`, whether they ask or tell; one that leans on the sentence before stays with it.

    >>> sentences("車で行きます。駐車場はありますか。")
    ('車で行きます。', '駐車場はありますか。')
    >>> sentences("はじめまして。スマホがありません。それでも申し込めますか。")
    ('はじめまして。', 'スマホがありません。それでも申し込めますか。')
    """
    kept: list[str] = []
    for piece in filter(None, (piece.strip() for piece in _SENTENCE_END.split(text))):
        if kept and _LEANS.match(piece):
            kept[-1] += piece
        else:
            kept.append(piece)
    return tuple(kept)
