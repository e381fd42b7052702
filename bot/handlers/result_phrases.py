"""The phrases of an eligibility result: the total from its parts, how each benefit stands and why, what to do next.

Every word and every rule is the pack's; which phrases make up a screen is `result_card.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from bot.content import Content
from bot.dialogue import Joint, Phrase
from bot.eligibility.evaluate import Evaluation, Verdict, side_by_side
from bot.eligibility.next_steps import Step, can_be_had
from bot.eligibility.questions import Interview, limit_of, option_of
from bot.eligibility.rules import Scheme
from bot.language import Language


@dataclass(frozen=True, slots=True)
class ResultPhrases:
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
        parts = [one for one in result.benefits if can_be_had(self.scheme, one)]
        if len(parts) > 1:
            yield from _enclosed(self._amounts(parts))
        if sums.now_yen and sums.now_yen != sums.expected_total_yen:
            now = {"yen": sums.now_yen, "up_to": int(sums.now_up_to)}
            yield Phrase("eligibility.total_now", now, Joint.LINE)

    def unsure(self, interview: Interview, result: Evaluation, today: date) -> Iterator[Phrase]:
        """What the resident did not know: its outcomes side by side where that settles a total, and whom to ask."""
        names = [name for name in result.missing if name in interview.unsure]
        outcomes = {name: side_by_side(self.scheme, interview.facts, today, name) for name in names}
        telling = [name for name in names if any(_settles(outcome) for _, outcome in outcomes[name])]
        for name in telling:
            yield self._of(name, "name")
            yield Phrase("eligibility.unsure", joint=Joint.NONE)
            for value, outcome in outcomes[name]:
                yield Phrase("eligibility.if_so", joint=Joint.LINE)
                yield self._option(name, option_of(self.scheme, name, value, today), today)
                yield Phrase("eligibility.then", joint=Joint.NONE)
                yield from self._outcome(outcome)
        yield from self._unclear([name for name in names if name not in telling])
        if names:
            yield Phrase("eligibility.ask_record", joint=Joint.LINE)

    def _unclear(self, names: Iterable[str]) -> Iterator[Phrase]:
        for number, name in enumerate(names):
            if number == 0:
                yield Phrase("eligibility.unclear")
            yield Phrase("eligibility.if_so", joint=Joint.LINE)
            yield self._of(name, "name", joint=Joint.NONE)

    def last_day(self, result: Evaluation) -> Iterator[Phrase]:
        """On the very day of a deadline: to call before anything else, since nobody here knows what still counts."""
        if any(result.as_of in self._deadlines(one) for one in result.benefits):
            yield Phrase("eligibility.last_day")

    def at_a_glance(self, result: Evaluation) -> Iterator[Phrase]:
        """A line for each benefit; one that cannot be had says why at once."""
        for place, one in enumerate(result.benefits, 1):
            yield from self._named(place, one, Joint.PARAGRAPH if place == 1 else Joint.LINE)
            if one.status and not can_be_had(self.scheme, one):
                yield from self._why(one)

    def benefit(self, place: int, one: Verdict, said: Iterable[Step]) -> Iterator[Phrase]:
        """How it stands and how much; from when to when; why; what to do, but for the steps that were said before."""
        yield from self._named(place, one, Joint.PARAGRAPH)
        yield from self._days(one)
        yield from self._why(one)
        texts = {step.text for step in said}
        yield from self._arrows(Step(text) for text in one.next_steps if text not in texts)

    def steps(self, steps: Iterable[Step]) -> Iterator[Phrase]:
        """What to do next, a line each; what is for some benefits only says for which."""
        lines = tuple(self._arrows(steps))
        if lines:
            yield Phrase("eligibility.next")
        yield from lines

    def listed(self, kind: str, steps: Iterable[Step]) -> Iterator[Phrase]:
        """What the pack says of these steps (`desk`: what the desk can do; `bring`), in the order of its texts."""
        prefix = self._key(kind, "")
        wanted = {prefix + step.name for step in steps}
        said = [key for key in self.content.texts[Language.JA] if key in wanted]
        if said:
            yield Phrase(f"eligibility.{kind}")
            yield from (Phrase(key, joint=Joint.LINE) for key in said)

    def change(self, place: int, old: Verdict, new: Verdict) -> Iterator[Phrase]:
        """「【2】健康保険証…：開始前 → 申し込めます」"""
        yield from self._named(place, old, Joint.LINE)
        yield Phrase("eligibility.becomes", joint=Joint.NONE)
        yield from self._stands(new)

    def _arrows(self, steps: Iterable[Step]) -> Iterator[Phrase]:
        for step in steps:
            yield Phrase("eligibility.arrow", joint=Joint.LINE)
            yield from (_mark(place, Joint.NONE) for place in step.places)
            yield Phrase(step.text, joint=Joint.NONE)

    def _named(self, place: int, one: Verdict, joint: Joint) -> Iterator[Phrase]:
        """「【2】健康保険証…：申し込めます。7,500円相当」"""
        yield _mark(place, joint)
        yield self._of("benefit", one.benefit.id, joint=Joint.NONE)
        yield Phrase("eligibility.colon", joint=Joint.NONE)
        yield from self._stands(one)

    def _stands(self, one: Verdict) -> Iterator[Phrase]:
        if one.status is None:
            yield Phrase("eligibility.open_result", joint=Joint.NONE)
            return
        yield Phrase(self._key("status", one.status), _shown_days(one), Joint.NONE)
        if one.amount_yen:
            yield replace(_amount(one), key="eligibility.brings")

    def _days(self, one: Verdict) -> Iterator[Phrase]:
        days = _shown_days(one)
        if not can_be_had(self.scheme, one):
            return
        if "card_deadline_on" in days and one.status == _CARD_FIRST:
            yield Phrase("eligibility.card_by", {"card_deadline_on": days["card_deadline_on"]}, Joint.LINE)
        if {"opens_on", "closes_on"} <= days.keys():
            period = {name: days[name] for name in ("opens_on", "closes_on")}
            yield Phrase("eligibility.period", period, Joint.LINE)

    def _deadlines(self, one: Verdict) -> Iterator[date | None]:
        """The days until which something has to be done to have the benefit."""
        if can_be_had(self.scheme, one):
            yield one.dates.get("closes_on")
            if one.status == _CARD_FIRST:
                yield one.dates.get("card_deadline_on")

    def _why(self, one: Verdict) -> Iterator[Phrase]:
        """The conditions a resident is told of; what goes without saying has no text."""
        told = dict.fromkeys(key for reason in one.reasons if self._has(key := self._key("reason", reason.condition)))
        for number, key in enumerate(told):
            yield Phrase("eligibility.because", joint=Joint.LINE) if number == 0 else _BETWEEN_REASONS
            yield Phrase(key, joint=Joint.NONE)

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

    def _has(self, key: str) -> bool:
        return key in self.content.texts[Language.JA]


_CARD_FIRST = "apply_for_card"
"""The status of somebody whose first step is the card: only they have its deadline before them."""

_BETWEEN_REASONS = Phrase("eligibility.between_reasons", joint=Joint.NONE)


def _mark(place: int, joint: Joint) -> Phrase:
    """「【2】」, by which a card calls its benefits."""
    return Phrase("eligibility.mark", {"number": place}, joint)


def _settles(outcome: Evaluation) -> bool:
    """Whether the total is known then."""
    return outcome.sums.expected_total_yen is not None


def _shown_days(one: Verdict) -> dict[str, str | int]:
    """The days that matter for how a benefit stands, as the arguments of a text."""
    return {name: day.isoformat() for name, day in one.dates.items() if day}


def _amount(one: Verdict) -> Phrase:
    return Phrase("eligibility.amount", {"yen": one.amount_yen or 0, "up_to": int(one.is_up_to)}, Joint.NONE)


def _enclosed(phrases: Iterable[Phrase]) -> Iterator[Phrase]:
    yield Phrase("eligibility.parts_begin", joint=Joint.NONE)
    yield from phrases
    yield Phrase("eligibility.parts_end", joint=Joint.NONE)
