"""What is slow to make is made once, again when its sources change, and never taken from somebody else's file."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.kept import fingerprint, kept


class Maker:
    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> MappingProxyType[str, int]:
        self.made += 1
        return MappingProxyType({"made": self.made})


@pytest.fixture
def make() -> Maker:
    return Maker()


def test_the_same_sources_are_made_once(tmp_path: Path, make: Maker) -> None:
    first, second = kept(tmp_path, "desk", "a" * 64, make), kept(tmp_path, "desk", "a" * 64, make)
    assert first == second == {"made": 1}
    assert isinstance(second, MappingProxyType)


def test_other_sources_are_made_anew_and_the_old_result_goes(tmp_path: Path, make: Maker) -> None:
    kept(tmp_path, "desk", "a" * 64, make)
    assert kept(tmp_path, "desk", "b" * 64, make) == {"made": 2}
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"not a pickle", pickle.dumps({"made": 9})[:-3]])
def test_a_damaged_file_is_made_again(tmp_path: Path, make: Maker, damage: bytes) -> None:
    kept(tmp_path, "desk", "a" * 64, make)
    [file] = tmp_path.iterdir()
    file.write_bytes(damage)
    assert kept(tmp_path, "desk", "a" * 64, make) == {"made": 2}


def test_a_file_that_others_may_write_is_not_trusted(tmp_path: Path, make: Maker) -> None:
    kept(tmp_path, "desk", "a" * 64, make)
    [file] = tmp_path.iterdir()
    file.chmod(0o666)
    assert kept(tmp_path, "desk", "a" * 64, make) == {"made": 2}


def test_where_nothing_can_be_kept_it_is_made_each_time(tmp_path: Path, make: Maker) -> None:
    (tmp_path / "file").write_text("no folder")
    assert kept(tmp_path / "file" / "below", "desk", "a" * 64, make) == {"made": 1}
    assert kept(None, "desk", "a" * 64, make) == {"made": 2}


def test_what_cannot_be_pickled_is_still_given(tmp_path: Path) -> None:
    assert callable(kept(tmp_path, "desk", "a" * 64, lambda: lambda: None))


def test_the_fingerprint_sees_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = fingerprint([tmp_path])
    assert fingerprint([tmp_path]) == before
    (tmp_path / "a").write_text("2")
    changed = fingerprint([tmp_path])
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({before, changed, fingerprint([tmp_path]), fingerprint([tmp_path], "other")}) == 4
