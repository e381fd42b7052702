"""`madoguchi eligibility`: the result as JSON, in words and as a tree; the table as text and as a drawing; named faults."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.__main__ import main

HAS = {"card": "has", "round1": "none", "insurance": "done", "account": "will"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    return tmp_path / "facts.json"


def asked(facts: Path, said: object, *options: str, day: str = "2022-07-04") -> int:
    facts.write_text(json.dumps(said), encoding="utf-8")
    return main(["eligibility", "--facts", str(facts), "--as-of", day, *options])


def test_the_json_has_the_names_of_the_surface(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(facts, HAS, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["as_of"], result["decided"], result["missing"]) == ("2022-07-04", True, [])
    assert (result["now_yen"], result["now_up_to"]) == (12500, True)
    assert (result["expected_total_yen"], result["expected_up_to"]) == (20000, True)
    first, _, third = result["benefits"]
    assert (first["id"], first["status"], first["amount_yen"], first["up_to"]) == ("group1", "open", 5000, True)
    assert (first["opens_on"], first["closes_on"], first["card_deadline_on"]) == (
        "2022-01-01",
        "2023-02-28",
        "2022-09-30",
    )
    assert (third["status"], third["next_steps"][0]) == ("register_first", "eligibility.step.register_account")
    opened = next(reason for reason in first["reasons"] if reason["condition"] == "group1_open")
    assert opened["value"] == "2022-01-01"
    assert opened["source"] == {"section": "round2_group1", "facts": ["F15"]}


def test_what_is_missing_is_named_with_both_outcomes(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(facts, {**HAS, "round1": None}, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["decided"], result["missing"], result["expected_total_yen"]) == (False, ["round1"], None)
    totals = {one["value"]: one["expected_total_yen"] for one in result["outcomes_if"]["round1"]}
    assert totals == {"none": 20000, "partial": 20000, "full": 15000}


def test_in_words(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(facts, {**HAS, "round1": None}) == 0
    said = capsys.readouterr().out
    assert "? (申込可 / 継続 / 対象外)" in said
    assert "missing: round1" in said


def test_the_tree_says_of_each_condition_whether_it_holds(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(facts, HAS, "--explain") == 0
    said = capsys.readouterr().out
    assert "  ○ open 申込可  ←" in said
    assert "× 第1弾の途中である  [round1 = none; one of partial?]" in said
    assert "○ 対象者1の申込が始まっている  [today = 2022-07-04; ≥ 2022-01-01 (group1_opens)?]" in said


def test_before_the_first_value_the_result_is_unknown_and_says_what_is_lacking(
    facts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(facts, HAS, "--json", day="2020-08-31") == 2
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert {one["status"] for one in result["benefits"]} == {"ask_office"}
    assert (result["now_yen"], result["expected_total_yen"]) == (None, None)
    assert "group1_opens is not known before 2020-09-01" in printed.err
    assert len(printed.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"cadr": "has"}, "cadr: there is no such fact; did you mean 'card'?"),
        ({"card": "maybe"}, "card: 'maybe' is none of has, applied, none"),
        ({"card_applied_on": "2022-02-30"}, "is not a day of the calendar"),
        ({"card": "none", "round1": "partial"}, "card, round1:"),
        (["card"], "must be one object"),
    ],
)
def test_unusable_facts_are_one_clear_line(
    facts: Path, capsys: pytest.CaptureFixture[str], said: object, problem: str
) -> None:
    assert asked(facts, said, "--json") == 2
    printed = capsys.readouterr()
    assert problem in printed.err
    assert (printed.out, len(printed.err.splitlines())) == ("", 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{", "is not JSON"), ('{"card": "has", "card": "none"}', "'card' is there twice"), ("\ud800", "is not JSON")],
)
def test_a_file_that_is_no_json_is_named(
    facts: Path, capsys: pytest.CaptureFixture[str], text: str, problem: str
) -> None:
    facts.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert main(["eligibility", "--facts", str(facts)]) == 2
    assert problem in capsys.readouterr().err


def test_a_missing_file_or_scheme_or_no_facts_at_all_is_named(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eligibility", "--facts", str(facts)]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert asked(facts, HAS, "--scheme", "heating") == 2
    assert "there is no scheme 'heating'; the pack has mynapoint" in capsys.readouterr().err
    assert main(["eligibility"]) == 2
    assert "give --facts" in capsys.readouterr().err


def test_the_table_as_text_lines_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eligibility", "table", "--from", "2022-01-01", "--to", "2023-03-31"]) == 0
    said = capsys.readouterr().out
    assert "2022-01-01〜2022-06-29 | 2022-06-30〜2022-09-30 | 2022-10-01〜2023-02-28 | 2023-03-01〜2023-03-31" in said
    assert "継続 1〜4,999" in said


def test_the_table_as_a_drawing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "table.svg"
    assert main(["eligibility", "table", "--svg", str(file)]) == 0
    drawing = ET.fromstring(file.read_text(encoding="utf-8"))  # noqa: S314 - our own file
    texts = [text.text for text in drawing.iter(f"{SVG}text")]
    assert "対象者1（カードを取得した人）" in texts
    assert "申込可 5,000" in texts
    right, bottom = (float(drawing.attrib[name]) for name in ("width", "height"))
    for box in drawing.iter(f"{SVG}rect"):
        x, y, width, height = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
        assert x + width <= right
        assert y + height <= bottom
    assert capsys.readouterr().out == ""


def test_a_table_of_no_days_and_a_file_that_cannot_be_written_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eligibility", "table", "--from", "2022-02-01", "--to", "2022-01-01"]) == 2
    assert "--from 2022-02-01 is after --to 2022-01-01" in capsys.readouterr().err
    assert main(["eligibility", "table", "--svg", str(tmp_path)]) == 2
    assert "cannot be written" in capsys.readouterr().err
