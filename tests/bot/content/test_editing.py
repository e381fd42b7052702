"""A way of asking is added to a pack's file, and nothing else of the file changes."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.content.editing import with_ask

CONTENT = Path(__file__).parents[3] / "content"
FILE = """\
# the desk
topic: desk   # its name
entries:
  - id: desk.hours
    asks:
      ja:
        - 何時まで   # spoken
        - "受付: 時間"

      # easy ones
      ja-easy: [なんじまで, いつまで ]
      en: []
    valid: {until: null}


  - id: desk.parking
    asks:
    # without indentation
      ja:
      - 駐車場
"""


def changes(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


def asks(text: str, entry: int, language: str) -> list[str]:
    found: list[str] = yaml.load(text, yaml.CSafeLoader)["entries"][entry]["asks"][language]
    return found


@pytest.mark.parametrize(
    ("entry_id", "language", "changed"),
    [
        ("desk.hours", "ja", ["+         - 新しい"]),
        ("desk.parking", "ja", ["+       - 新しい"]),
        ("desk.hours", "zh", ["+       zh:", "+         - 新しい"]),
        ("desk.parking", "zh", ["+       zh:", "+         - 新しい"]),
        ("desk.hours", "en", ["-       en: []", "+       en: [新しい]"]),
        (
            "desk.hours",
            "ja-easy",
            ["-       ja-easy: [なんじまで, いつまで ]", "+       ja-easy: [なんじまで, いつまで, 新しい ]"],
        ),
    ],
)
def test_only_the_list_changes_whatever_its_layout(entry_id: str, language: str, changed: list[str]) -> None:
    assert changes(FILE, with_ask(FILE, entry_id, language, "新しい")) == changed


def test_a_file_without_a_last_line_end_and_one_of_windows_keep_theirs() -> None:
    assert with_ask(FILE.rstrip(), "desk.parking", "ja", "車").endswith("- 駐車場\n      - 車")
    windows = FILE.replace("\n", "\r\n")
    assert with_ask(windows, "desk.hours", "ja", "車") == with_ask(FILE, "desk.hours", "ja", "車").replace("\n", "\r\n")


@pytest.mark.parametrize(
    "ask", ["a: b", "# no comment", "yes", "123", "'quoted'", "[x], y", "- dash", "駐車場？", "😀 へ", "null"]
)
@pytest.mark.parametrize("language", ["ja", "ja-easy"])
def test_words_that_mean_something_to_yaml_are_quoted(ask: str, language: str) -> None:
    assert asks(with_ask(FILE, "desk.hours", language, ask), 0, language)[-1] == ask


@given(st.text(alphabet=st.characters(exclude_categories=["C"]), min_size=1, max_size=30))
def test_any_words_come_out_as_they_went_in(ask: str) -> None:
    assert asks(with_ask(FILE, "desk.hours", "ja", ask), 0, "ja")[-1] == ask


def test_an_entry_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match=r"desk\.nowhere"):
        with_ask(FILE, "desk.nowhere", "ja", "x")


def test_an_anchored_list_can_be_added_to() -> None:
    anchored = FILE.replace("      ja:\n        -", "      ja: &asks\n        -", 1)
    assert asks(with_ask(anchored, "desk.hours", "ja", "新しい"), 0, "ja")[-1] == "新しい"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ja-easy: [なんじまで, いつまで ]", "ja-easy: x"),
        ("ja-easy: [なんじまで, いつまで ]", "ja-easy: &one [なんじまで]\n      zh: *one"),
        ("asks:\n    # without indentation\n      ja:\n      - 駐車場", "asks: 駐車場"),
    ],
    ids=["no list", "a list shared with another language", "no lists at all"],
)
def test_an_unusual_form_is_refused(old: str, new: str) -> None:
    odd = FILE.replace(old, new)
    assert odd != FILE
    entry_id = "desk.parking" if "asks: 駐車場" in odd else "desk.hours"
    with pytest.raises(ValueError, match="by hand"):
        with_ask(odd, entry_id, "ja-easy", "新しい")


def test_every_entry_of_the_towns_pack_can_be_added_to() -> None:
    for file in sorted(CONTENT.glob("*/faq/*.yaml")):
        source = file.read_text(encoding="utf-8")
        entry_id = yaml.load(source, yaml.CSafeLoader)["entries"][-1]["id"]
        assert changes(source, with_ask(source, entry_id, "ja", "新しい")) == ["+         - 新しい"], file
