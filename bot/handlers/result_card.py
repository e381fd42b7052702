"""The result of the eligibility dialogue as a card: the total from its parts, each benefit with its reasons and next
steps, what the city's desk can do, what to bring. Puts phrases together; every word and every rule is the pack's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from bot.content import Content
from bot.dialogue import Choice, Joint, Phrase
from bot.eligibility.evaluate import Evaluation, Verdict, evaluate, side_by_side
from bot.eligibility.questions import Interview, limit_of, option_of
from bot.eligibility.rules import Scheme
from bot.handlers import booked
from bot.language import Language


@dataclass(frozen=True, slots=True)
class Card:
    """What to say, and the buttons that lead on from it."""

    phrases: tuple[Phrase, ...]
    choices: tuple[Choice, ...]


def result_card(scheme: Scheme, interview: Interview, content: Content, today: date) -> Card:
    """The card for what is known. What the resident did not know stands in it with both outcomes side by side."""
    result = evaluate(scheme, interview.facts, today)
    worded = _Worded(scheme, content)
    taken = Counter(step for one in result.benefits for step in one.next_steps)
    led_on = sum(1 for one in result.benefits if one.next_steps)
    shared = tuple(step for step, times in taken.items() if times == led_on > 1)
    phrases = (
        Phrase("eligibility.result"),
        *worded.total(result),
        *worded.unsure(interview, result, today),
        *(phrase for one in result.benefits for phrase in worded.benefit(one, shared)),
        *worded.steps(shared, Phrase("eligibility.next")),
        *worded.at_desk(tuple(taken)),
        Phrase("eligibility.no_promise"),
    )
    return Card(phrases, _ways_on(content, tuple(taken)))


def changed_since(
    scheme: Scheme, interview: Interview, content: Content, seen: date, today: date
) -> tuple[Phrase, ...]:
    """What stands differently today from the day the resident saw last, benefit by benefit."""
    worded = _Worded(scheme, content)
    before, now = (evaluate(scheme, interview.facts, day).benefits for day in (seen, today))
    changed = [
        phrase
        for old, new in zip(before, now, strict=True)
        if (old.status, old.amount_yen) != (new.status, new.amount_yen)
        for phrase in worded.change(old, new)
    ]
    told = changed or [Phrase("eligibility.nothing_changed", joint=Joint.LINE)]
    return (Phrase("eligibility.another_day", {"day": seen.isoformat()}), *told)


@dataclass(frozen=True, slots=True)
class _Worded:
    """The phrases of one scheme's results."""

    scheme: Scheme
    content: Content

    def total(self, result: Evaluation) -> Iterator[Phrase]:
        """「合わせて最大20,000円相当（5,000円相当まで＋7,500円相当＋7,500円相当）」: said from its parts."""
        sums = result.sums
        if sums.expected_total_yen is None:
            yield Phrase("eligibility.total_open")
            return
        if sums.expected_total_yen == 0:
            yield Phrase("eligibility.total_none" if result.decided else "eligibility.total_open")
            return
        args = {"yen": sums.expected_total_yen, "up_to": int(sums.expected_up_to)}
        yield Phrase("eligibility.total", args)
        parts = [one for one in result.benefits if self._counts(one)]
        if len(parts) > 1:
            yield from _enclosed(self._amounts(parts))
        if sums.now_yen and sums.now_yen != sums.expected_total_yen:
            now = {"yen": sums.now_yen, "up_to": int(sums.now_up_to)}
            yield Phrase("eligibility.total_now", now, Joint.LINE)

    def unsure(self, interview: Interview, result: Evaluation, today: date) -> Iterator[Phrase]:
        """Both outcomes of what the resident did not know, and whom to ask."""
        for fact in result.missing:
            if fact not in interview.unsure:
                continue
            yield self._of(fact, "name")
            yield Phrase("eligibility.unsure", joint=Joint.NONE)
            for value, outcome in side_by_side(self.scheme, interview.facts, today, fact):
                yield Phrase("eligibility.if_so", joint=Joint.LINE)
                yield self._option(fact, option_of(self.scheme, fact, value, today), today)
                yield Phrase("eligibility.then", joint=Joint.NONE)
                yield from self._outcome(outcome)
            yield Phrase("eligibility.ask_record", joint=Joint.LINE)

    def benefit(self, one: Verdict, shared: tuple[str, ...]) -> Iterator[Phrase]:
        """Name, how it stands and how much; from when to when; why; what to do next, but for what others need too."""
        yield self._of("benefit", one.benefit.id)
        yield Phrase("eligibility.colon", joint=Joint.NONE)
        yield from self._stands(one)
        yield from self._days(one)
        if self._telling(one):
            yield Phrase("eligibility.because", joint=Joint.LINE)
            for name in self._telling(one):
                yield self._of("reason", name, joint=Joint.NONE)
        yield from self.steps(tuple(step for step in one.next_steps if step not in shared))

    def steps(self, steps: tuple[str, ...], heading: Phrase | None = None) -> Iterator[Phrase]:
        """What to do next, a line each."""
        if heading and steps:
            yield heading
        for step in steps:
            yield Phrase("eligibility.arrow", joint=Joint.LINE)
            yield Phrase(step, joint=Joint.NONE)

    def at_desk(self, steps: Iterable[str]) -> Iterator[Phrase]:
        """What the desk can and cannot do for these steps, and what to bring: where the pack says so."""
        for kind in ("desk", "bring"):
            said = [name for step in steps if self._has(kind, name := step.rpartition(".")[2])]
            for place, name in enumerate(said):
                if place == 0:
                    yield Phrase(f"eligibility.{kind}")
                yield self._of(kind, name, joint=Joint.LINE)

    def change(self, old: Verdict, new: Verdict) -> Iterator[Phrase]:
        """「対象者2：開始前 → 申し込めます」"""
        yield self._of("benefit", new.benefit.id, joint=Joint.LINE)
        yield Phrase("eligibility.colon", joint=Joint.NONE)
        yield from self._stands(old)
        yield Phrase("eligibility.becomes", joint=Joint.NONE)
        yield from self._stands(new)

    def _stands(self, one: Verdict) -> Iterator[Phrase]:
        if one.status is None:
            yield Phrase("eligibility.open_result", joint=Joint.NONE)
            return
        yield self._of("status", one.status, joint=Joint.NONE)
        if one.amount_yen:
            yield replace(_amount(one), joint=Joint.NONE)

    def _days(self, one: Verdict) -> Iterator[Phrase]:
        opens, closes, card = (one.dates.get(name) for name in ("opens_on", "closes_on", "card_deadline_on"))
        if not self._counts(one):
            return
        if card is not None and one.status == "apply_for_card":
            yield Phrase("eligibility.card_by", {"card_deadline_on": card.isoformat()}, Joint.LINE)
        if opens is not None and closes is not None:
            days = {"opens_on": opens.isoformat(), "closes_on": closes.isoformat()}
            yield Phrase("eligibility.period", days, Joint.LINE)

    def _outcome(self, outcome: Evaluation) -> Iterator[Phrase]:
        """One line: the total if the rest is known, or that it is still open."""
        total = outcome.sums.expected_total_yen
        if total is None:
            yield Phrase("eligibility.open_result", joint=Joint.NONE)
        elif total == 0:
            yield Phrase("eligibility.nothing", joint=Joint.NONE)
        else:
            args = {"yen": total, "up_to": int(outcome.sums.expected_up_to)}
            yield Phrase("eligibility.sum", args, Joint.NONE)

    def _telling(self, one: Verdict) -> tuple[str, ...]:
        """The conditions a resident is told of; what goes without saying has no text."""
        names = dict.fromkeys(reason.condition for reason in one.reasons)
        return tuple(name for name in names if self._has("reason", name))

    def _counts(self, one: Verdict) -> bool:
        """Whether something can be had, now or later."""
        return bool(one.status and one.amount_yen and self.scheme.statuses[one.status].counts.can_be_had)

    def _amounts(self, parts: list[Verdict]) -> Iterator[Phrase]:
        for place, one in enumerate(parts):
            if place:
                yield Phrase("eligibility.plus", joint=Joint.NONE)
            yield _amount(one)

    def _option(self, fact: str, option: str, today: date) -> Phrase:
        limit = limit_of(self.scheme, fact, today)
        return Phrase(
            f"eligibility.{self.scheme.id}.{fact}.{option}", {"limit": limit.isoformat()} if limit else {}, Joint.NONE
        )

    def _of(self, *names: str, joint: Joint = Joint.PARAGRAPH) -> Phrase:
        return Phrase(self._key(*names), joint=joint)

    def _key(self, *names: str) -> str:
        return ".".join(("eligibility", self.scheme.id, *names))

    def _has(self, *names: str) -> bool:
        return self._key(*names) in self.content.texts[Language.JA]


def _amount(one: Verdict) -> Phrase:
    return Phrase("eligibility.amount", {"yen": one.amount_yen or 0, "up_to": int(one.is_up_to)}, Joint.NONE)


def _enclosed(phrases: Iterable[Phrase]) -> Iterator[Phrase]:
    yield Phrase("eligibility.parts_begin", joint=Joint.NONE)
    yield from phrases
    yield Phrase("eligibility.parts_end", joint=Joint.NONE)


_WITHOUT_CARD = frozenset({"apply_for_card", "collect_card"})
"""Next steps of somebody whom the desk could only turn away: their card is not there yet."""


def _ways_on(content: Content, steps: Iterable[str]) -> tuple[Choice, ...]:
    """A button that books the desk for what is to be done next, where a desk helps with it."""
    names = {step.rpartition(".")[2] for step in steps}
    has_card = names.isdisjoint(_WITHOUT_CARD)
    service = content.booking.service_for(names) if content.booking and has_card else None
    return (Choice(booked.BOOK.label, f"{booked.BOOK.token}:for={service}"),) if service else ()
