"""`madoguchi faq insights`: the questions that found no sure answer, alike ones together, with the nearest entries."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from bot.dialogue import Desk
from bot.faq.clusters import clusters
from bot.faq.entries import Outcome
from bot.language import Language
from bot.settings import Settings, read_settings
from bot.store import unanswered
from bot.store.opened import opened
from bot.store.unanswered import Unanswered
from bot.wiring import open_desk

_NEAREST = 3
_TEXTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Near:
    """An entry near a question: `score` 0..1, larger is nearer; `confidence` 0..1, the chance that it answers."""

    entry: str
    question: str
    score: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Insight:
    """Questions alike: how often they were asked together, the most frequent one, and what comes nearest to it."""

    count: int
    language: str
    example: str
    texts: tuple[Unanswered, ...]
    nearest: tuple[Near, ...]


def run(options: argparse.Namespace) -> int:
    """Print the largest clusters. Questions that the pack answers by now are counted, not shown."""
    settings = read_settings()
    kept = asyncio.run(_read(settings))
    desk = open_desk(settings.content)
    waiting = [question for question in kept if desk.searcher.find(question.text).outcome is not Outcome.ANSWER]
    insights = _insights(waiting, desk)[: options.limit]
    if options.json:
        print(_as_json(insights, len(kept), len(kept) - len(waiting)))
    else:
        _show(insights, len(kept), len(kept) - len(waiting))
    return 0


async def _read(settings: Settings) -> tuple[Unanswered, ...]:
    async with opened(settings.database_url) as engine:
        return await engine.read(unanswered.kept())


def _insights(waiting: list[Unanswered], desk: Desk) -> list[Insight]:
    by_text = {question.text: question for question in waiting}
    found = clusters([(question.language, question.text) for question in waiting])
    insights = (_insight([by_text[text] for text in cluster.texts], desk) for cluster in found)
    return sorted(insights, key=lambda insight: -insight.count)


def _insight(questions: list[Unanswered], desk: Desk) -> Insight:
    example = questions[0]
    count = sum(question.count for question in questions)
    return Insight(count, example.language, example.text, tuple(questions), _nearest(example.text, desk))


def _nearest(text: str, desk: Desk) -> tuple[Near, ...]:
    matches = desk.searcher.find(text).matches[:_NEAREST]
    entries = desk.content.entries
    return tuple(
        Near(match.id, entries[match.id].question[Language.JA], round(match.score, 3), round(match.confidence, 3))
        for match in matches
    )


def _as_json(insights: Iterable[Insight], kept: int, answered_by_now: int) -> str:
    shown = [asdict(insight) for insight in insights]
    report = {"kept": kept, "answered_by_now": answered_by_now, "clusters": shown}
    return json.dumps(report, ensure_ascii=False, default=str)  # days as 2022-07-01


def _show(insights: Iterable[Insight], kept: int, answered_by_now: int) -> None:
    print(f"{kept} kept question(s), {answered_by_now} of them answered by the pack as it is now.")
    for insight in insights:
        print(f"\n{insight.count:5} ×  {insight.example}   [{insight.language}]")
        for question in insight.texts[1:_TEXTS_SHOWN]:
            print(f"{question.count:9} ×  {question.text}")
        if len(insight.texts) > _TEXTS_SHOWN:
            print(f"           … and {len(insight.texts) - _TEXTS_SHOWN} more")
        for near in insight.nearest:
            print(f"        → score {near.score:.2f}, confidence {near.confidence:.2f}: {near.entry}  {near.question}")
