"""A whole counter with made-up cards, driven through its pages as a browser does."""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import anyio
import httpx

from counter_agent.identity import keep_identity
from counter_agent.screen.clerks import put_clerk
from counter_agent.settings import Settings, read_settings
from counter_agent.training_cards import TrainingCards
from counter_agent.virtual_card.folder import open_card
from counter_agent.wire import Enrolled
from counter_agent.wiring import Built, build_live, card_desk
from tests.counter_agent.made_up import MORNING
from tests.counter_agent.served import TOKEN
from tests.fakes.server import until

ORIGIN = "http://127.0.0.1:8090"
CLERK, PASSWORD = "c07", "correct horse"
PIN = "9173"
PATIENCE_S = 60.0
"""A busy machine is slow; a desk that is wrong stays wrong."""
_made = threading.Lock()


def settings_of(home: Path, **changes: str) -> Settings:
    return read_settings(
        {
            "COUNTER_AGENT_HOME": str(home),
            "COUNTER_AGENT_CLOCK": MORNING.isoformat(),
            **{f"COUNTER_AGENT_{name.upper()}": value for name, value in changes.items()},
        }
    )


def cards_in(folder: Path) -> TrainingCards:
    """Two made-up residents' cards with a PIN of their own; making their keys takes a moment, once."""
    with _made:
        for name in ("good", "other"):
            open_card(folder / name, date(2022, 7, 1), pin=PIN)
    return TrainingCards(folder, date(2022, 7, 1))


@dataclass
class Browser:
    """Both sides of the desk in one browser; remembers every answer."""

    client: httpx.AsyncClient
    built: Built
    cards: TrainingCards
    csrf: str = ""
    bodies: list[str] = field(default_factory=list)
    is_hidden: bool = False

    async def get(self, path: str) -> str:
        answer = await self.client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        self.bodies.append(answer.text)
        return answer.text

    async def sign_in(self) -> None:
        answer = await self.client.post(
            "/sign-in", data={"number": CLERK, "password": PASSWORD}, headers={"Origin": ORIGIN}
        )
        assert answer.status_code == 303
        found = re.search(r'data-csrf="([^"]+)"', await self.get("/"))
        assert found
        self.csrf = found[1]

    async def do(self, action: str, **form: str) -> str:
        return await self.post(f"/do/{action}", data=form)

    async def post(self, path: str, *, data: dict[str, str] | None = None, content: bytes | None = None) -> str:
        """The reason of a refusal; "" if it was done."""
        headers = {"Origin": ORIGIN, "X-CSRF": self.csrf, "Accept": "application/json"}
        answer = await self.client.post(path, data=data, content=content, headers=headers)
        self.bodies.append(answer.text)
        return str(answer.json()["reason"]) if answer.status_code == 409 else str(answer.text and answer.status_code)

    async def shows(self) -> str:
        """Both sides as they are now; and they say that they show it."""
        both = await self.get("/fragment/clerk") + await self.get("/fragment/resident")
        await self.client.get("/state", params={"page": "both", "shown": str(self.built.agent.pages.version)})
        return both

    async def until(self, stage: str, deadline_s: float = PATIENCE_S) -> None:
        with anyio.fail_after(deadline_s):
            while self.built.agent.visit is None or self.built.agent.visit.stage.value != stage:
                await self.shows()
                await anyio.sleep(0.01)

    async def until_shown(self, text: str, deadline_s: float = PATIENCE_S) -> None:
        with anyio.fail_after(deadline_s):
            while text not in await self.shows():  # noqa: ASYNC110 - both sides are asked each time, as a browser does
                await anyio.sleep(0.01)

    async def come_to_the_card(self) -> None:
        """From the ticket to the keypad."""
        assert await self.do("check-in", ticket="7K-32M") == ""
        assert await self.do("call") == ""
        for item in ("card", "pin", "payment_card", "payment_id", "security_code"):
            assert await self.do("item", item=item, state="ready") == ""
        assert await self.do("items-checked") == ""

    async def read_card(self, pin: str = PIN) -> None:
        await self.come_to_the_card()
        self.cards.lay("good")
        await self.until("card_on")
        assert await self.post("/resident/pin", content=pin.encode()) == ""

    async def support(self) -> None:
        await self.until("read")
        assert await self.do("payment-name", name="あおぞらペイ") == ""
        assert "あおぞらペイ" in await self.shows()
        assert await self.do("payment-confirmed") == ""
        assert await self.do("settle", service="points", result="done") == ""


@asynccontextmanager
async def desk(home: Path, cards: TrainingCards, server: str, **changes: str) -> AsyncIterator[Browser]:
    """A counter enrolled at `server`, running, with its browser; `changes` of its settings."""
    settings = settings_of(home, **changes)
    keep_identity(home, server, Enrolled(agent_id="counter-1", name="窓口1", token=TOKEN))
    put_clerk(home / "clerks.json", CLERK, PASSWORD)
    built = build_live(settings, card_desk(settings, cards, cards.watch, cards.anchors()), training=cards)
    transport = httpx.ASGITransport(built.app)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(built.agent.run)
        browser = Browser(client, built, cards)
        await until(lambda: built.agent.today() is not None, PATIENCE_S)
        try:
            yield browser
        finally:
            tasks.cancel_scope.cancel()
            await built.close()
