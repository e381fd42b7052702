"""A whole pack of one entry without a fault, for tests that then break one thing in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.content import check_pack
from bot.errors import Fault

PACK = """\
id: mini
languages: [ja, ja-easy, en]
title: {ja: 案内, ja-easy: あんない, en: Guide}
page:
  title: 題
  number: "1"
  publisher: 市
  url: https://www.example.jp/
  updated_on: 2022-05-23
  checked_on: 2022-06-01
  sections: {support: 窓口}
valid: {from: 2022-05-23, until: 2023-02-28}
values:
  contacts: {city: {number: 042-000-1234}}
  dates: {ends_on: 2023-02-28, opens_on: 2022-06-30}
  hours:
    staffed: [["08:30", "11:00"], ["13:00", "16:00"]]
  amounts: {gift_yen: 7500}
notices:
  - {text: notice.changed, kind: banner, from: 2022-11-14, until: 2023-02-28}
  - {text: notice.over, kind: closing, from: 2023-03-01, until: null}
"""

FAQ = """\
topic: desk
order: 10
label: {ja: 窓口, ja-easy: まどぐち, en: The desk}
entries:
  - id: desk.hours
    label: {ja: 時間, ja-easy: じかん, en: Hours}
    question: {ja: 何時までですか, ja-easy: なんじまで ですか, en: What are your hours?}
    asks:
      ja: [一, 二, 三, 四, 五, 六, 七, 八]
      ja-easy: [いち, に]
      en: [one, two, three, four, five]
      zh: [时间]
      ko: [시간]
      vi: [giờ]
    answer:
      ja: |
        平日の{{ hours.staffed | hours }}です。
        {% if today > dates.ends_on %}
        終わりました。
        {% endif %}
      ja-easy: 平日（へいじつ）の {{ hours.staffed | hours }}です。
      en: Weekdays, {{ hours.staffed | hours }}.
    source: {section: support, facts: [F58]}
    contact: city
    related: [desk.gift]
  - id: desk.gift
    label: {ja: 金額, ja-easy: おかね, en: Amount}
    question: {ja: いくらですか, ja-easy: いくら もらえますか, en: How much is it?}
    asks:
      ja: [九, 十, 百, 千, 万, 億, 兆, 京]
      ja-easy: [さん, よん]
      en: [six, seven, eight, nine, ten]
      zh: [多少]
      ko: [얼마]
      vi: [bao nhiêu]
    answer:
      ja: "{{ amounts.gift_yen | yen }}です（{{ dates.ends_on | month_end }}まで、{{ dates.ends_on | days_left }}）。"
      ja-easy: "{{ amounts.gift_yen | yen }}です。"
      en: "{{ amounts.gift_yen | yen }}."
    kind: general
    source: {name: 国の案内, url: "https://www.example.go.jp/", facts: [X01]}
    contact: none
    valid: {until: null}
  - id: desk.hello
    label: {ja: あいさつ, ja-easy: あいさつ, en: Hello}
    question: {ja: こんにちは, ja-easy: こんにちは。, en: Hello}
    asks:
      ja: [やあ, どうも, おはよう, こんばんは, もしもし, はじめまして, おーい, ハロー]
      ja-easy: [おはよう ございます, こんばんは。！]
      en: [hi, hey, good morning, good evening, greetings]
      zh: [你好]
      ko: [안녕]
      vi: [chào]
    answer: {ja: こんにちは。, ja-easy: こんにちは。, en: Hello.}
    kind: chat
    contact: none
"""

TEXTS = {
    "ja": """\
source:
  page: 出典：{{ page.updated_on | day }}「{{ section }}」
  general: 一般：{{ source_name }}（{{ source_url }}）
contact:
  hotline: 電話
  city: 市 {{ contacts.city.number }}
  both: 両方
  operator: 事業者
notice: {changed: 変わりました, over: 終わりました}
failure: {unexpected: うまくいきませんでした}
greeting: "{{ city }}へようこそ"
booking: {when: "{{ starts_on | weekday_day }}"}
button: {menu: メニュー}
words:
  menu: [メニュー, ＭＥＮＵ]
  back: [戻る]
formats:
  reiwa: 令和
  heisei: 平成
  months: [1月, 2月, 3月, 4月, 5月, 6月, 7月, 8月, 9月, 10月, 11月, 12月]
  weekdays: [月曜日, 火曜日, 水曜日, 木曜日, 金曜日, 土曜日, 日曜日]
  am: 午前
  pm: 午後
  day: "{{ era }}{{ '元' if era_year == 1 else era_year }}年{{ month }}{{ day }}日"
  weekday_day: "{{ era }}{{ era_year }}年{{ month }}{{ day }}日（{{ weekday }}）"
  month_end: "{{ era }}{{ era_year }}年{{ month }}末（{{ month }}{{ day }}日）"
  month: "{{ era }}{{ era_year }}年{{ month }}"
  time: "{{ half }}{{ hour % 12 }}時{% if minute %}{{ minute }}分{% endif %}"
  hours: "{% for span in spans %}{{ span.start }}から{{ span.end }}まで{% endfor %}"
  yen: "{{ number }}円"
  number: "{{ number }}"
  days_left: "あと{{ days }}日"
""",
    "en": """\
source:
  page: 'Source: {{ page.updated_on | day }}, "{{ section }}"'
  general: "General: {{ source_name }} ({{ source_url }})"
contact:
  hotline: Telephone
  city: City {{ contacts.city.number }}
  both: Both
  operator: Operator
notice: {changed: It changed, over: It is over}
failure: {unexpected: Something went wrong}
greeting: "Welcome to {{ city }}"
booking: {when: "{{ starts_on | weekday_day }}"}
button: {menu: Menu}
words:
  menu: [menu]
  back: [back]
formats:
  reiwa: Reiwa
  heisei: Heisei
  months: [January, February, March, April, May, June, July, August, September, October, November, December]
  weekdays: [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]
  am: a.m.
  pm: p.m.
  day: "{{ day }} {{ month }} {{ year }}"
  weekday_day: "{{ weekday }}, {{ day }} {{ month }} {{ year }}"
  month_end: "the end of {{ month }} {{ year }}"
  month: "{{ month }} {{ year }}"
  time: "{{ hour12 }}:{{ '%02d' % minute }} {{ half }}"
  hours: "{% for span in spans %}{{ span.start }} to {{ span.end }}{% endfor %}"
  yen: "{{ number }} yen"
  number: "{{ number }}"
  days_left: "{{ days }} days left"
""",
}


class MiniPack:
    """The pack in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in (("pack", PACK), ("faq/desk", FAQ), ("synonyms", "synonyms: {ペイ: [決済サービス]}\n")):
            self.write(f"{name}.yaml", text)
        for language, source in (("ja", "ja"), ("ja-easy", "ja"), ("en", "en")):
            self.write(f"texts/{language}.yaml", TEXTS[source])

    def write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Replace the first `old`, which must be there."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new, 1))

    def faults(self, today: date | None = None) -> tuple[Fault, ...]:
        return check_pack(self.folder, today)
