"""The search against what one would otherwise take: bm25s, SQLite FTS5, tantivy, raw rapidfuzz, in one run.

Without arguments the corpus is the pack's Japanese entries and the questions are its own question set. Any other corpus:
`--corpus FILE --queries FILE --qrels FILE` as for `madoguchi faq evaluate`. The peers get Sudachi's normalised words
without particles (the best tokens known for them); rapidfuzz gets the strings. Each is asked the same questions in turn.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import bm25s
import numpy as np
import tantivy
from rapidfuzz import fuzz, process, utils
from sudachipy import Dictionary, SplitMode

from bench.report import Table, machine, percentile
from bot.content import documents, load_pack
from bot.faq.entries import Document
from bot.faq.search import Searcher
from bot.settings import read_settings

Ranked = Callable[[str], list[str]]
_DEPTH = 10
_MANY = 10_000
_LEFT_OUT = ("助詞", "助動詞", "補助記号", "空白")


class Words:
    """Sudachi's normalised words, particles and signs left out, as every peer gets them."""

    def __init__(self) -> None:
        self._tokenizer = Dictionary(dict="core").tokenizer(mode=SplitMode.A)

    def of(self, text: str) -> list[str]:
        return [
            m.normalized_form() for m in self._tokenizer.tokenize(text[:4000]) if m.part_of_speech()[0] not in _LEFT_OUT
        ]


def whole(document: Document) -> str:
    return " ".join((document.question, *document.asks, document.answer))


def with_ours(corpus: Sequence[Document]) -> Ranked:
    searcher = Searcher(corpus)
    searcher.prepare()
    return lambda text: [match.id for match in searcher.find(text).matches]


def with_bm25s(corpus: Sequence[Document]) -> Ranked:
    words, retriever = Words(), bm25s.BM25()
    retriever.index([words.of(whole(document)) for document in corpus], show_progress=False)

    def ranked(text: str) -> list[str]:
        asked = words.of(text) or [""]
        places, _ = retriever.retrieve([asked], k=min(_DEPTH, len(corpus)), show_progress=False)
        return [corpus[int(place)].id for place in np.asarray(places)[0]]

    return ranked


def with_fts5(corpus: Sequence[Document]) -> Ranked:
    words, database = Words(), sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE faq USING fts5(body, tokenize = 'unicode61')")
    database.executemany(
        "INSERT INTO faq (rowid, body) VALUES (?, ?)", ((n, " ".join(words.of(whole(d)))) for n, d in enumerate(corpus))
    )

    def ranked(text: str) -> list[str]:
        asked = " OR ".join('"' + word.replace('"', "") + '"' for word in words.of(text) if word.strip('" '))
        if not asked:
            return []
        rows = database.execute("SELECT rowid FROM faq WHERE faq MATCH ? ORDER BY rank LIMIT ?", (asked, _DEPTH))
        return [corpus[row].id for (row,) in rows]

    return ranked


def with_tantivy(corpus: Sequence[Document]) -> Ranked:
    words, builder = Words(), tantivy.SchemaBuilder()
    builder.add_text_field("body", tokenizer_name="whitespace")
    builder.add_unsigned_field("place", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=50_000_000, num_threads=1)
    for place, document in enumerate(corpus):
        writer.add_document(tantivy.Document(body=" ".join(words.of(whole(document))), place=place))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ranked(text: str) -> list[str]:
        terms = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", word)) for word in words.of(text)]
        hits = searcher.search(tantivy.Query.boolean_query(terms), _DEPTH).hits if terms else []
        return [corpus[searcher.doc(address)["place"][0]].id for _, address in hits]

    return ranked


def with_rapidfuzz(corpus: Sequence[Document]) -> Ranked:
    questions = [document.question for document in corpus]

    def ranked(text: str) -> list[str]:
        found = process.extract(text, questions, scorer=fuzz.WRatio, processor=utils.default_process, limit=_DEPTH)
        return [corpus[place].id for _, _, place in found]

    return ranked


ENGINES: dict[str, Callable[[Sequence[Document]], Ranked]] = {
    "**bot/faq**": with_ours,
    "bm25s": with_bm25s,
    "SQLite FTS5": with_fts5,
    "tantivy": with_tantivy,
    "rapidfuzz WRatio on strings": with_rapidfuzz,
}


def race(title: str, corpus: Sequence[Document], asked: Sequence[tuple[str, frozenset[str]]]) -> Table:
    table = Table(
        title,
        f"{machine()}. {len(corpus):,} entries, {len(asked):,} questions with known answers, one thread, each engine in turn.",
        ("engine", "Hit@1 %", "Hit@3 %", "Hit@10 %", "p50 ms", "p99 ms", "build s"),
    )
    for name, build in ENGINES.items():
        begun = time.perf_counter()
        ranked = build(corpus)
        build_s = time.perf_counter() - begun
        times, ranks = [], []
        ranked(asked[0][0])
        for text, right in asked:
            started = time.perf_counter()
            found = ranked(text)
            times.append((time.perf_counter() - started) * 1000)
            ranks.append(next((place for place, entry in enumerate(found, start=1) if entry in right), 99))
        hits = (f"{100 * sum(rank <= most for rank in ranks) / len(ranks):.1f}" for most in (1, 3, 10))
        table.add(name, *hits, f"{percentile(times, 50):.2f}", f"{percentile(times, 99):.2f}", f"{build_s:.2f}")
    return table


def pack_corpus() -> tuple[list[Document], list[tuple[str, frozenset[str]]]]:
    """The pack's Japanese entries, and the Japanese lines of its question set that have an answer."""
    folder = read_settings().content
    corpus = [document for document in documents(load_pack(folder)) if document.language == "ja"]
    lines = [
        json.loads(line)
        for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    asked = []
    for line in lines:
        entries = [line["entry"]] if isinstance(line["entry"], str) else line["entry"]
        if line["language"] in ("ja", "ja-easy") and entries != ["none"]:
            asked.append((line["text"], frozenset(entries)))
    return corpus, asked


def file_corpus(options: argparse.Namespace) -> tuple[list[Document], list[tuple[str, frozenset[str]]]]:
    rows = json.loads(options.corpus.read_text(encoding="utf-8"))
    queries = json.loads(options.queries.read_text(encoding="utf-8"))
    qrels = json.loads(options.qrels.read_text(encoding="utf-8"))
    corpus = [Document(row["id"], row["question"], (), row["answer"]) for row in rows]
    right = {
        query: frozenset(entry for entry, grade in graded.items() if grade == 2) for query, graded in qrels.items()
    }
    return corpus, [(text, right[query]) for query, text in queries.items() if right.get(query)]


def many(corpus: Sequence[Document], size: int) -> list[Document]:
    """A corpus of `size` entries put together from the pieces of a small one: other questions over other answers."""
    pieces = [(one, other) for one, other in itertools.product(corpus, repeat=2) if one is not other]
    step = max(1, len(pieces) // size)
    return [
        Document(f"{place}", f"{one.question}（{other.question}）", other.asks[: place % 5], one.answer + other.answer)
        for place, (one, other) in enumerate(pieces[::step][:size])
    ]


def measure_many(corpus: Sequence[Document], asked: Sequence[tuple[str, frozenset[str]]]) -> Table:
    large = many(corpus, _MANY)
    begun = time.perf_counter()
    searcher = Searcher(large)
    searcher.prepare()
    build_s = time.perf_counter() - begun
    times = []
    for text, _ in asked:
        started = time.perf_counter()
        searcher.find(text)
        times.append((time.perf_counter() - started) * 1000)
    table = Table(
        "Ten thousand entries",
        f"{machine()}. {len(large):,} entries put together from the pieces of the corpus above; goal: p50 ≤ 3 ms, build ≤ 15 s.",
        ("p50 ms", "p99 ms", "build s", "index MB (without the dictionary)"),
    )
    table.add(
        f"{percentile(times, 50):.2f}",
        f"{percentile(times, 99):.2f}",
        f"{build_s:.1f}",
        f"{searcher.nbytes() / 1e6:.0f}",
    )
    return table


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    for name in ("--corpus", "--queries", "--qrels"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args(arguments)
    corpus, asked = file_corpus(options) if options.corpus else pack_corpus()
    print(race("FAQ search, side by side", corpus, asked))
    if not options.quick:
        print(measure_many(corpus, asked))


if __name__ == "__main__":
    main(sys.argv[1:])
