"""A result that is slow to make, kept in a file until what it was made from changes.

Reading and indexing a pack takes half a second and most of the memory of a start; it changes only when the pack or the
program does. Nothing about residents is ever kept here. A kept file that cannot be used is made again, silently.
"""

from __future__ import annotations

import contextlib
import copyreg
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar, cast

T = TypeVar("T")


def _read_only(mapping: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(mapping)


# Frozen content is full of read-only mappings, which pickle does not know by itself.
copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))


def fingerprint(folders: Iterable[Path], *others: str) -> str:
    """What a result was made from: every file below `folders`, by name and content, and anything else by its name."""
    told = hashlib.sha256("\0".join((sys.version, *others)).encode())
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
            told.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes() + b"\0")
    return told.hexdigest()


def kept(folder: Path | None, name: str, key: str, make: Callable[[], T]) -> T:
    """The result of `make` kept in `folder` under `name` if it was made for the same `key`, else made and kept.

    No `folder`, or one that cannot be written: made every time. Only this user's own files are read, for a pickle is a
    program: whoever could put a file there could run one.
    """
    file = folder / f"{name}-{key[:16]}.pickle" if folder is not None else None
    if file is None:
        return make()
    found = _read(file)
    if found is not None:
        return cast("T", found)
    made = make()
    _write(file, made, f"{name}-*.pickle")
    return made


def _read(file: Path) -> object | None:
    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            if status.st_uid != os.getuid() or status.st_mode & 0o022:
                return None
            return cast("object", pickle.load(opened))  # noqa: S301 - our own file, checked above
    except Exception:
        # Unpickling an old or damaged file may raise anything; all of it means "make it again".
        return None


def _write(file: Path, made: object, older: str) -> None:
    """Write beside and rename, so that no reader sees half a file; earlier results of the same name go."""
    with contextlib.suppress(OSError, pickle.PicklingError, AttributeError, TypeError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in file.parent.glob(older):
            old.unlink(missing_ok=True)
        whole = pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as opened:
            opened.write(whole)
        Path(opened.name).replace(file)
