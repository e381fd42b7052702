"""The eligibility engine against a hand-written function of `if`s that knows the same table by heart, in one run.

The function gives statuses and sums and nothing else; the engine reads the rules as data, leaves unknowns open and gives
reasons. `cold`: its memory was emptied before the round; `warm`: every one of these facts has been seen before. One turn
of the dialogue is a typed answer read, the next question chosen (or the result worked out), and the answers written for the row.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from bench.report import Table, machine, percentile
from bot.eligibility.answers import Understood, Unsure, read_answer
from bot.eligibility.evaluate import evaluate
from bot.eligibility.facts import Facts
from bot.eligibility.prove import prove
from bot.eligibility.questions import Answer, Interview, dump_interview, load_interview, next_question
from bot.eligibility.rules import Scheme
from bot.eligibility.ruling import ruling_on
from tests.bot.eligibility import by_hand
from tests.bot.eligibility.by_hand import Person
from tests.bot.eligibility.schemes import facts_about, mynapoint, people_on

DAY = date(2022, 12, 1)
TYPED = {
    "card": "はい、持っています", "card_applied_on": "令和4年9月末", "round1": "申し込んでいません", "insurance": "もう済みました",
    "account": "これからします",
}  # fmt: skip
PLAIN_IF = "a function of `if`s"
Timed = Callable[[], object]


def timed(one: Timed) -> float:
    begun = time.perf_counter()
    one()
    return time.perf_counter() - begun


def by_if(people: Sequence[Person]) -> list[float]:
    """Seconds for each person."""
    return [timed(partial(judged_by_if, person)) for person in people]


def judged_by_if(person: Person) -> object:
    return by_hand.statuses(person, DAY), by_hand.sums(person, DAY)


def by_engine(scheme: Scheme, everybody: Sequence[Facts]) -> list[float]:
    return [timed(partial(evaluate, scheme, facts, DAY)) for facts in everybody]


def from_nothing(scheme: Scheme, facts: Facts) -> float:
    """Seconds for one evaluation in a process that has just read the rules."""
    ruling_on.cache_clear()
    return timed(partial(evaluate, scheme, facts, DAY))


def evaluations(scheme: Scheme, rounds: int) -> Table:
    people = people_on(DAY)
    everybody = [facts_about(person) for person in people]
    unsure = [{name: facts[name] for name in list(facts)[:2]} for facts in everybody]
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        found.setdefault(PLAIN_IF, []).extend(by_if(people))
        ruling_on.cache_clear()
        found.setdefault("**engine, cold**", []).extend(by_engine(scheme, everybody))
        found.setdefault("**engine, warm**", []).extend(by_engine(scheme, everybody))
        ruling_on.cache_clear()
        found.setdefault("**engine, cold, two facts known**", []).extend(by_engine(scheme, unsure))
        found.setdefault("**engine, the first of a process**", []).extend(
            from_nothing(scheme, facts) for facts in everybody[::20]
        )
    floor = percentile(found[PLAIN_IF], 50)
    table = Table(
        "Eligibility: one evaluation",
        f"{machine()}. {len(people):,} residents the rules tell apart on {DAY}, {rounds} rounds in turns. "
        "The function knows no reasons, no next steps, no unknowns and one scheme only.",
        ("", "evaluations a second", "p50 µs", "p99 µs", "times the function"),
    )
    for name, seconds in found.items():
        p50 = percentile(seconds, 50)
        table.add(
            name, f"{len(seconds) / sum(seconds):,.0f}", f"{p50 * 1e6:.1f}", f"{percentile(seconds, 99) * 1e6:.1f}",
            f"{p50 / floor:.1f}",
        )  # fmt: skip
    return table


def turn_of(scheme: Scheme, kept: str) -> str:
    """One typed answer: read, judged, the next question chosen (or the result), and kept."""
    interview = load_interview(scheme, json.loads(kept))
    question = next_question(scheme, interview, DAY)
    if question is None:
        evaluate(scheme, interview.facts, DAY)
        return "[]"
    match read_answer(scheme, question, TYPED[question.fact.id], DAY):
        case Understood(gives):
            interview = interview.answered(Answer(question.fact.id, gives))
        case Unsure():
            interview = interview.answered(Answer(question.fact.id, {}))
    evaluate(scheme, interview.facts, DAY)
    next_question(scheme, interview, DAY)
    return json.dumps(dump_interview(interview))


def dialogue(scheme: Scheme, turns: int) -> Table:
    kept, seconds = json.dumps(dump_interview(Interview())), []
    for _ in range(turns):
        begun = time.perf_counter()
        kept = turn_of(scheme, kept)
        seconds.append(time.perf_counter() - begun)
    floor = [timed(partial(by_hand.statuses, people_on(DAY)[0], DAY)) for _ in range(turns)]
    table = Table(
        "Eligibility: one turn of the dialogue",
        f"{machine()}. {turns:,} typed answers on {DAY}, without store and channel; the floor is one call of the function.",
        ("", "p50 µs", "p99 µs"),
    )
    for name, measured in ((PLAIN_IF, floor), ("**one turn**", seconds)):
        table.add(name, f"{percentile(measured, 50) * 1e6:.1f}", f"{percentile(measured, 99) * 1e6:.1f}")
    return table


def proof(scheme: Scheme) -> Table:
    ruling_on.cache_clear()
    seconds = timed(partial(prove, scheme))
    table = Table(
        "Eligibility: the proof",
        f"{machine()}. Every combination of facts on every day around a change, and every path of questions; goal: under 10 s.",
        ("scheme", "s"),
    )
    table.add(scheme.id, f"{seconds:.1f}")
    return table


def main() -> None:
    quick = "--quick" in sys.argv[1:]
    scheme = mynapoint()
    print(evaluations(scheme, 2 if quick else 10))
    print(dialogue(scheme, 500 if quick else 5000))
    print(proof(scheme))


if __name__ == "__main__":
    main()
