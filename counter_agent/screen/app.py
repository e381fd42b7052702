"""The pages' HTTP, for this PC's browser only. Parses, asks the desk, renders; decides nothing.

A PIN comes in as four bytes of a body and goes to the desk as such; it is in no form, no address and no answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from counter_agent import events as e
from counter_agent.screen.actions import Unusable, act, language_of
from counter_agent.screen.clerks import Clerks
from counter_agent.screen.dayend import day_end_csv
from counter_agent.screen.desk import Desk
from counter_agent.screen.guard import Guard
from counter_agent.screen.seen import Keypad, away_side, clerk_side, clock_of, resident_side, slip_side
from counter_agent.screen.sessions import Session, Sessions, is_from_our_page
from counter_agent.screen.wording import Wording
from counter_agent.visit import Stage

_HERE: Final = Path(__file__).parent
_MOST_PIN_BYTES = 16
_LONGEST_FIELD = 400

Asked = Callable[[Request, Session], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Training:
    """What training adds: cards to lay down, by name, and how to. None in real service.

    `is_live` marks the demonstration: made-up cards, but a server on this PC that hears of the visits.
    """

    cards: Mapping[str, str]
    lay: Callable[[str], bool]
    is_live: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """What the pages are made of."""

    desk: Desk
    wording: Wording
    clerks: Clerks
    sessions: Sessions
    scrambled: bool = False
    training: Training | None = None


def build_screen(screen: Screen) -> Starlette:
    """The application; serve it on 127.0.0.1 only."""
    pages = _Pages(screen)
    signed = pages.signed_in
    routes = [
        Route("/", signed(pages.clerk)),
        Route("/resident", pages.resident),
        Route("/fragment/{view}", signed(pages.fragment)),
        Route("/state", pages.state),
        Route("/left", pages.left, methods=["POST"]),
        Route("/do/{action}", signed(pages.act), methods=["POST"]),
        Route("/resident/pin", signed(pages.pin), methods=["POST"]),
        Route("/resident/consent", signed(pages.consent), methods=["POST"]),
        Route("/resident/language", signed(pages.language), methods=["POST"]),
        Route("/slip", signed(pages.slip)),
        Route("/report.csv", signed(pages.report)),
        Route("/sign-in", pages.sign_in_page),
        Route("/sign-in", pages.sign_in, methods=["POST"]),
        Route("/sign-out", signed(pages.sign_out), methods=["POST"]),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard)])


class _Pages:
    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._desk = screen.desk
        self._keypad = Keypad(is_scrambled=screen.scrambled)
        loader = FileSystemLoader(_HERE / "templates")
        self._templates = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )

    def signed_in(self, page: Asked) -> Callable[[Request], Awaitable[Response]]:
        """Only for a clerk who is signed in; what may change something must come from a page of ours."""

        async def guarded(request: Request) -> Response:
            session = self._screen.sessions.of(request)
            if session is None:
                return _sign_in_first(request)
            if request.method == "POST" and not await _is_ours(request, session):
                return Response("not from this page", 403)
            return await page(request, session)

        return guarded

    # Pages

    async def clerk(self, _request: Request, session: Session) -> Response:
        return self._shown("clerk.html", self._of_clerk(session), session, "clerk")

    async def resident(self, request: Request) -> Response:
        """The resident's side; while nobody is signed in, a page that says so and waits for the clerk."""
        session = self._screen.sessions.of(request)
        if session is None and not _is_page(request):
            return _sign_in_first(request)
        of_session = self._of_resident() if session else {}
        known = {"view": "resident", "csrf": session.csrf if session else "", "version": self._desk.pages.version}
        return self._rendered("resident.html", {**known, **away_side(self._screen.wording), **of_session})

    async def fragment(self, request: Request, session: Session) -> Response:
        view = request.path_params["view"]
        seen = {"clerk": lambda: self._of_clerk(session), "resident": self._of_resident}.get(view)
        if seen is None:
            return Response(status_code=404)
        self._desk.pages.is_given(_page_of(request))
        return self._shown(f"{view}_live.html", seen(), session, view)

    async def state(self, request: Request) -> Response:
        """The version to show. A page that is known may say what it shows also when nobody is signed in any more."""
        shown, page = request.query_params.get("shown", ""), _page_of(request)
        version = int(shown) if shown.isascii() and shown.isdecimal() and len(shown) < 16 else None
        is_signed_in = self._screen.sessions.of(request) is not None
        if (version is not None or shown == "blank") and (is_signed_in or self._desk.pages.knows(page)):
            self._desk.page_shows(page, version)
        return JSONResponse({"version": self._desk.pages.version}) if is_signed_in else _sign_in_first(request)

    async def left(self, request: Request) -> Response:
        """A page's goodbye. It needs nobody signed in: only that page knows its name, and signing out closes it too."""
        self._desk.page_left(_page_of(request))
        return Response(status_code=204)

    async def slip(self, _request: Request, session: Session) -> Response:
        visit, last = self._desk.visit, self._desk.last_list()
        if visit is None or last is None or visit.stage not in {Stage.READ, Stage.CLOSED}:
            return RedirectResponse("/", 303)
        return self._shown(
            "slip.html", slip_side(visit, last.desk, self._desk.day(), self._screen.wording), session, "slip"
        )

    async def report(self, _request: Request, session: Session) -> Response:
        day, head = self._desk.day(), self._desk.log_head()
        text = day_end_csv(day, self._desk.reports_of_today(), log_lines=head.lines, log_hash=head.hash)
        self._desk.note("day_end_report", clerk=session.clerk)
        name = f"{'training-' if self._screen.training else ''}madoguchi-{day.isoformat()}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    # What is done

    async def act(self, request: Request, session: Session) -> Response:
        form = await _form(request)
        action = request.path_params["action"]
        if action == "training-card" and self._screen.training is not None:
            return _done(request) if self._screen.training.lay(form.get("card", "")) else Response(status_code=400)
        try:
            return self._answer(request, act(self._desk, action, form, session.clerk))
        except Unusable:
            return Response("no such action", 400)

    async def pin(self, request: Request, _session: Session) -> Response:
        typed = bytearray()
        async for chunk in request.stream():
            typed.extend(chunk[: _MOST_PIN_BYTES - len(typed)])
        return self._answer(request, self._desk.give_pin(typed))

    async def consent(self, request: Request, _session: Session) -> Response:
        return self._answer(request, self._desk.take(e.Consented(e.Who.RESIDENT)))

    async def language(self, request: Request, session: Session) -> Response:
        try:
            language = language_of((await _form(request)).get("language", ""))
        except Unusable:
            return Response(status_code=400)
        return self._answer(request, self._desk.speak(language, clerk=session.clerk))

    # Signing in

    async def sign_in_page(self, _request: Request) -> Response:
        return self._rendered("sign_in.html", {"problem": ""})

    async def sign_in(self, request: Request) -> Response:
        form = await _form(request)
        number = form.get("number", "")
        if self._screen.clerks.admits(number, form.get("password", "")):
            self._desk.begin_work(clerk=number)
            response: Response = RedirectResponse("/", 303)
            self._screen.sessions.open(number, response)
            return response
        key = "sign_in.wait" if self._screen.clerks.is_waiting(number) else "sign_in.wrong"
        return self._rendered("sign_in.html", {"problem": self._screen.wording.to_clerk(key)}, status=401)

    async def sign_out(self, _request: Request, session: Session) -> Response:
        self._desk.note("sign_out", clerk=session.clerk)
        response = RedirectResponse("/sign-in", 303)
        self._screen.sessions.close(response)
        return response

    # Rendering

    def _of_clerk(self, session: Session) -> Mapping[str, object]:
        now = clock_of(self._desk.now())
        cards = self._screen.training.cards if self._screen.training else {}
        own = {"clock": now, "clerk": session.clerk, "times": clock_of, "training_cards": cards}
        return {**clerk_side(self._desk, self._screen.wording), **own}

    def _of_resident(self) -> Mapping[str, object]:
        return resident_side(self._desk, self._screen.wording, self._keypad)

    def _shown(self, template: str, seen: Mapping[str, object], session: Session, view: str) -> Response:
        known = {"version": self._desk.pages.version, "csrf": session.csrf, "view": view}
        return self._rendered(template, {**known, **seen})

    def _rendered(self, template: str, seen: Mapping[str, object], *, status: int = 200) -> Response:
        training = self._screen.training
        known = {"is_training": training is not None, "is_demo": bool(training and training.is_live)}
        return HTMLResponse(self._templates.get_template(template).render({**known, **seen}), status)

    def _answer(self, request: Request, refused: e.Refused | None) -> Response:
        if refused is None:
            return _done(request)
        text = self._screen.wording.to_clerk(f"reason.{refused.reason.value}")
        return JSONResponse({"reason": refused.reason.value, "text": text}, 409)


def _done(request: Request) -> Response:
    return Response(status_code=204) if "application/json" in request.headers.get("accept", "") else _home(request)


def _home(request: Request) -> Response:
    return RedirectResponse("/resident" if request.url.path.startswith("/resident") else "/", 303)


def _page_of(request: Request) -> str:
    """The random name that a page gave itself."""
    return request.query_params.get("page", "")[:64]


def _sign_in_first(request: Request) -> Response:
    return RedirectResponse("/sign-in", 303) if _is_page(request) else Response("sign in first", 401)


def _is_page(request: Request) -> bool:
    """Whether somebody looks at the answer, and not a program of ours."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


async def _is_ours(request: Request, session: Session) -> bool:
    token = request.headers.get("x-csrf")
    if token is None and request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        token = (await _form(request)).get("csrf", "")
    return is_from_our_page(session, token or "")


async def _form(request: Request) -> Mapping[str, str]:
    """The form's fields, cut to what any of ours can hold."""
    form = await request.form(max_files=0, max_fields=40, max_part_size=_LONGEST_FIELD * 8)
    return {name: value[:_LONGEST_FIELD] for name, value in form.items() if isinstance(value, str)}
