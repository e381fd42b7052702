"""A small desk for tests of the pure core: six entries, three languages, the real search."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from types import MappingProxyType

from bot.content import (
    Contact,
    Content,
    Entry,
    EntryKind,
    Formats,
    Localised,
    Notice,
    NoticeKind,
    Page,
    Source,
    Topic,
    documents,
    load_pack,
)
from bot.dialogue import Body, Conversation, Desk, Incoming, Pressed, Text, Turn
from bot.faq.search import Searcher
from bot.handlers.route import respond
from bot.language import Language
from bot.settings import read_settings

CAMPAIGN = date(2022, 7, 1)
AFTER = date(2026, 11, 22)
AT = datetime(2022, 7, 1, 1, 0, tzinfo=UTC)


def in_three(ja: str, easy: str, en: str) -> Localised:
    return MappingProxyType({Language.JA: ja, Language.JA_EASY: easy, Language.EN: en})


def entry(
    id_: str, ja: str, en: str, asks: tuple[str, ...], *, kind: EntryKind = EntryKind.FACT, until: date | None = date(2023, 2, 28),
    related: tuple[str, ...] = (),
) -> Entry:  # fmt: skip
    return Entry(
        id=id_,
        topic=id_.partition(".")[0],
        kind=kind,
        label=in_three(f"{ja[:12]}", f"{ja[:10]} やさしい", en[:20]),
        question=in_three(ja, ja, en),
        asks=MappingProxyType({"ja": asks, "en": (f"{en} please",)}),
        answer=in_three(f"回答 {id_}", f"こたえ {id_}", f"answer {id_}"),
        source=Source("support"),
        contact=Contact.CITY,
        valid_from=date(2022, 5, 23),
        valid_until=until,
        related=related,
    )


@cache
def real_formats() -> Mapping[Language, Formats]:
    return load_pack(read_settings({}).content).formats


def small_content() -> Content:
    entries = [
        entry("desk.parking", "駐車場は無料ですか", "Is parking free?", ("駐車場", "車で行けますか", "車をとめる場所"), related=("desk.hours",)),
        entry("desk.hours", "何時まで開いていますか", "What are your hours?", ("開庁時間", "受付時間を教えて", "何時から何時まで")),
        entry("contact.city", "市役所の電話番号は何番ですか", "What is the city's telephone number?", ("市民課の電話", "電話番号"), until=None),
        entry("chat.thanks", "ありがとうございます", "Thank you", ("助かりました", "どうもありがとう"), kind=EntryKind.CHAT, until=None),
        entry("elsewhere.garbage", "ごみの収集日はいつですか", "When is rubbish collected?", ("燃えるごみ", "粗大ごみの出し方"), kind=EntryKind.ELSEWHERE, until=None),
    ]  # fmt: skip
    topics = (
        Topic("contact", 20, in_three("電話", "でんわ", "Telephone"), ("contact.city",)),
        Topic("desk", 10, in_three("窓口", "まどぐち", "The desk"), ("desk.parking", "desk.hours")),
        Topic("chat", 0, in_three("会話", "かいわ", "Chat"), ("chat.thanks",)),
    )
    buttons = {
        "button.menu": "メニュー",
        "button.helped_yes": "役に立った",
        "button.forget_yes": "はい、消します",
        "failure.unexpected": "うまくいきませんでした",
    }
    texts = {language: MappingProxyType(buttons) for language in Language}
    words = {
        "menu": {"メニュー", "menu", "/menu"}, "help": {"ヘルプ", "help", "/help"}, "back": {"戻る", "back"}, "restart": {"最初から", "start over"},
        "languages": {"言語", "language"}, "forget": {"忘れて", "forget me", "/forget"}, "office": {"電話", "phone"},
        "yes": {"はい", "yes"},
        "no": {"no"},
        "helped": {"役に立った"},
        "lang:ja": {"日本語"}, "lang:ja-easy": {"やさしい日本語"}, "lang:en": {"英語", "english"},
    }  # fmt: skip
    return Content(
        pack_id="small",
        title=in_three("案内", "あんない", "Guide"),
        languages=tuple(Language),
        page=Page(
            "題",
            "1",
            "市",
            "https://example.jp/",
            date(2022, 5, 23),
            date(2022, 5, 23),
            MappingProxyType({"support": "窓口"}),
        ),
        values=MappingProxyType({}),
        topics=topics,
        entries=MappingProxyType({one.id: one for one in entries}),
        texts=MappingProxyType(texts),
        words=MappingProxyType({command: frozenset(typed) for command, typed in words.items()}),
        notices=(
            Notice("notice.changed", NoticeKind.BANNER, date(2022, 11, 14), date(2023, 2, 28)),
            Notice("notice.ended", NoticeKind.CLOSING, date(2023, 3, 1), None),
        ),
        synonyms=MappingProxyType({}),
        formats=real_formats(),
    )


def small_desk() -> Desk:
    content = small_content()
    return Desk(content, Searcher(documents(content), content.synonyms))


class Talk:
    """A conversation with the desk, event by event; only keys are looked at, never wording."""

    def __init__(self, desk: Desk, today: date = CAMPAIGN, conversation: Conversation | None = None) -> None:
        self.desk = desk
        self.today = today
        self.conversation = conversation or Conversation()
        self.turn: Turn | None = None

    def types(self, text: str) -> Turn:
        return self.does(Text(text))

    def presses(self, token: str) -> Turn:
        return self.does(Pressed(token))

    def does(self, body: Body) -> Turn:
        incoming = Incoming("test", "1", "a", AT, body)
        self.turn = respond(self.conversation, incoming, self.desk, self.today)
        self.conversation = self.turn.conversation
        return self.turn

    def on(self, today: date) -> Talk:
        self.today = today
        return self


def keys(turn: Turn) -> list[str]:
    return [phrase.key for say in turn.says for phrase in say.phrases]


def tokens(turn: Turn) -> list[str]:
    return [choice.token for say in turn.says for choice in say.choices]
