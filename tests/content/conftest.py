"""The town's own pack, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content import Content, load_pack
from bot.texts import Texts

PACK = Path(__file__).resolve().parents[2] / "content" / "higashikurume-mynapoint"


@pytest.fixture(scope="session")
def pack_folder() -> Path:
    return PACK


@pytest.fixture(scope="session")
def content(pack_folder: Path) -> Content:
    return load_pack(pack_folder)


@pytest.fixture(scope="session")
def texts(content: Content) -> Texts:
    return Texts(content)
