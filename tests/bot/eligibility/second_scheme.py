"""Another programme with other facts and values, in the mini pack: a scheme is data.

A town gives households heating vouchers: from November to February, to those who moved in by December; from January the
sum is higher and large households get something on top; what large households get was abolished in February.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.bot.mini_pack import TEXTS, MiniPack

VALUES = """\
opens:
  says: 申込開始
  unit: day
  history: [{from: 2023-10-01, value: 2023-11-01, source: {section: support, facts: [F1]}, checked_on: 2023-10-02}]
closes:
  says: 申込期限
  unit: day
  history: [{from: 2023-10-01, value: 2024-02-29, source: {section: support, facts: [F1]}, checked_on: 2023-10-02}]
moved_by:
  says: 転入の期限
  unit: day
  history: [{from: 2023-10-01, value: 2023-12-01, source: {section: support, facts: [F1]}, checked_on: 2023-10-02}]
many:
  says: 大家族とみなす人数
  unit: number
  history: [{from: 2023-10-01, value: 5, source: {section: support, facts: [F2]}, checked_on: 2023-10-02}]
voucher_yen:
  says: 灯油券
  unit: yen
  same_as: amounts.gift_yen
  history:
    - {from: 2023-10-01, value: 6000, source: {section: support, facts: [F2]}, checked_on: 2023-10-02}
    - {from: 2024-01-01, value: 7500, source: {section: support, facts: [F2]}, checked_on: 2024-01-04}
extra_yen:
  says: 大家族への上乗せ
  unit: yen
  history:
    - {from: 2023-10-01, value: 3000, source: {section: support, facts: [F3]}, checked_on: 2023-10-02}
    - {from: 2024-02-01, value: null, source: {section: support, facts: [F3]}, checked_on: 2024-02-01}
most_yen:
  says: 上限
  unit: yen
  history: [{from: 2023-10-01, value: 10500, source: {section: support, facts: [F2]}, checked_on: 2023-10-02}]
"""

RULE = """\
scheme: heating
says: 冬の灯油券
most_questions: 3
at_most: most_yen
without_value: ask
facts:
  home: {says: 住んでいるところ, kind: choice, options: {here: この町, elsewhere: ほかの町}}
  moved_in_on: {says: 転入した日, kind: past_day, only_if: この町に住んでいる, limit: moved_by}
  people: {says: 世帯の人数, kind: number, least: 1, most: 20}
statuses:
  open: {says: 申込可, counts: now}
  later: {says: 開始前, counts: later}
  not_for: {says: 対象外, counts: "no"}
  over: {says: 終了, counts: "no"}
  ask: {says: 要確認, counts: unknown}
versions:
  - from: 2023-10-01
    conditions:
      この町に住んでいる: {id: lives_here, if: home is here}
      間に合って転入した: {id: moved_in_time, all: [この町に住んでいる, moved_in_on is by moved_by]}
      間に合わない: {id: not_in_time, not: 間に合って転入した}
      始まっている: {id: begun, if: today is from opens}
    benefits:
      voucher:
        says: 灯油券
        gives: exactly
        dates: {opens_on: opens, closes_on: closes}
        cases:
          - {status: not_for, when: [間に合わない], steps: [call]}
          - {status: open, when: [始まっている], amount: voucher_yen, steps: [apply]}
          - {status: later, when: [間に合って転入した], amount: voucher_yen, steps: [apply]}
  - from: 2024-01-01
    conditions:
      この町に住んでいる: {id: lives_here, if: home is here}
      間に合って転入した: {id: moved_in_time, all: [この町に住んでいる, moved_in_on is by moved_by]}
      間に合わない: {id: not_in_time, not: 間に合って転入した}
      大家族である: {id: large, if: people is at least many}
      上乗せがない: {id: no_extra, any: [間に合わない, {not: 大家族である}]}
      終わった: {id: ended, if: today is after closes}
    benefits:
      voucher:
        says: 灯油券
        gives: exactly
        dates: {opens_on: opens, closes_on: closes}
        cases:
          - {status: over, when: [終わった], steps: [call]}
          - {status: not_for, when: [間に合わない], steps: [call]}
          - {status: open, when: [間に合って転入した], amount: voucher_yen, steps: [apply]}
      extra:
        says: 上乗せ
        gives: exactly
        cases:
          - {status: over, when: [終わった], steps: [call]}
          - {status: not_for, when: [上乗せがない], steps: [call]}
          - {status: open, when: [大家族である], amount: extra_yen, steps: [apply]}
answers:
  filler: [です, に]
  unsure: [わからない, i don't know]
  home: {here: [はい, この町], elsewhere: [いいえ, ほかの町]}
  moved_in_on: {by: [はい], after: [いいえ]}
  people: {}
"""

EXAMPLES = """\
examples:
"""

TEXT = """\
eligibility:
  step: {call: 電話, apply: 申込}
  heating:
    home: {name: 家, ask: どこ, why: なぜ, here: この町, elsewhere: ほかの町}
    moved_in_on: {name: 日, ask: いつ, why: なぜ, by: 前, after: 後}
    people: {name: 人数, ask: 何人, why: なぜ}
    benefit: {voucher: 券, extra: 上乗せ}
    status: {open: 可, later: 前, not_for: 外, over: 終, ask: 問}
"""


def write_scheme(pack: MiniPack, *, examples: str = "") -> None:
    """The scheme with its texts; without `examples`, with the ones that the rules say."""
    folder = "eligibility/heating"
    pack.write(f"{folder}/values.yaml", VALUES)
    pack.write(f"{folder}/rule.yaml", RULE)
    pack.write(f"{folder}/examples.yaml", EXAMPLES + (examples or "".join(worked_examples())))
    for language, source in (("ja", "ja"), ("ja-easy", "ja"), ("en", "en")):
        pack.write(f"texts/{language}.yaml", TEXTS[source] + TEXT)


def worked_examples() -> Iterator[str]:
    """One household on every day around every change."""
    for day, voucher, extra, now, total in _EXPECTED:
        gives = f"voucher: {voucher}" + (f", extra: {extra}" if extra else "")
        yield (
            f"  - {{id: d{day}, says: 五人家族, day: {day}, facts: {{home: here, moved_in_on: 2020-04-01, people: 5}}, "
            f"gives: {{{gives}}}, now: {now}, total: {total}}}\n"
        )


_EXPECTED = (
    ("2023-09-30", "ask", "", "unknown", "unknown"),
    ("2023-10-01", "later", "", 0, 6000),
    ("2023-10-02", "later", "", 0, 6000),
    ("2023-10-31", "later", "", 0, 6000),
    ("2023-11-01", "open", "", 6000, 6000),
    ("2023-11-02", "open", "", 6000, 6000),
    ("2023-11-30", "open", "", 6000, 6000),
    ("2023-12-01", "open", "", 6000, 6000),
    ("2023-12-02", "open", "", 6000, 6000),
    ("2023-12-31", "open", "", 6000, 6000),
    ("2024-01-01", "open", "open", 10500, 10500),
    ("2024-01-02", "open", "open", 10500, 10500),
    ("2024-01-31", "open", "open", 10500, 10500),
    ("2024-02-01", "open", "ask", "unknown", "unknown"),
    ("2024-02-02", "open", "ask", "unknown", "unknown"),
    ("2024-02-28", "open", "ask", "unknown", "unknown"),
    ("2024-02-29", "open", "ask", "unknown", "unknown"),
    ("2024-03-01", "over", "over", 0, 0),
)
