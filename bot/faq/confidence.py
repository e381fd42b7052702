"""How sure the search is: a logistic regression over a few signals, and the two limits it is held against.

The figures are data, in `confidence.json` beside this file; `madoguchi faq calibrate` learns and writes them. The
signals are such as mean the same on any corpus: what grows with the length of a question or the number of documents
(the rank itself) makes strangers' questions look surer than they are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.faq.entries import Match, Outcome
from bot.faq.index import Signals

FILE = Path(__file__).with_name("confidence.json")
OTHER = "other"
"""The model of every language that has none of its own."""


class Evidence(NamedTuple):
    """What speaks for one document being right."""

    share: float
    """Its part of the odds among the nearest."""
    grams: float
    """How like its nearest way of asking is to the question (0..1)."""
    asks: float
    """How many ways of asking it has (a logarithm): where many are known, a question far from them all is rarer."""


@dataclass(frozen=True, slots=True)
class Model:
    """A weight for each kind of evidence, in its order, and the intercept."""

    weights: tuple[float, ...]
    intercept: float

    def chance(self, evidence: Evidence) -> float:
        """The chance that the document is right."""
        fit = sum(weight * value for weight, value in zip(self.weights, evidence, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, fit + self.intercept))))


@dataclass(frozen=True, slots=True)
class Trust:
    """The models by language (and `OTHER`), and from what chance on a match is an answer, or at least worth offering.

    Raises ValueError for figures that cannot be used.
    """

    models: Mapping[str, Model]
    answer_from: float
    offer_from: float

    def __post_init__(self) -> None:
        if not 0 <= self.offer_from <= self.answer_from <= 1:
            raise ValueError(f"limits must rise from 0 to 1: offer {self.offer_from}, answer {self.answer_from}")
        if OTHER not in self.models:
            raise ValueError(f"there must be a model for {OTHER!r} languages")
        if any(len(model.weights) != len(Evidence._fields) for model in self.models.values()):
            raise ValueError(f"each model needs {len(Evidence._fields)} weights: {', '.join(Evidence._fields)}")

    def confidence(self, evidence: Evidence, language: str) -> float:
        """The chance (0..1) that a document is right for a question in `language`."""
        return (self.models.get(language) or self.models[OTHER]).chance(evidence)

    def outcome(self, matches: Sequence[Match]) -> Outcome:
        """What may be done with matches, best first."""
        if not matches or matches[0].confidence < self.offer_from:
            return Outcome.ASK_OFFICE
        return Outcome.ANSWER if matches[0].confidence >= self.answer_from else Outcome.DID_YOU_MEAN


@cache
def shipped() -> Trust:
    """The figures of `confidence.json`, read once."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Trust:
    """The figures in a file's text. Raises ValueError for a text that holds none.

    >>> model = '{"weights": {"share": 3, "grams": 2, "asks": 0.1}, "intercept": -3}'
    >>> read('{"answer_from": 0.45, "offer_from": 0.2, "models": {"other": ' + model + "}}").answer_from
    0.45
    """
    try:
        fields = json.loads(text)
        models = {
            str(language): Model(
                tuple(float(model["weights"][name]) for name in Evidence._fields), float(model["intercept"])
            )
            for language, model in fields["models"].items()
        }
        return Trust(models, float(fields["answer_from"]), float(fields["offer_from"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no figures of confidence: {error!r}") from error


def written(trust: Trust) -> str:
    """The text of a file that `read` understands."""
    models = {
        language: {
            "weights": {name: round(weight, 3) for name, weight in zip(Evidence._fields, model.weights, strict=True)},
            "intercept": round(model.intercept, 3),
        }
        for language, model in sorted(trust.models.items())
    }
    fields = {"answer_from": trust.answer_from, "offer_from": trust.offer_from, "models": models}
    return json.dumps(fields, indent=2) + "\n"


def weigh(signals: Signals, order: npt.NDArray[np.int64]) -> list[Evidence]:
    """The evidence for the documents in `order`, best first."""
    if not len(order):
        return []
    odds = np.exp(signals.rank[order] - signals.rank[order[0]])
    columns = (odds / odds.sum(), signals.grams[order], signals.asks[order])
    return [Evidence(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]
