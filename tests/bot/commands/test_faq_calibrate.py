"""`madoguchi faq calibrate`: what it prints, what it writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.faq.confidence import read
from tests.bot.mini_pack import MiniPack

HOURS = [
    "開庁時間",
    "受付時間",
    "営業時間",
    "窓口は何時から",
    "閉まる時間",
    "開く時間",
    "朝は何時から",
    "夕方は何時まで",
]
GIFT = ["金額", "もらえる額", "お金はいくら", "総額", "給付の額", "ポイントの額", "合計いくらになる", "値段"]
QUESTIONS = [
    {"text": "窓口は何時まで", "entry": "desk.hours", "language": "ja"},
    {"text": "好きな歌は", "entry": "none", "language": "ja"},
]


@pytest.fixture
def pack(tmp_path: Path) -> MiniPack:
    made = MiniPack(tmp_path / "pack")
    made.change("faq/desk.yaml", "[一, 二, 三, 四, 五, 六, 七, 八]", str(HOURS).replace("'", ""))
    made.change("faq/desk.yaml", "[九, 十, 百, 千, 万, 億, 兆, 京]", str(GIFT).replace("'", ""))
    made.write("questions.jsonl", "\n".join(json.dumps(line, ensure_ascii=False) for line in QUESTIONS))
    return made


def test_it_prints_what_each_limit_does(pack: MiniPack, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faq", "calibrate", str(pack.folder)]) == 0
    out = capsys.readouterr().out
    assert "2 questions of the set" in out
    assert "<- answer" in out
    assert "questions not learned from" in out


def test_what_it_writes_the_search_can_read(pack: MiniPack, tmp_path: Path) -> None:
    file = tmp_path / "confidence.json"
    assert main(["faq", "calibrate", str(pack.folder), "--write", "--file", str(file)]) == 0
    trust = read(file.read_text(encoding="utf-8"))
    assert 0 <= trust.offer_from <= trust.answer_from <= 1


def test_a_pack_without_questions_is_refused(pack: MiniPack, capsys: pytest.CaptureFixture[str]) -> None:
    pack.write("questions.jsonl", "")
    assert main(["faq", "calibrate", str(pack.folder)]) == 2
    assert "no questions.jsonl, or an empty one" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_named(
    pack: MiniPack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "nowhere" / "confidence.json"
    assert main(["faq", "calibrate", str(pack.folder), "--write", "--file", str(missing)]) == 2
    assert f"{missing}: cannot be written" in capsys.readouterr().err
