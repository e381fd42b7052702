"""The picture of the rich menu: tiles with words, drawn in the fonts of this machine. No LINE, no network."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from bot.errors import BotError

WIDTH, HEIGHT = 2500, 1686
"""The larger of the two sizes LINE recommends."""

COLUMNS = 3
_FONTS = ("NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "NotoSansCJKjp-Regular.otf", "ipagp.ttf")
_SIZES = (112, 96, 80, 64, 48)
_GAP, _MARGIN, _MOST_LINES = 20, 60, 3
_PAPER, _TILE, _INK, _EDGE = "#dfe7e4", "#ffffff", "#1d3b34", "#2f6f60"

Bounds = tuple[int, int, int, int]


def tile_bounds(count: int) -> list[Bounds]:
    """Where each of `count` tiles lies: x, y, width, height; together they fill the picture, row by row."""
    rows = -(-count // COLUMNS)
    return [tile for row in range(rows) for tile in _row(row, rows, min(COLUMNS, count - row * COLUMNS))]


def draw_tiles(labels: Sequence[str]) -> bytes:
    """The menu as a PNG. Raises BotError where this machine has no Japanese font, or a label fits into no tile."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(picture)
    for label, bounds in zip(labels, tile_bounds(len(labels)), strict=True):
        _draw_tile(pen, label, bounds)
    out = io.BytesIO()
    picture.quantize(32).save(out, "png", optimize=True)
    return out.getvalue()


def _row(row: int, rows: int, count: int) -> list[Bounds]:
    top, bottom = row * HEIGHT // rows, (row + 1) * HEIGHT // rows
    edges = [place * WIDTH // count for place in range(count + 1)]
    return [(left, top, right - left, bottom - top) for left, right in pairwise(edges)]


def _draw_tile(pen: ImageDraw.ImageDraw, label: str, bounds: Bounds) -> None:
    x, y, width, height = bounds
    box = (x + _GAP, y + _GAP, x + width - _GAP, y + height - _GAP)
    pen.rounded_rectangle(box, radius=48, fill=_TILE, outline=_EDGE, width=8)
    font, text = _fitted(label, width - 2 * (_GAP + _MARGIN))
    pen.multiline_text((x + width / 2, y + height / 2), text, _INK, font, anchor="mm", align="center", spacing=28)


def _fitted(label: str, width: int) -> tuple[ImageFont.FreeTypeFont, str]:
    """The largest letters in which the label stands in the tile, no character alone on its last line; its lines."""
    for size in _SIZES:
        font = _font(size)
        lines = _wrapped(label, font, width)
        has_stray_end = len(lines) > 1 and len(lines[-1]) == 1
        if len(lines) <= _MOST_LINES and not has_stray_end and all(font.getlength(line) <= width for line in lines):
            return font, "\n".join(lines)
    raise BotError(f"{label!r} is too long for a tile of the rich menu; shorten that text of the pack")


def _wrapped(label: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Lines within the width: English breaks between words, Japanese between any two characters."""
    lines = [""]
    for piece in _pieces(label):
        if font.getlength((lines[-1] + piece).rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _pieces(label: str) -> list[str]:
    pieces: list[str] = []
    for character in label:
        if pieces and character.isascii() and not character.isspace() and pieces[-1][-1:].isascii():
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _font(size: int) -> ImageFont.FreeTypeFont:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    raise BotError("no Japanese font is installed to draw the rich menu with; install fonts-noto-cjk")
