from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.faq.entries import Document
from bot.faq.evaluate import evaluate, with_aliases

CORPUS = [
    Document("parking", "駐車場はありますか", answer="あります。"),
    Document("hours", "受付時間を教えてください", answer="八時からです。"),
    Document("dog", "犬の登録をしたい", answer="窓口へ。"),
]


def ticking() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 0.5


def report_of(queries: dict[str, str], qrels: dict[str, dict[str, int]]) -> dict[str, float]:
    clock = ticking()
    report = evaluate(CORPUS, queries, qrels, clock=lambda: next(clock))
    return {
        name: getattr(report, name) for name in ("hit1", "hit3", "mrr", "map", "p50_ms", "build_s", "judged", "queries")
    }


def test_a_right_first_match_is_a_hit() -> None:
    report = report_of({"1": "駐車場"}, {"1": {"parking": 2}})
    assert (report["hit1"], report["hit3"], report["mrr"], report["map"]) == (100.0, 100.0, 1.0, 1.0)


def test_only_queries_with_an_entry_of_grade_two_are_judged() -> None:
    report = report_of({"1": "駐車場", "2": "犬"}, {"1": {"parking": 1}})
    assert (report["judged"], report["queries"], report["hit1"], report["map"]) == (0, 2, 0.0, 1.0)


def test_an_entry_that_is_not_found_is_a_miss() -> None:
    report = report_of({"1": "駐車場"}, {"1": {"dog": 2}})
    assert (report["hit1"], report["hit3"], report["mrr"]) == (0.0, 0.0, 0.0)


def test_times_are_those_of_the_clock_handed_in() -> None:
    report = report_of({"1": "駐車場"}, {})
    assert report["build_s"] == pytest.approx(0.5)
    assert report["p50_ms"] == pytest.approx(500.0)


def test_aliases_become_ways_of_asking() -> None:
    documents = with_aliases(CORPUS, {"dog": ["ペットを飼い始めた"], "nobody": ["x"]})
    assert [document.asks for document in documents] == [(), (), ("ペットを飼い始めた",)]
