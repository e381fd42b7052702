"""`madoguchi line menu`: draw the rich menu with the pack's words and show it under every LINE chat."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator

from bot.channels.line_menu import Tile, switch_menu
from bot.channels.line_picture import draw_tiles
from bot.content import Content, load_pack
from bot.errors import SettingsError
from bot.handlers import booked, choices
from bot.language import Language
from bot.settings import read_settings


def run(options: argparse.Namespace) -> int:
    """Switch the menu; with `--picture FILE` only draw it into that file."""
    settings = read_settings()
    content, language = load_pack(settings.content), Language(options.lang)
    tiles = tuple(menu_tiles(content, language))
    if options.picture:
        options.picture.write_bytes(draw_tiles([tile.label for tile in tiles]))
        return 0
    if settings.line is None:
        raise SettingsError("MADOGUCHI_LINE_ACCESS_TOKEN", "is needed to switch LINE's menu")
    bar = content.texts[language][choices.MENU.label.key]
    token = settings.line.access_token.reveal()
    menu_id = asyncio.run(switch_menu(token, settings.line.host, tiles, bar))
    print(f"LINE shows the menu {menu_id}", file=sys.stderr)
    return 0


def menu_tiles(content: Content, language: Language) -> Iterator[Tile]:
    """What can always be begun: what the pack's dialogues offer, then the way to everything else."""
    for entry in content.entries.values():
        if entry.starts == "eligibility":
            yield Tile(entry.label[language], f"ask:{entry.id}")
            break
    bookable = (booked.BOOK, booked.MINE) if content.booking else ()
    for choice in (*bookable, choices.MENU, choices.OFFICE, choices.LANGUAGES):
        yield Tile(content.texts[language][choice.label.key], choice.token)
