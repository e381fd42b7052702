"""`madoguchi content check`: every fault of a pack in one run, also questions that do not find their own entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.__main__ import main
from tests.bot.mini_pack import MiniPack

UNFOUND = ("en: How much is it?", "en: '?!'")
TOO_LONG = ("en: Hours}", f"en: {'H' * 21}}}")


@pytest.fixture
def pack(tmp_path: Path) -> MiniPack:
    return MiniPack(tmp_path)


def faults_named(pack: MiniPack, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The keys of the faults that are printed."""
    capsys.readouterr()
    exit_code = main(["content", "check", str(pack.folder)])
    keys = [line.split(": ")[1] for line in capsys.readouterr().out.splitlines()]
    assert exit_code == (1 if keys else 0)
    return keys


def test_questions_that_do_not_find_their_entries_are_named_beside_other_faults(
    pack: MiniPack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert faults_named(pack, capsys) == []
    pack.change("faq/desk.yaml", *TOO_LONG)
    pack.change("faq/desk.yaml", *UNFOUND)
    assert faults_named(pack, capsys) == ["desk.hours.label.en", "desk.gift.question.en"]


def test_a_pack_that_cannot_be_loaded_says_what_was_not_tried(
    pack: MiniPack, capsys: pytest.CaptureFixture[str]
) -> None:
    pack.change("faq/desk.yaml", "    contact: city\n", "")
    assert main(["content", "check", str(pack.folder)]) == 1
    said = capsys.readouterr()
    assert "desk.hours.contact" in said.out
    assert "was not tried" in said.err


def test_a_folder_that_is_not_there_is_one_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["content", "check", str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr()
    assert said.out.startswith(f"{tmp_path / 'nowhere'}:0: (folder): is no folder")
    assert len(said.out.splitlines()) == 1
