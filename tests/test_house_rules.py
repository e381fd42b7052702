"""The house's own rules: what the documents promise is there, and what must not be in the tree is not."""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
from pathlib import Path

import pytest

from bot.__main__ import _parser
from bot.settings import NAMES

ROOT = Path(__file__).resolve().parent.parent
SENTENCE = re.compile(r"(?:です|ます|ません|でした|ください)(?:。|か[。？?])")


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"`(MADOGUCHI_[A-Z_]+)`", (ROOT / "docs/operating.md").read_text(encoding="utf-8")))
    assert documented == set(NAMES)


def test_every_command_is_documented() -> None:
    commands = next(a for a in _parser()._actions if isinstance(a, argparse._SubParsersAction)).choices
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    assert [name for name in commands if f"`madoguchi {name}" not in text] == []


def test_the_files_the_readme_names_exist() -> None:
    named = re.findall(
        r"`((?:bot|counter_agent|content|tests|bench|script|docs)/[\w./-]+)`", (ROOT / "README.md").read_text()
    )
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_no_path_of_a_machine_is_in_the_tree() -> None:
    pattern = re.compile(rb"(?:^|[^A-Za-z0-9_./-])/(?:work|home|root)/[a-z]")
    guilty = [file for file in tracked_files() if pattern.search(file.read_bytes())]
    assert guilty == []


def sentences_in(file: Path) -> list[str]:
    """String literals that read like a Japanese sentence, docstrings aside."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings)
    return [text.value for text in strings if isinstance(text.value, str) and SENTENCE.search(text.value)]


def test_nothing_a_resident_reads_is_written_in_python() -> None:
    files = [file for file in tracked_files() if file.suffix == ".py" and file.relative_to(ROOT).parts[0] == "bot"]
    guilty = {str(file.relative_to(ROOT)): found for file in files if (found := sentences_in(file))}
    assert guilty == {}


@pytest.mark.parametrize("script", ["demo", "test", "check", "bench", "setup"])
def test_the_scripts_can_be_run(script: str) -> None:
    assert (ROOT / "script" / script).stat().st_mode & 0o111
