"""`madoguchi ask`: the JSON that others rely on, the batch in order, and errors that name the line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main

CAMPAIGN = "2022-07-01"


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["ask", *arguments, "--json"]) == 0
    answered: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answered


def test_an_answer_has_the_parts_that_others_rely_on(capsys: pytest.CaptureFixture[str]) -> None:
    answered = answer(capsys, "何時まで開いてますか", "--as-of", CAMPAIGN)
    assert answered["kind"] == "answer"
    assert answered["entry"] == "desk.hours_any"
    assert "午前8時30分" in answered["text"]
    assert "令和4年5月23日時点" in answered["text"]
    assert all(choice["label"] for choice in answered["choices"])
    assert {"entry", "label", "score"} == set(answered["candidates"][0])


@pytest.mark.parametrize(("language", "words"), [("ja-easy", "ごぜん"), ("en", "8:30 a.m.")])
def test_the_language_can_be_asked_for(capsys: pytest.CaptureFixture[str], language: str, words: str) -> None:
    assert words in answer(capsys, "職員のサポートは何時から", "--as-of", CAMPAIGN, "--lang", language)["text"]


def test_on_the_real_calendar_the_programme_is_over_and_offers_are_scams(capsys: pytest.CaptureFixture[str]) -> None:
    answered = answer(capsys, "いつまでに申し込めばいいですか", "--as-of", "2026-11-22")
    assert answered["kind"] == "notice"
    assert "終わりました" in answered["text"]
    assert "詐欺" in answered["text"]


def test_a_typed_pin_is_answered_with_a_warning_that_does_not_repeat_it(capsys: pytest.CaptureFixture[str]) -> None:
    answered = answer(capsys, "暗証番号は2749で合っていますか", "--as-of", CAMPAIGN)
    assert answered["kind"] == "warning"
    assert "2749" not in json.dumps(answered)


def test_without_json_the_answer_is_readable_with_numbered_choices(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "駐車場は無料ですか", "--as-of", CAMPAIGN]) == 0
    assert "  1. " in capsys.readouterr().out


def test_a_batch_is_answered_in_order_with_the_same_ids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "questions.jsonl"
    lines = [
        {"id": 7, "text": "駐車場は無料ですか"},
        {"id": "b", "text": "Is parking free?"},
        {"id": "c", "text": "停车场免费吗？", "lang": "zh"},
    ]
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n\n", encoding="utf-8")
    assert main(["ask", "--batch", str(file), "--as-of", CAMPAIGN]) == 0
    answered = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["id"] for one in answered] == [7, "b", "c"]
    assert [one["language"] for one in answered] == ["ja", "en", "ja-easy"]
    assert {one["entry"] for one in answered} == {"desk.parking"}


def test_an_unusable_line_is_named_and_the_others_are_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": 1, "text": "メニュー"}\nnot json\n{"id": 3}\n["x"]\n', encoding="utf-8")
    assert main(["ask", "--batch", str(file)]) == 1
    answered = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert answered[0]["kind"] == "menu"
    assert [one["error"].partition(":")[0] for one in answered[1:]] == ["line 2", "line 3", "line 4"]


def test_odd_characters_in_a_line_neither_tear_it_nor_stop_the_batch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(
        '{"id": 1, "text": "駐車場\u2028は\u0085無料ですか"}\n{"id": "\\ud800", "text": "\\ud800"}\n{"id": 3, "text": 4}\n',
        encoding="utf-8",
    )
    assert main(["ask", "--batch", str(file), "--as-of", CAMPAIGN]) == 1
    answered = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["id"] for one in answered] == [1, "\ud800", 3]
    assert answered[0]["entry"] == "desk.parking"


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "x", "--batch", "y"], ["ask", "--batch", "no-such-file"]])
def test_a_wrong_call_is_one_clear_line_and_exit_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_bad_setting_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MADOGUCHI_PORT", "x")
    assert main(["ask", "メニュー"]) == 2
    assert capsys.readouterr().err.startswith("madoguchi: MADOGUCHI_PORT: 'x' is not a whole number")


def test_a_missing_pack_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("MADOGUCHI_CONTENT", str(tmp_path / "nowhere"))
    assert main(["ask", "メニュー"]) == 2
    assert (
        capsys.readouterr().err
        == f"madoguchi: MADOGUCHI_CONTENT: {tmp_path / 'nowhere'} is no folder; set it to a content pack's\n"
    )
