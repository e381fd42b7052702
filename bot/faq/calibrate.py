"""Learning how sure the search may be, from a pack's ways of asking and its question set; for the command line.

The models are learned from ways of asking taken out and asked again, of a search that knows most of the others, few or
none, and from the question set asked as the pack stands: the four weigh the same. Then the limits follow by rule.
Answer: the lowest limit that no question of the set that has no answer reaches, all but 1 % of them stay a tenth below,
and at which at least 97 % of the answers are right. Offer: the highest that still brings on the screen at least 95 %
of the ways of asking left out whose entry is among the first three.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.faq.confidence import OTHER, Evidence, Model, Trust
from bot.faq.entries import Document
from bot.faq.logistic import auroc, fitted
from bot.faq.search import Nearest, Searcher
from bot.faq.trials import REGIMES, Asked, Trial, left_out, put

OWN = ("ja",)
"""Languages with a model of their own; all others share one."""

RIGHT_AT_LEAST = 0.97
NEAR_AT_MOST, MARGIN = 0.01, 0.1
"""How many of the questions without an answer come how near to the limit: the set holds a few of all there are."""

OFFERED_AT_LEAST = 0.95
LIMITS = tuple(round(number / 20, 2) for number in range(2, 19))
"""Twentieths: a finer limit would chase single questions."""

_FOLDS = 5

Judged = tuple[bool, bool | None]
"""Whether nothing should have answered, and whether the answer given was right; None: none was given."""


@dataclass(frozen=True, slots=True)
class Row:
    """What an answer limit does, in shares (0..1).

    `answered` of the set's questions that have an answer get a right one; `right` of the answers to them are right;
    `none_answered` of those that have none get one all the same; `left_out_right` of the answers to ways of asking
    left out, an eighth of whose entries are missing, are right.
    """

    limit: float
    answered: float
    right: float
    none_answered: float
    left_out_right: float


@dataclass(frozen=True, slots=True)
class Learned:
    """The figures; what they rest on; `aurocs` per model, over ways of asking left out; what each limit does.

    `unseen` is what models and limits do to questions of the set that they were not learned from, a fifth at a time.
    """

    trust: Trust
    trials: int
    questions: int
    aurocs: Mapping[str, float]
    rows: tuple[Row, ...]
    unseen: Row


def learn(
    documents: Iterable[Document], asked: Sequence[Asked], synonyms: Mapping[str, Sequence[str]] | None = None
) -> Learned:
    """The figures for a pack's documents and its question set. ValueError if there is nothing to learn from."""
    known = list(documents)
    regimes = [list(left_out(known, keeps, synonyms)) for keeps in REGIMES.values()]
    searcher = Searcher(known, synonyms)
    questions = [put(searcher, one) for one in asked]
    trust = _figures(regimes, questions)
    return Learned(
        trust,
        trials=sum(map(len, regimes)),
        questions=len(questions),
        aurocs={name: _auroc(model, regimes[0], name) for name, model in trust.models.items()},
        rows=tuple(_row(limit, trust, questions, regimes[0]) for limit in LIMITS),
        unseen=_unseen(regimes, questions),
    )


def _figures(regimes: Sequence[Sequence[Trial]], questions: Sequence[Trial]) -> Trust:
    names = (*OWN, OTHER)
    models = {name: model for name in names if (model := _model([*regimes, questions], name)) is not None}
    if not models:
        raise ValueError("nothing to learn from: the search found nothing for any question")
    models.setdefault(OTHER, next(iter(models.values())))
    trust = Trust(models, answer_from=1.0, offer_from=0.0)
    answer_from = next((limit for limit in LIMITS if _is_safe(limit, trust, questions)), LIMITS[-1])
    return Trust(models, answer_from, min(answer_from, _offer_from(trust, regimes[0])))


def _is_safe(limit: float, trust: Trust, questions: Sequence[Trial]) -> bool:
    at, below = (_row(one, trust, questions, ()) for one in (limit, limit - MARGIN))
    return at.none_answered == 0 and below.none_answered <= NEAR_AT_MOST and at.right >= RIGHT_AT_LEAST


def _offer_from(trust: Trust, trials: Sequence[Trial]) -> float:
    """The highest limit that keeps enough of the trials whose right document is among the first three."""
    near = [
        trust.confidence(best.evidence, best.language)
        for trial in trials
        if (best := _best(trust, trial)) and trial.asked.right.intersection(best.ids)
    ]
    kept = (limit for limit in reversed(LIMITS) if _share([chance >= limit for chance in near]) >= OFFERED_AT_LEAST)
    return next(kept, 0.0)


def _model(trials: Sequence[Sequence[Trial]], name: str) -> Model | None:
    """One model from several sets of trials of the same weight; None if none is about its languages."""
    signals, right, counts = [], [], []
    for of_set in trials:
        rows = _rows_of(of_set, name)
        if not rows:
            continue
        signals += [evidence for evidence, _ in rows]
        right += [is_right for _, is_right in rows]
        counts += [1000 / len(rows)] * len(rows)
    if not signals:
        return None
    weights, intercept = fitted(np.asarray(signals), np.asarray(right), np.asarray(counts))
    return Model(tuple(weights.tolist()), intercept)


def _rows_of(trials: Iterable[Trial], name: str) -> list[tuple[Evidence, bool]]:
    """What was found in a model's languages, and whether it was right."""
    return [
        (found.evidence, found.ids[0] in trial.asked.right)
        for trial in trials
        for found in trial.found
        if (found.language if found.language in OWN else OTHER) == name
    ]


def _auroc(model: Model, trials: Sequence[Trial], name: str) -> float:
    rows = _rows_of(trials, name)
    right = np.asarray([is_right for _, is_right in rows], dtype=bool)
    if right.all() or not right.any():
        return 0.5
    return auroc(np.asarray([model.chance(evidence) for evidence, _ in rows]), right)


def _row(limit: float, trust: Trust, questions: Sequence[Trial], trials: Sequence[Trial]) -> Row:
    return _counted(limit, _judged(limit, trust, questions), _judged(limit, trust, trials))


def _counted(limit: float, questions: Sequence[Judged], trials: Sequence[Judged]) -> Row:
    of_answerable = [verdict for is_none, verdict in questions if not is_none]
    return Row(
        limit,
        answered=_share([verdict is True for verdict in of_answerable]),
        right=_share([verdict for verdict in of_answerable if verdict is not None], of_nothing=1.0),
        none_answered=_share([verdict is False for is_none, verdict in questions if is_none]),
        left_out_right=_share([verdict for _, verdict in trials if verdict is not None], of_nothing=1.0),
    )


def _judged(limit: float, trust: Trust, trials: Iterable[Trial]) -> list[Judged]:
    return [(trial.asked.is_none, _verdict(limit, trust, trial)) for trial in trials]


def _verdict(limit: float, trust: Trust, trial: Trial) -> bool | None:
    best = _best(trust, trial)
    if best is None or trust.confidence(best.evidence, best.language) < limit:
        return None
    return best.ids[0] in trial.asked.right


def _best(trust: Trust, trial: Trial) -> Nearest | None:
    return max(trial.found, key=lambda found: trust.confidence(found.evidence, found.language), default=None)


def _unseen(regimes: Sequence[Sequence[Trial]], questions: Sequence[Trial]) -> Row:
    """The row of questions each judged by figures learned without it; its limit is the mean of those used."""
    limits: list[float] = []
    judged: list[Judged] = []
    for fold in range(_FOLDS):
        trust = _figures(regimes, _but(questions, fold))
        limits.append(trust.answer_from)
        judged += _judged(trust.answer_from, trust, questions[fold::_FOLDS])
    return _counted(float(np.mean(limits)), judged, ())


def _but(questions: Sequence[Trial], fold: int) -> list[Trial]:
    return [trial for place, trial in enumerate(questions) if place % _FOLDS != fold]


def _share(claims: Sequence[bool], *, of_nothing: float = 0.0) -> float:
    return sum(claims) / len(claims) if claims else of_nothing
