"""The page at `/`: one template, worded by the pack in the language asked for. No session, no state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.content import Localised
from bot.language import Language

Word = Callable[[str, Language], str]
"""The pack's text behind a key, in a language."""

_HERE: Final = Path(__file__).parent
_COOKIE = "madoguchi-lang"
_YEAR_S = 365 * 24 * 3600
_NAMES = {Language.JA: "button.ja", Language.JA_EASY: "button.ja_easy", Language.EN: "button.en"}
_SPOKEN = {Language.JA: "ja", Language.JA_EASY: "ja", Language.EN: "en"}
_SCRIPT_WORDS = (
    "you", "desk", "sending", "not_sent", "resend", "offline", "online", "empty", "removed", "cleared", "choices",
)  # fmt: skip
"""The words the page's script needs, under `page.` in the texts."""

_TICKET_WORDS = ("qr", "calendar", "page")
"""What the files of a booking are called, under `ticket.`."""


@dataclass(frozen=True, slots=True)
class Front:
    """What stands on the page. `contacts` are telephone numbers by name, labelled `page.contact_NAME`.

    `demo_date` gives the service's day as a text while its clock is a demonstration's; None with the real clock.
    """

    word: Word
    title: Localised
    city: str
    contacts: Mapping[str, str]
    source_url: str
    demo_date: Callable[[Language], str] | None


def page_routes(front: Front) -> list[BaseRoute]:
    """`/` and `/static/…`."""
    template = _template()

    async def show(request: Request) -> Response:
        language = _language(request)
        response = HTMLResponse(
            template.render(_seen(front, language)), headers={"Content-Language": _SPOKEN[language]}
        )
        if "lang" in request.query_params:
            response.set_cookie(_COOKIE, language.value, max_age=_YEAR_S, httponly=True, samesite="lax")
        return response

    return [Route("/", show), Mount("/static", _Static(directory=_HERE / "static"), name="static")]


class _Static(StaticFiles):
    """The page's own files, asked for again each time and sent only when changed."""

    def file_response(self, *args: object, **options: object) -> Response:
        response = super().file_response(*args, **options)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


def _template() -> Template:
    loader = FileSystemLoader(_HERE / "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("chat.html")


def _language(request: Request) -> Language:
    """As asked for in the address, else as remembered, else Japanese."""
    asked = (request.query_params.get("lang"), request.cookies.get(_COOKIE))
    return next((Language(code) for code in asked if code in tuple(Language)), Language.JA)


def _seen(front: Front, language: Language) -> Mapping[str, object]:
    return {
        "language": language.value,
        "spoken": _SPOKEN[language],
        "languages": [(other.value, _SPOKEN[other], front.word(_NAMES[other], other)) for other in Language],
        "word": lambda name: front.word(f"page.{name}", language),
        "script_words": {name: front.word(f"page.{name}", language) for name in _SCRIPT_WORDS}
        | {name: front.word(f"ticket.{name}", language) for name in _TICKET_WORDS},
        "title": front.title[language],
        "city": front.city,
        "contacts": front.contacts,
        "source_url": front.source_url,
        "demo_date": front.demo_date(language) if front.demo_date else None,
    }
