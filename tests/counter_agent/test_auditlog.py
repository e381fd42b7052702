"""Whoever changes, removes or adds a line of the action log is found out."""

from __future__ import annotations

from pathlib import Path

import pytest

from counter_agent.__main__ import main
from counter_agent.auditlog import AuditLog, Head, verify
from counter_agent.errors import AuditError
from tests.counter_agent.made_up import MORNING


@pytest.fixture
def log(tmp_path: Path) -> Path:
    audit = AuditLog(tmp_path / "actions.log")
    for action in ("sign_in", "check_in", "call", "CardWasRead"):
        audit.append(action, clerk="c07", at=MORNING, visit="a" * 32)
    return tmp_path / "actions.log"


def test_an_untouched_log_is_unbroken(log: Path) -> None:
    assert verify(log).lines == 4
    assert AuditLog(log).head == verify(log)


def test_a_log_goes_on_where_it_ended(log: Path) -> None:
    AuditLog(log).append("sign_out", clerk="c07", at=MORNING)
    assert verify(log).lines == 5


@pytest.mark.parametrize(
    ("change", "line"),
    [
        pytest.param(lambda lines: [lines[0].replace("c07", "c08"), *lines[1:]], 1, id="a clerk changed"),
        pytest.param(lambda lines: [lines[0], *lines[2:]], 2, id="a line removed"),
        pytest.param(lambda lines: [lines[1], lines[0], *lines[2:]], 1, id="two lines swapped"),
        pytest.param(lambda lines: lines[:3], 4, id="the last line cut off"),
        pytest.param(lambda lines: [], 1, id="everything cut off"),
        pytest.param(lambda lines: [*lines, lines[3]], 5, id="a line doubled"),
        pytest.param(lambda lines: [*lines[:2], "no json", *lines[2:]], 3, id="rubbish put in between"),
        pytest.param(lambda lines: [*lines[:2], "[1]", *lines[2:]], 3, id="another shape put in between"),
    ],
)
def test_a_changed_log_is_found_out_at_its_line(log: Path, change: object, line: int) -> None:
    lines = log.read_text().splitlines()
    log.write_text("".join(f"{one}\n" for one in change(lines)))  # type: ignore[operator]
    with pytest.raises(AuditError) as found:
        verify(log)
    assert found.value.line == line
    with pytest.raises(AuditError):
        AuditLog(log)


def test_a_log_without_its_note_is_found_out(log: Path) -> None:
    log.with_suffix(".head").unlink()
    with pytest.raises(AuditError):
        verify(log)


def test_a_power_cut_between_line_and_note_is_no_fault(log: Path) -> None:
    note = log.with_suffix(".head").read_text()
    AuditLog(log).append("sign_out", clerk="c07", at=MORNING)
    log.with_suffix(".head").write_text(note)
    assert verify(log).lines == 5


def test_a_log_that_was_never_written_is_empty(tmp_path: Path) -> None:
    assert AuditLog(tmp_path / "actions.log").head == Head(0, "0" * 64)


def test_the_command_says_whether_the_log_is_unbroken(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", str(log)]) == 0
    assert "4 lines, unbroken" in capsys.readouterr().out
    log.write_text(log.read_text().replace("check_in", "checked"))
    assert main(["audit", "verify", str(log)]) == 1
    assert "line 2" in capsys.readouterr().err
    assert main(["audit", "verify", str(log.parent / "nothing.log")]) == 2
