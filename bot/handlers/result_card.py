"""The result of the eligibility dialogue as a card of two screens.

The first is short enough for a telephone: the total, a line a benefit, what to do next, what to bring. The second, on
asking: every date and reason, and what the city's desk can do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.content import Content
from bot.dialogue import Choice, Joint, Phrase
from bot.eligibility.evaluate import Evaluation, evaluate
from bot.eligibility.next_steps import Step, can_be_had, next_steps
from bot.eligibility.questions import Interview
from bot.eligibility.rules import Scheme
from bot.handlers import booked
from bot.handlers.result_phrases import ResultPhrases


@dataclass(frozen=True, slots=True)
class Card:
    """What to say, and the buttons that lead on from it."""

    phrases: tuple[Phrase, ...]
    choices: tuple[Choice, ...]


def result_card(scheme: Scheme, interview: Interview, content: Content, today: date) -> Card:
    """The result for what is known: at a glance first, and then, where something can be had, the details.

    What the resident did not know stands in it with both outcomes.
    """
    result = evaluate(scheme, interview.facts, today)
    worded = ResultPhrases(scheme, content)
    steps = next_steps(scheme, result.benefits)
    has_details = any(can_be_had(scheme, one) for one in result.benefits)
    phrases = (
        Phrase("eligibility.result"),
        *worded.total(result),
        *worded.last_day(result),
        *worded.unsure(interview, result, today),
        *worded.at_a_glance(result),
        *worded.steps(steps),
        *worded.listed("bring", steps),
        *(_details(worded, result, steps) if has_details else ()),
        Phrase("eligibility.no_promise"),
    )
    return Card(phrases, _ways_on(content, steps))


def _details(worded: ResultPhrases, result: Evaluation, steps: tuple[Step, ...]) -> tuple[Phrase, ...]:
    """Each benefit with its dates and reasons, and what the desk can and cannot do."""
    return (
        Phrase("eligibility.details"),
        *(phrase for place, one in enumerate(result.benefits, 1) for phrase in worded.benefit(place, one, steps)),
        *worded.listed("desk", steps),
    )


def changed_since(
    scheme: Scheme, interview: Interview, content: Content, seen: date, today: date
) -> tuple[Phrase, ...]:
    """What stands differently today from the day the resident saw last, benefit by benefit."""
    worded = ResultPhrases(scheme, content)
    before, now = (evaluate(scheme, interview.facts, day).benefits for day in (seen, today))
    changed = [
        phrase
        for place, (old, new) in enumerate(zip(before, now, strict=True), 1)
        if (old.status, old.amount_yen) != (new.status, new.amount_yen)
        for phrase in worded.change(place, old, new)
    ]
    told = changed or [Phrase("eligibility.nothing_changed", joint=Joint.LINE)]
    return (Phrase("eligibility.another_day", {"day": seen.isoformat()}), *told)


_WITHOUT_CARD = frozenset({"apply_for_card", "collect_card"})
"""Next steps of somebody whom the desk could only turn away: their card is not there yet."""


def _ways_on(content: Content, steps: Iterable[Step]) -> tuple[Choice, ...]:
    """A button that books the desk for what is to be done next, where a desk helps with it."""
    names = {step.name for step in steps}
    has_card = names.isdisjoint(_WITHOUT_CARD)
    service = content.booking.service_for(names) if content.booking and has_card else None
    return (Choice(booked.BOOK.label, f"{booked.BOOK.token}:for={service}"),) if service else ()
