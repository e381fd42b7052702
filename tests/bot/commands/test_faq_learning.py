"""From a question that found no answer to a way of asking in the pack: `faq insights`, `adopt`, `forget-unanswered`."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.commands.faq_adopt import Examined, compare
from bot.errors import Fault
from bot.store import unanswered
from bot.store.engine import Engine, engine_at
from bot.store.migrations import migrate
from tests.bot.mini_pack import MiniPack
from tests.desk import small_desk

DAY, EXPIRES = date(2022, 7, 1), date(2022, 9, 29)


class Town:
    """A pack and a database in folders of their own, and the command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.pack = MiniPack(folder / "pack")
        self.pack.change("faq/desk.yaml", "[一, 二, 三, 四, 五, 六, 七, 八]", str(HOURS).replace("'", ""))
        self.pack.change("faq/desk.yaml", "[九, 十, 百, 千, 万, 億, 兆, 京]", str(GIFT).replace("'", ""))
        self.url = f"sqlite+aiosqlite:///{folder / 'desk.db'}"
        self._capsys = capsys

    def does(self, *arguments: str) -> tuple[int, str, str]:
        code = main(["faq", *arguments])
        out, err = self._capsys.readouterr()
        return code, out, err

    def keeps(self, *texts: str, language: str = "ja") -> None:
        migrate(self.url)
        for text in texts:
            self._run(lambda engine, text=text: engine.write(unanswered.keep(language, text, DAY, EXPIRES)))

    def kept(self) -> set[str]:
        questions = self._run(lambda engine: engine.read(unanswered.kept()))
        return {question.text for question in questions}

    def faq(self) -> str:
        return (self.pack.folder / "faq/desk.yaml").read_text(encoding="utf-8")

    def asks(self, *lines: dict[str, str]) -> None:
        self.pack.write("questions.jsonl", "\n".join(json.dumps(line, ensure_ascii=False) for line in lines))

    def _run(self, use: Any) -> Any:
        async def opened() -> Any:
            engine: Engine = engine_at(self.url)
            await engine.open()
            try:
                return await use(engine)
            finally:
                await engine.close()

        return asyncio.run(opened())


HOURS = [
    "開庁時間",
    "受付時間",
    "営業時間",
    "窓口は何時から",
    "閉まる時間",
    "開く時間",
    "朝は何時から",
    "夕方は何時まで開いている",
]
GIFT = ["金額", "もらえる額", "お金はいくら", "総額", "給付の額", "ポイントの額", "合計いくらになる", "値段"]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Town:
    town = Town(tmp_path, capsys)
    monkeypatch.setenv("MADOGUCHI_CONTENT", str(town.pack.folder))
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", town.url)
    return town


def test_insights_show_alike_questions_together_with_count_and_nearest_entries(town: Town) -> None:
    town.keeps("月面着陸", "月面着陸", "月面に着陸", "火星探査")
    code, out, _ = town.does("insights", "--json")
    report = json.loads(out)
    assert (code, report["kept"], report["answered_by_now"]) == (0, 3, 0)
    first, second = report["clusters"]
    assert (first["count"], first["example"], first["language"]) == (3, "月面着陸", "ja")
    assert [text["text"] for text in first["texts"]] == ["月面着陸", "月面に着陸"]
    assert first["texts"][0]["last_on"] == "2022-07-01"
    assert second["example"] == "火星探査"


def test_the_nearest_entries_come_with_their_scores(town: Town) -> None:
    town.keeps("何時何時何時ポイント")
    near = json.loads(town.does("insights", "--json")[1])["clusters"]
    assert [set(entry) for cluster in near for entry in cluster["nearest"]] == [
        {"entry", "question", "score", "confidence"} for cluster in near for _ in cluster["nearest"]
    ]
    assert all(len(cluster["nearest"]) <= 3 for cluster in near)


def test_insights_without_json_are_readable_and_end_at_the_limit(town: Town) -> None:
    town.keeps("月面着陸", "月面着陸", "火星探査")
    _, out, _ = town.does("insights", "--limit", "1")
    assert "2 ×  月面着陸" in out
    assert "火星" not in out


def test_of_a_large_cluster_only_the_first_questions_are_shown(town: Town) -> None:
    town.keeps("月面着陸", "月面着陸", "月面に着陸", "月面へ着陸", "月面で着陸", "月面を着陸", "月面も着陸")
    _, out, _ = town.does("insights")
    assert out.count("1 ×  月面") == 4
    assert "… and 1 more" in out


def test_what_the_pack_answers_by_now_is_counted_and_not_shown(town: Town) -> None:
    town.keeps("開庁時間")
    _, out, _ = town.does("insights", "--json")
    assert json.loads(out) == {"kept": 1, "answered_by_now": 1, "clusters": []}


def test_an_adopted_question_is_in_the_pack_is_found_and_waits_no_more(town: Town) -> None:
    town.keeps("月面着陸", "火星探査")
    before = town.faq()
    code, out, _ = town.does("adopt", "月面着陸", "desk.gift")
    assert code == 0
    assert "月面着陸: found no sure answer before, desk.gift after" in out
    assert town.faq() == before.replace(GIFT[-1], f"{GIFT[-1]}, 月面着陸")
    assert town.kept() == {"火星探査"}


def test_the_kept_question_goes_whatever_its_width_and_signs(town: Town) -> None:
    town.keeps("ロケットの補助はありますか", "火星探査")
    assert town.does("adopt", "ﾛｹｯﾄの補助はありますか？", "desk.gift")[0] == 0
    assert town.kept() == {"火星探査"}


def test_the_language_is_the_texts_own_or_the_one_named(town: Town) -> None:
    assert "(en)" in town.does("adopt", "how much money is there for me", "desk.gift")[1]
    assert "(zh)" in town.does("adopt", "月面着陸", "desk.gift", "--language", "zh")[1]
    assert "ten, how much money is there for me]" in town.faq()
    assert "zh: [多少, 月面着陸]" in town.faq()


def test_without_a_database_a_question_can_be_adopted_all_the_same(town: Town) -> None:
    code, _, err = town.does("adopt", "月面着陸", "desk.gift")
    assert code == 0
    assert "no kept question was deleted" in err


@pytest.mark.parametrize(
    ("text", "entry", "says"),
    [
        ("月面着陸", "desk.gifts", "there is no entry 'desk.gifts'; did you mean 'desk.gift'"),
        ("開庁時間", "desk.gift", "is a way of asking of desk.hours already"),
        ("開庁　時間？", "desk.hours", "is a way of asking of desk.hours already"),
        ("＊ですが月面着陸", "desk.gift", "without ＊"),
        ("？？", "desk.gift", "no way of asking"),
        ("暗証番号は2749です", "desk.gift", "number that nobody should type"),
    ],
)
def test_what_cannot_be_adopted_is_refused_in_one_line_and_changes_nothing(
    town: Town, text: str, entry: str, says: str
) -> None:
    before = town.faq()
    code, _, err = town.does("adopt", text, entry)
    assert code == 2
    assert says in err
    assert len(err.strip().splitlines()) == 1
    assert "2749" not in err
    assert town.faq() == before


def test_the_packs_own_questions_are_asked_before_and_after(town: Town) -> None:
    town.asks({"text": "月面着陸", "entry": "desk.gift"}, {"text": "開庁時間", "entry": "desk.hours"})
    code, out, _ = town.does("adopt", "月面着陸？", "desk.gift")
    assert code == 0
    assert "question set: 1 of 2 right before, 2 after" in out
    assert "now right: 月面着陸" in out


def test_what_makes_a_question_wrong_is_taken_back_unless_forced(town: Town) -> None:
    town.asks({"text": "月面着陸", "entry": "none"}, {"text": "開庁時間", "entry": "desk.hours"})
    before = town.faq()
    code, out, err = town.does("adopt", "月面着陸？", "desk.gift")
    assert (code, town.faq()) == (1, before)
    assert "question set: 2 of 2 right before, 1 after" in out
    assert "now wrong: 月面着陸 (expected none, finds desk.gift)" in out
    assert "left as it was" in err
    assert town.does("adopt", "月面着陸？", "desk.gift", "--force")[0] == 0
    assert "月面着陸？" in town.faq()


def test_a_new_fault_makes_it_worse_an_old_one_on_another_line_does_not() -> None:
    old, moved = (Fault("faq/desk.yaml", line, "desk.hours.label.en", "is long") for line in (6, 7))
    new = Fault("faq/desk.yaml", 9, "desk.hours.question.ja", "finds no answer")
    desk = small_desk()
    before = Examined(desk, (old,), {})
    assert not compare(before, Examined(desk, (moved,), {})).is_worse
    assert compare(before, Examined(desk, (moved, new), {})).faults == (new,)


def test_a_fault_that_was_there_before_is_not_held_against_it(town: Town) -> None:
    town.pack.change("faq/desk.yaml", "en: Hours}", "en: Opening hours of the city hall}")
    code, out, _ = town.does("adopt", "月面着陸", "desk.gift")
    assert code == 0
    assert "new fault" not in out


def test_all_kept_questions_can_be_forgotten(town: Town) -> None:
    town.keeps("月面着陸", "火星探査")
    assert town.does("forget-unanswered")[:2] == (0, "2 kept question(s) deleted.\n")
    assert town.kept() == set()


def test_a_database_that_is_not_there_is_one_clear_line(town: Town) -> None:
    for arguments in (("insights",), ("forget-unanswered",)):
        code, _, err = town.does(*arguments)
        assert code == 2
        assert "run `madoguchi migrate`" in err


@pytest.mark.parametrize("limit", ["0", "-1", "x"])
def test_a_limit_is_a_whole_number(town: Town, limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["faq", "insights", "--limit", limit])
    assert "whole number" in capsys.readouterr().err or limit == "-1"
