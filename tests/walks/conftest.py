"""What several walks need: a browser, a town whose service runs, and a resident at its chat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.resident import Resident, resident_at
from tests.walks.counters import Town


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    service = Town(tmp_path)
    service.start()
    yield service
    service.stop()


@pytest.fixture
def resident(browser: Browser, town: Town) -> Iterator[Resident]:
    with resident_at(browser, town.url) as one:
        yield one
