"""How good and how fast the search is on questions whose right answers are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.faq.entries import Document
from bot.faq.search import Searcher

RIGHT = 2
"""The grade of an entry that answers; lower grades are related."""

_DEPTH = 100
_MS = 1000.0
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Report:
    """Hits are in percent of the `judged` queries, those that have an entry of grade 2; `mrr` is over the same.

    `map` counts every graded entry as relevant. Latency is of one `find` for ten matches, in one thread. `build_s`
    includes loading the word dictionary; `index_mb` does not: it is mapped from its file.
    """

    hit1: float
    hit3: float
    hit10: float
    mrr: float
    map: float
    p50_ms: float
    p99_ms: float
    build_s: float
    index_mb: float
    judged: int
    queries: int


def evaluate(
    corpus: Iterable[Document],
    queries: Mapping[str, str],
    qrels: Mapping[str, Mapping[str, int]],
    *,
    clock: Callable[[], float],
    synonyms: Mapping[str, Sequence[str]] | None = None,
) -> Report:
    """Build a search over `corpus` and ask it every query. `clock` gives seconds that only grow."""
    started = clock()
    searcher = Searcher(corpus, synonyms)
    searcher.prepare()
    build_s = clock() - started
    times: list[float] = []
    ranks: list[float] = []
    precisions: list[float] = []
    for query_id, text in queries.items():
        asked = clock()
        searcher.find(text)
        times.append(clock() - asked)
        grades = {entry: grade for entry, grade in qrels.get(query_id, {}).items() if grade > 0}
        if grades:
            found = [match.id for match in searcher.find(text, limit=_DEPTH).matches]
            precisions.append(_average_precision(found, grades))
            if RIGHT in grades.values():
                ranks.append(_first_right(found, grades))
    return Report(
        hit1=_share(ranks, 1),
        hit3=_share(ranks, 3),
        hit10=_share(ranks, 10),
        mrr=_mean([1 / rank for rank in ranks]),
        map=_mean(precisions),
        p50_ms=_percentile(times, 0.5) * _MS,
        p99_ms=_percentile(times, 0.99) * _MS,
        build_s=build_s,
        index_mb=searcher.nbytes() / _MB,
        judged=len(ranks),
        queries=len(queries),
    )


def with_aliases(corpus: Iterable[Document], aliases: Mapping[str, Sequence[str]]) -> list[Document]:
    """The corpus with further ways of asking, by id. Aliases of unknown ids are left out."""
    return [
        Document(
            document.id,
            document.question,
            (*document.asks, *aliases.get(document.id, ())),
            document.answer,
            document.language,
            document.weight,
        )
        for document in corpus
    ]


def _first_right(found: Sequence[str], grades: Mapping[str, int]) -> float:
    return next((place for place, entry in enumerate(found, start=1) if grades.get(entry) == RIGHT), math.inf)


def _average_precision(found: Sequence[str], grades: Mapping[str, int]) -> float:
    hits, total = 0, 0.0
    for place, entry in enumerate(found, start=1):
        if entry in grades:
            hits += 1
            total += hits / place
    return total / len(grades)


def _share(ranks: Sequence[float], top: int) -> float:
    return 100 * _mean([float(rank <= top) for rank in ranks])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
