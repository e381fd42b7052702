"""The rich menu under a LINE chat: created, given its picture, shown to everybody, and older ones taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    RichMenuRequest,
)

from bot.channels.layout import fitted
from bot.channels.line_picture import HEIGHT, WIDTH, draw_tiles, tile_bounds
from bot.errors import Refused, Unreachable

MOST_TILES = 20
_NAME = "madoguchi"
_WIDEST_BAR = 14
_WIDEST_LABEL = 20
_DATA_HOSTS = {"https://api.line.me": "https://api-data.line.me"}
"""Pictures go to a host of their own; a server for tests is both."""

_PNG = {"Content-Type": "image/png"}
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_NO_ANSWER = (aiohttp.ClientError, OSError, ValueError)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of the menu: its words, and the token that a press sends."""

    label: str
    token: str


def menu_of(tiles: Sequence[Tile], bar: str) -> Json:
    """The menu as LINE takes it. `bar` is what stands under it; a press shows the tile's words as said."""
    areas = [
        {"bounds": dict(zip(("x", "y", "width", "height"), bounds, strict=True)), "action": _action(tile)}
        for tile, bounds in zip(tiles, tile_bounds(len(tiles)), strict=True)
    ]
    size = {"width": WIDTH, "height": HEIGHT}
    return {"size": size, "selected": True, "name": _NAME, "chatBarText": fitted(bar, _WIDEST_BAR), "areas": areas}


async def switch_menu(token: str, host: str, tiles: Sequence[Tile], bar: str) -> str:
    """Show everybody this menu instead of the last one; its id. What another program made stays.

    Raises BotError where it cannot be drawn, Refused or Unreachable where LINE does not take it.
    """
    picture = draw_tiles([tile.label for tile in tiles])
    try:
        return await _switch(token, host, RichMenuRequest.from_dict(menu_of(tiles, bar)), picture)
    except ApiException as error:
        raise Refused(f"{error.status}: {error.body}") from error
    except _NO_ANSWER as error:
        raise Unreachable(f"LINE cannot be reached ({type(error).__name__})") from error


async def _switch(token: str, host: str, menu: RichMenuRequest, picture: bytes) -> str:
    data = Configuration(host=_DATA_HOSTS.get(host, host), access_token=token)
    async with (
        AsyncApiClient(Configuration(host=host, access_token=token)) as client,
        AsyncApiClient(data) as data_client,
    ):
        api, blobs = AsyncMessagingApi(client), AsyncMessagingApiBlob(data_client)
        before = (await api.get_rich_menu_list(_request_timeout=_TIMEOUT)).richmenus
        menu_id = str((await api.create_rich_menu(menu, _request_timeout=_TIMEOUT)).rich_menu_id)
        await blobs.set_rich_menu_image(menu_id, picture, _headers=_PNG, _request_timeout=_TIMEOUT)
        await api.set_default_rich_menu(menu_id, _request_timeout=_TIMEOUT)
        for old in before:
            if old.name == _NAME:
                await api.delete_rich_menu(old.rich_menu_id, _request_timeout=_TIMEOUT)
        return menu_id


def _action(tile: Tile) -> Json:
    label = fitted(tile.label, _WIDEST_LABEL)
    return {"type": "postback", "label": label, "data": tile.token, "displayText": tile.label}
