"""The rich menu: drawn within LINE's limits, switched for everybody, the one before taken away."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from bot.__main__ import main
from bot.channels.line_menu import Tile, menu_of, switch_menu
from bot.channels.line_picture import HEIGHT, WIDTH, draw_tiles, tile_bounds
from bot.dialogue import Conversation
from bot.errors import BotError, Refused, Unreachable
from bot.handlers import route
from bot.language import Language
from bot.settings import read_settings
from bot.wiring import make_desk
from tests.desk import CAMPAIGN
from tests.fakes.line_api import LineApi
from tests.fakes.line_rules import faults_of_menu

pytestmark = pytest.mark.anyio
TILES = tuple(Tile(label, f"t:{place}") for place, label in enumerate(("予約", "メニュー", "Language", "電話で聞く")))


@pytest.fixture
def api() -> Iterator[LineApi]:
    with LineApi() as one:
        yield one


@pytest.fixture
def configured(api: LineApi, monkeypatch: pytest.MonkeyPatch) -> LineApi:
    monkeypatch.setenv("MADOGUCHI_LINE_CHANNEL_SECRET", api.secret)
    monkeypatch.setenv("MADOGUCHI_LINE_ACCESS_TOKEN", api.token)
    monkeypatch.setenv("MADOGUCHI_LINE_HOST", api.url)
    return api


@pytest.mark.parametrize("count", range(1, 13))
def test_the_tiles_fill_the_picture_and_do_not_overlap(count: int) -> None:
    tiles = tile_bounds(count)
    assert len(tiles) == count
    assert sum(width * height for _, _, width, height in tiles) == WIDTH * HEIGHT
    assert all(x + width <= WIDTH and y + height <= HEIGHT for x, y, width, height in tiles)


def test_the_picture_is_a_png_of_lines_size_with_something_in_every_tile() -> None:
    raw = draw_tiles([tile.label for tile in TILES])
    assert len(raw) < 1024 * 1024
    picture = Image.open(io.BytesIO(raw)).convert("L")
    assert picture.size == (WIDTH, HEIGHT)
    for x, y, width, height in tile_bounds(len(TILES)):
        middle = picture.crop((x + 80, y + 80, x + width - 80, y + height - 80))
        shades = middle.histogram()
        assert sum(shades[:80]) > 1000
        assert sum(shades[200:]) > 1000


def test_words_too_long_for_a_tile_are_an_error_for_the_editor() -> None:
    with pytest.raises(BotError, match="too long"):
        draw_tiles(["この言葉はメニューの一つのますにはとても入りきらないほど長い" * 5])


async def test_the_menu_is_shown_to_everybody_and_the_one_before_is_gone(api: LineApi) -> None:
    first = await switch_menu(api.token, api.url, TILES, "メニュー")
    api.menus["richmenu-of-the-town"] = {**menu_of(TILES, "x"), "name": "the town's own"}
    second = await switch_menu(api.token, api.url, TILES, "メニュー")
    assert first != second
    assert api.default_menu == second
    assert set(api.menus) == {second, "richmenu-of-the-town"}
    assert api.menus[second]["areas"][0]["action"]["data"] == "t:0"


async def test_line_refusing_or_out_of_reach_is_one_clear_line(api: LineApi) -> None:
    with pytest.raises(Refused, match="401"):
        await switch_menu("another", api.url, TILES, "メニュー")
    api.stop()
    with pytest.raises(Unreachable, match="cannot be reached"):
        await switch_menu(api.token, api.url, TILES, "メニュー")


@pytest.mark.parametrize("language", list(Language))
def test_the_packs_menu_is_within_lines_limits_and_every_tile_does_something(
    configured: LineApi, language: Language
) -> None:
    assert main(["line", "menu", "--lang", language.value]) == 0
    [menu] = configured.menus.values()
    assert faults_of_menu(menu) == []
    desk = make_desk(read_settings({}).content)
    for area in menu["areas"]:
        turn = route.press(Conversation(), area["action"]["data"], desk, CAMPAIGN)
        keys = [phrase.key for say in turn.says for phrase in say.phrases]
        assert "question.past_button" not in keys
        assert keys or turn.request


def test_the_picture_alone_needs_no_line(tmp_path: Path) -> None:
    assert main(["line", "menu", "--picture", str(tmp_path / "menu.png")]) == 0
    with Image.open(tmp_path / "menu.png") as picture:
        assert picture.size == (WIDTH, HEIGHT)


@pytest.mark.parametrize("command", ["menu", "budget"])
def test_without_a_token_the_setting_is_named(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["line", command]) == 2
    assert "MADOGUCHI_LINE_ACCESS_TOKEN" in capsys.readouterr().err


def test_the_budget_is_told_as_line_counts_it(configured: LineApi, capsys: pytest.CaptureFixture[str]) -> None:
    configured.quota, configured.pushed = 200, 12
    assert main(["line", "budget", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"used": 12, "most": 200, "kept_for_notices": 40}
    configured.quota = None
    assert main(["line", "budget"]) == 0
    assert "12 of no limit" in capsys.readouterr().out
