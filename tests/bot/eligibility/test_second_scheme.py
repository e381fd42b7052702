"""A second programme with other facts, values and versions works as data alone, and each fault of its files is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.content import load_pack
from bot.eligibility.answers import Understood, read_answer
from bot.eligibility.decision_table import decision_table
from bot.eligibility.evaluate import Evaluation, evaluate
from bot.eligibility.facts import parse_facts
from bot.eligibility.prove import prove
from bot.eligibility.questions import Answer, Interview, next_question
from bot.eligibility.rules import Scheme
from bot.eligibility.trace import trace
from bot.errors import ContentError
from tests.bot.eligibility.second_scheme import write_scheme
from tests.bot.mini_pack import MiniPack

FOLDER = "eligibility/heating"
NEW_YEAR = date(2024, 1, 10)


@pytest.fixture
def pack(tmp_path: Path) -> MiniPack:
    pack = MiniPack(tmp_path)
    write_scheme(pack)
    return pack


@pytest.fixture
def scheme(pack: MiniPack) -> Scheme:
    return load_pack(pack.folder).schemes["heating"]


def on(scheme: Scheme, day: date, **plain: object) -> Evaluation:
    return evaluate(scheme, parse_facts(scheme.facts, plain), day)


def test_the_scheme_has_no_fault_and_is_proved(pack: MiniPack, scheme: Scheme) -> None:
    assert [str(fault) for fault in pack.faults()] == []
    assert prove(scheme) == ()


def test_a_later_version_adds_a_benefit_and_a_question(scheme: Scheme) -> None:
    before, after = (on(scheme, day, home="here", moved_in_on="2020-04-01") for day in (date(2023, 12, 31), NEW_YEAR))
    assert ([one.benefit.id for one in before.benefits], before.missing) == (["voucher"], ())
    assert ([one.benefit.id for one in after.benefits], after.missing) == (["voucher", "extra"], ("people",))


def test_a_value_with_a_history_is_the_one_of_the_day(scheme: Scheme) -> None:
    said = {"home": "here", "moved_in_on": "2020-04-01", "people": 2}
    sums = [on(scheme, day, **said).sums.now_yen for day in (date(2023, 12, 31), date(2024, 1, 1))]
    assert sums == [6000, 7500]


def test_an_abolished_value_is_unknown_and_never_zero(scheme: Scheme) -> None:
    extra = on(scheme, date(2024, 2, 1), home="here", moved_in_on="2020-04-01", people=6).benefits[1]
    assert (extra.status, extra.amount_yen) == ("ask", None)
    assert [str(one) for one in extra.lacking] == ["extra_yen was abolished on 2024-02-01"]


def test_a_number_is_asked_and_read(scheme: Scheme) -> None:
    facts = parse_facts(scheme.facts, {"home": "here", "moved_in_on": "2020-04-01"})
    question = next_question(
        scheme, Interview(tuple(Answer(name, {name: one}) for name, one in facts.items())), NEW_YEAR
    )
    assert question is not None
    assert (question.fact.id, question.options) == ("people", ())
    assert read_answer(scheme, question, "５", NEW_YEAR) == Understood({"people": 5})


def test_elsewhere_ends_the_questions(scheme: Scheme) -> None:
    elsewhere = Interview((Answer("home", parse_facts(scheme.facts, {"home": "elsewhere"})),))
    assert next_question(scheme, elsewhere, NEW_YEAR) is None


def test_the_table_has_a_row_for_each_way_of_standing(scheme: Scheme) -> None:
    table = decision_table(scheme, NEW_YEAR, date(2024, 1, 31))
    extra = table.benefits[1]
    assert table.periods == ((NEW_YEAR, date(2024, 1, 31)),)
    assert sorted({cell.status for row in extra.rows for cell in row.cells if cell}) == ["not_for", "open"]
    (opened,) = [row for row in extra.rows if row.cells[0] and row.cells[0].status == "open"]
    people = next(choice for choice in opened.chosen[2])
    assert (people.first, people.last) == (5, 20)


RULE, VALUES, EXAMPLES = "rule.yaml", "values.yaml", "examples.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "problem"),
    [
        (RULE, "scheme: heating", "scheme: cooling", "scheme", "must be the folder's name, 'heating'"),
        (RULE, "home is here", "hmoe is here", "versions.1.conditions.この町に住んでいる.if", "there is no fact 'hmoe'; did you mean 'home'?"),
        (RULE, "home is here", "home is hre", "versions.1.conditions.この町に住んでいる.if", "'hre' is no option of home; did you mean 'here'?"),
        (RULE, "today is from opens", "today is from openz", "versions.1.conditions.始まっている.if", "there is no value 'openz'; did you mean 'opens'?"),
        (RULE, "today is from opens", "today is from most_yen", "versions.1.conditions.始まっている.if", "most_yen is no day"),
        (RULE, "today is from opens", "today was opens", "versions.1.conditions.始まっている.if", "write `today is before / is by / is from / is after …`"),
        (RULE, "not: 間に合って転入した", "not: 間に合わない", "versions.1.conditions.間に合わない", "rests on itself: 間に合わない → 間に合わない; break the circle"),
        (RULE, "when: [間に合わない]", "when: [間にあわない]", "versions.1.benefits.voucher.cases.1.when.1", "there is no condition '間にあわない'; did you mean '間に合わない'?"),
        (RULE, "status: not_for, when", "status: not_four, when", "versions.1.benefits.voucher.cases.1.status", "there is no status 'not_four'; did you mean 'not_for'?"),
        (RULE, "amount: voucher_yen, ", "", "versions.1.benefits.voucher.cases.2", "'open' brings something; say how much"),
        (RULE, "amount: voucher_yen", "amount: voucher_yn", "versions.1.benefits.voucher.cases.2.amount", "there is no amount 'voucher_yn' in values.yaml; did you mean 'voucher_yen'?"),
        (RULE, "without_value: ask", "without_value: over", "without_value", "must be a status that counts as unknown"),
        (RULE, "only_if: この町に住んでいる", "only_if: この市に住んでいる", "facts.moved_in_on.only_if", "there is no condition 'この市に住んでいる'"),
        (RULE, "from: 2024-01-01", "from: 2023-10-01", "versions.2.from", "2023-10-01 is not after 2023-10-01"),
        (RULE, "home: {here: [はい", "home: {her: [はい", "answers.home.her", "'her' is no answer to home"),
        (RULE, "elsewhere: [いいえ", "elsewhere: [はい", "answers.home.elsewhere", "'はい' already means 'here'"),
        (RULE, "at_most: most_yen", "at_most: closes", "at_most", "there is no amount 'closes' in values.yaml"),
        (RULE, "  home: {says", "  today: {says: 今日, kind: past_day}\n  home: {says", "facts.today", "'today' is the day of the evaluation"),
        (RULE, "kind: choice, options: {here: この町, elsewhere: ほかの町}", "kind: choice", "facts.home.options", "is missing; a choice needs it"),
        (RULE, "least: 1, most: 20", "least: 1, most: 20, limit: closes", "facts.people.limit", "a number has none; delete it"),
        (RULE, "most: 20", "most: mny", "facts.people.most", "there is no number 'mny' in values.yaml; did you mean 'many'?"),
        (RULE, "limit: moved_by", "limit: many", "facts.moved_in_on.limit", "there is no day 'many' in values.yaml"),
        (RULE, "limit: moved_by", "limit: moved_by, unless_said: 2022-01-01", "facts.moved_in_on.unless_said", "a day is never taken for granted"),
        (RULE, "elsewhere: ほかの町}}", "elsewhere: ほかの町}, unless_said: nowhere}", "facts.home.unless_said", "must be one of the options"),
        (RULE, "elsewhere: ほかの町}}", "elsewhere: ほかの町}, also: people}", "facts.home.also", "'people' is no fact of kind past_day"),
        (RULE, "  people: {}", "  pets: {}", "answers.pets", "there is no fact 'pets'"),
        (RULE, "id: lives_here", "id: begun", "versions.1.conditions.始まっている.id", "is also the id of 'この町に住んでいる'"),
        (RULE, "{id: lives_here, if: home is here}", "{id: lives_here}", "versions.1.conditions.この町に住んでいる", "needs exactly one of if, all, any, not"),
        (RULE, "any: [間に合わない, {not: 大家族である}]", "any: [間に合わない, {}]", "versions.2.conditions.上乗せがない.any.2", "needs exactly one of all, any, not"),
        (RULE, "any: [間に合わない, {not: 大家族である}]", "any: []", "versions.2.conditions.上乗せがない.any", "is empty; name a condition"),
        (RULE, "opens_on: opens", "opens_on: many", "versions.1.benefits.voucher.dates.opens_on", "there is no day 'many' in values.yaml"),
        (RULE, "steps: [apply]}", "steps: [apply], dates: [opens]}", "versions.1.benefits.voucher.cases.2.dates", "the benefit has no date 'opens'; did you mean 'opens_on'?"),
        (RULE, "amount: voucher_yen", "amount: voucher_yen less people", "versions.1.benefits.voucher.cases.2.amount", "'people' is no number fact with unless_said"),
        (RULE, "all: [この町に住んでいる, moved_in_on is by", "all: [この町に住んでる, moved_in_on is by", "versions.1.conditions.間に合って転入した.all.1", "there is no condition 'この町に住んでる'; did you mean"),
        (RULE, "if: home is here", "if: home here", "versions.1.conditions.この町に住んでいる.if", "write `home is here`"),
        (RULE, "people is at least many", "people is at least closes", "versions.2.conditions.大家族である.if", "closes is no number"),
        (VALUES, "value: 2024-02-29", "value: 2023-02-29", "closes.history.1.value", "2023-02-29 is not a day of the calendar"),
        (VALUES, "{from: 2024-01-01, value: 7500", "{from: 2023-01-01, value: 7500", "voucher_yen.history.2", "2023-01-01 is not after 2023-10-01"),
        (VALUES, "checked_on: 2024-01-04", "checkd_on: 2024-01-04", "voucher_yen.history.2.checkd_on", "unknown key; did you mean 'checked_on'?"),
        (VALUES, "facts: [F3]", "facts: []", "extra_yen.history.1.source.facts", "names no fact"),
    ],
)  # fmt: skip
def test_a_scheme_with_a_fault_is_not_loaded(
    pack: MiniPack, file: str, old: str, new: str, key: str, problem: str
) -> None:
    pack.change(f"{FOLDER}/{file}", old, new)
    with pytest.raises(ContentError) as caught:
        load_pack(pack.folder)
    named = {fault.key: fault for fault in caught.value.faults}
    assert key in named, named
    assert named[key].problem.startswith(problem)
    assert (named[key].file, named[key].line > 0) == (f"{FOLDER}/{file}", True)


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "problem"),
    [
        (VALUES, "value: 7500", "value: 7600", "voucher_yen.same_as", "amounts.gift_yen in pack.yaml is 7500, not 7600"),
        (VALUES, "same_as: amounts.gift_yen", "same_as: amounts.gift", "voucher_yen.same_as", "amounts.gift in pack.yaml is not there"),
        (VALUES, "section: support, facts: [F3]}, checked_on: 2024", "section: suport, facts: [F3]}, checked_on: 2024", "extra_yen", "the page has no section 'suport'"),
        (RULE, "{id: large, if: people is at least many}", "{id: large, if: people is at least 1}", "大家族である", "always holds"),
        (RULE, "if: people is at least many", "if: people is above 20", "大家族である", "never holds"),
        (RULE, "at_most: most_yen", "at_most: voucher_yen", "at_most", "a sum exceeds the maximum"),
        (RULE, "most_questions: 3", "most_questions: 2", "facts.people", "is asked as question 3 of at most 2"),
        (RULE, "      終わった: {", "      余り: {id: spare, not: 終わった}\n      終わった: {", "余り", "is never used"),
        (RULE, "          - {status: not_for, when: [上乗せがない], steps: [call]}\n", "", "benefits.extra", "no case holds"),
        (RULE, "          - {status: later, when", "          - {status: later, when: [始まっている], amount: voucher_yen, steps: [apply]}\n          - {status: later, when", "benefits.voucher.3", "'later' is never reached"),
        (RULE, "  over: {says: 終了", "  spare: {says: 予備, counts: later}\n  over: {says: 終了", "statuses.spare", "is the status of no case"),
        (RULE, "  people: {says", "  pets: {says: 動物, kind: number, most: 3}\n  people: {says", "facts.pets", "is used by no condition"),
        (RULE, "steps: [apply]", "steps: [aply]", "(file)", "there is no text 'eligibility.step.aply'"),
        (EXAMPLES, "day: 2024-02-01", "day: 2024-02-02", "examples", "no example is about 2024-02-01, around the limit of 2024-02-01"),
        (EXAMPLES, "voucher: later}, now: 0, total: 6000", "voucher: open}, now: 0, total: 6000", "d2023-10-01.gives.voucher", "the rules say later, the example open"),
        (EXAMPLES, "total: 6000", "total: up to 6000", "d2023-10-01.total", "the rules say 6000, the example up to 6000"),
        (EXAMPLES, "people: 5", "people: 50", "d2023-09-30.facts", "people: 50 is not between 1 and 20"),
        (EXAMPLES, "voucher: ask", "voucher: asked", "d2023-09-30.gives.voucher", "there is no status 'asked'; did you mean 'ask'?"),
        (EXAMPLES, "extra: ask", "extra: ask, spare: ask", "d2024-02-01.gives.spare", "there is no benefit 'spare'"),
        (EXAMPLES, "{voucher: later}", "{}", "d2023-10-01.gives.voucher", "is missing; say how each benefit comes out"),
        (EXAMPLES, "moved_in_on: 2020-04-01", "moved_in_on: 2024-04-01", "d2023-09-30.facts", "facts: moved_in_on: 2024-04-01 is after"),
        (EXAMPLES, "day: 2023-10-01, facts: {home: here, moved_in_on: 2020-04-01", "day: 2023-10-01, facts: {home: elsewhere, moved_in_on: 2020-04-01", "d2023-10-01.facts", "facts: moved_in_on: only where「この町に住んでいる」"),
        (EXAMPLES, "now: 0", "now: nothing", "d2023-10-01.now", "must be a sum like 7500, `up to 20000`, or `unknown`"),
        (EXAMPLES, "voucher: ask", "vouchr: ask", "d2023-09-30.gives.vouchr", "there is no benefit 'vouchr'"),
        (EXAMPLES, "id: d2023-10-02", "id: d2023-10-01", "d2023-10-01.id", "is the id of two examples"),
    ],
)  # fmt: skip
def test_the_check_names_what_the_proof_and_the_examples_find(
    pack: MiniPack, file: str, old: str, new: str, key: str, problem: str
) -> None:
    pack.change(f"{FOLDER}/{file}", old, new)
    found = [fault for fault in pack.faults() if fault.key.endswith(key) and fault.problem.startswith(problem)]
    assert found, [str(fault) for fault in pack.faults()]
    assert found[0].file == f"{FOLDER}/{file}"


def test_a_label_too_long_for_a_button_is_a_fault(pack: MiniPack) -> None:
    pack.change("texts/en.yaml", "elsewhere: ほかの町", f"elsewhere: {'x' * 21}")
    assert [fault.key for fault in pack.faults()] == ["eligibility.heating.home.elsewhere"]


@pytest.mark.parametrize("name", ["eligibility/heating/exmples.yaml", "eligibility/note.yaml"])
def test_a_file_that_is_never_read_is_a_fault(pack: MiniPack, name: str) -> None:
    pack.write(name, "a: b\n")
    assert [(fault.file, fault.problem.partition(";")[0]) for fault in pack.faults()] == [(name, "is not read")]


def test_a_scheme_without_examples_is_not_merged(pack: MiniPack) -> None:
    (pack.folder / FOLDER / EXAMPLES).unlink()
    assert [fault.file for fault in pack.faults()] == [f"{FOLDER}/{EXAMPLES}"]


@pytest.mark.parametrize("name", [RULE, VALUES, EXAMPLES])
def test_no_lost_line_breaks_the_check(pack: MiniPack, name: str) -> None:
    whole = (pack.folder / FOLDER / name).read_text(encoding="utf-8").splitlines(keepends=True)
    for lost in range(0, len(whole), 5):
        pack.write(f"{FOLDER}/{name}", "".join(whole[:lost] + whole[lost + 1 :]))
        assert all(str(fault) for fault in pack.faults())


def test_the_tree_shows_groups_within_conditions(scheme: Scheme) -> None:
    _, extra = trace(scheme, parse_facts(scheme.facts, {"home": "here", "moved_in_on": "2020-04-01"}), NEW_YEAR)
    none_of_it = next(case for case in extra.parts if case.says.startswith("not_for")).parts[0]
    assert (none_of_it.says, none_of_it.truth) == ("上乗せがない  (any)", None)
    assert [part.says for part in none_of_it.parts] == ["間に合わない", "not"]
    assert none_of_it.parts[1].parts[0].says == "大家族である  [people = ?; ≥ 5 (many)?]"
