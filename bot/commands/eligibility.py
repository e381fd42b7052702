"""`madoguchi eligibility --facts FILE`: who is entitled to what on a day; as words, as JSON, or with the whole tree."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from bot.commands.schemes import scheme_named
from bot.dialogue import day_in_tokyo
from bot.eligibility.checks import Truth
from bot.eligibility.evaluate import Evaluation, Verdict, evaluate, side_by_side
from bot.eligibility.facts import Facts, Known, Plain, parse_facts, plain_fact
from bot.eligibility.reasons import Reason
from bot.eligibility.rules import Scheme
from bot.eligibility.trace import Branch, trace
from bot.errors import BotError
from bot.settings import read_settings
from bot.wiring import start_clock

_TRUTH: Mapping[Truth, str] = {True: "○", False: "×", None: "？"}


def run(options: argparse.Namespace) -> int:
    """Print the result. Exit 2 where the day lacks a value: the result is printed, and what is lacking is named."""
    if options.facts is None:
        raise BotError("eligibility: give --facts FILE.json (or `eligibility table`)")
    settings = read_settings()
    scheme = scheme_named(settings, options.scheme)
    day: date = options.as_of or day_in_tokyo(start_clock(settings)())
    facts = parse_facts(scheme.facts, _read(options.facts))
    result = evaluate(scheme, facts, day)
    if options.json:
        print(json.dumps(as_json(scheme, facts, result), ensure_ascii=False))
    else:
        print("\n".join(_explained(scheme, facts, result) if options.explain else _told(scheme, result)))
    return _name_what_is_lacking(result)


def _read(file: Path) -> Mapping[str, object]:
    try:
        facts = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_each_key_once)
    except OSError as error:
        raise BotError(f"--facts {file}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise BotError(f"--facts {file}: is not JSON: {error}") from error
    if not isinstance(facts, dict):
        raise BotError(f'--facts {file}: must be one object, as in {{"card": "has"}}')
    return facts


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """JSON lets a key stand twice, and the last one would win silently."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is there twice")
    return found


def _name_what_is_lacking(result: Evaluation) -> int:
    lacking = dict.fromkeys(str(value) for one in result.benefits for value in one.lacking)
    if lacking:
        print(f"madoguchi: eligibility on {result.as_of}: {'; '.join(lacking)}", file=sys.stderr)
    return 2 if lacking else 0


def as_json(scheme: Scheme, facts: Facts, result: Evaluation) -> dict[str, object]:
    """The result with the names of docs/eligibility.md. What is not known is null."""
    sums = result.sums
    return {
        "scheme": scheme.id,
        "as_of": result.as_of.isoformat(),
        "decided": result.decided,
        "missing": list(result.missing),
        "could_refine": list(result.could_refine),
        "benefits": [_benefit(one) for one in result.benefits],
        "now_yen": sums.now_yen,
        "now_up_to": sums.now_up_to,
        "expected_total_yen": sums.expected_total_yen,
        "expected_up_to": sums.expected_up_to,
        "outcomes_if": {name: list(_outcomes_if(scheme, facts, result.as_of, name)) for name in result.missing},
    }


def _benefit(one: Verdict) -> dict[str, object]:
    return {
        "id": one.benefit.id,
        "status": one.status,
        "amount_yen": one.amount_yen,
        "up_to": one.is_up_to,
        **{name: day.isoformat() if day else None for name, day in one.dates.items()},
        "reasons": [_reason(reason) for reason in one.reasons],
        "next_steps": list(one.next_steps),
        "possible": [{"status": outcome.status, "amount_yen": outcome.amount_yen} for outcome in one.possible],
        "lacking": [str(value) for value in one.lacking],
    }


def _reason(reason: Reason) -> dict[str, object]:
    source = reason.source
    return {
        "condition": reason.condition,
        "says": reason.says,
        "holds": reason.holds,
        "fact": reason.fact,
        "said": _plain(reason.said),
        "value_name": reason.value,
        "value": reason.asked.isoformat() if isinstance(reason.asked, date) else reason.asked,
        "source": {"section": source.section, "facts": list(source.facts)} if source else None,
        "checked_on": reason.checked_on.isoformat() if reason.checked_on else None,
    }


def _plain(known: Known | None) -> Plain | None:
    return None if known is None else plain_fact(known)


def _outcomes_if(scheme: Scheme, facts: Facts, day: date, name: str) -> Iterator[dict[str, object]]:
    """What comes out for each value of a missing fact, side by side."""
    for value, outcome in side_by_side(scheme, facts, day, name):
        yield {
            "value": plain_fact(value),
            "status": {one.benefit.id: one.status for one in outcome.benefits},
            "now_yen": outcome.sums.now_yen,
            "expected_total_yen": outcome.sums.expected_total_yen,
            "expected_up_to": outcome.sums.expected_up_to,
        }


def _told(scheme: Scheme, result: Evaluation) -> Iterator[str]:
    """The result in the rule file's own words, for staff."""
    yield f"{scheme.says}  {result.as_of}"
    for one in result.benefits:
        yield f"  {one.benefit.says}: {_standing(scheme, one)}"
    sums = result.sums
    yield f"  now: {_sum(sums.now_yen, is_up_to=sums.now_up_to)}"
    yield f"  total: {_sum(sums.expected_total_yen, is_up_to=sums.expected_up_to)}"
    if result.missing:
        yield f"  missing: {', '.join(f'{name} ({scheme.facts[name].says})' for name in result.missing)}"


def _standing(scheme: Scheme, one: Verdict) -> str:
    if one.status is None:
        return f"? ({' / '.join(dict.fromkeys(scheme.statuses[each.status].says for each in one.possible))})"
    amount = f"  {_sum(one.amount_yen, is_up_to=one.is_up_to)}" if one.amount_yen else ""
    return f"{scheme.statuses[one.status].says}{amount}"


def _sum(yen: int | None, *, is_up_to: bool) -> str:
    if yen is None:
        return "not known"
    return f"{'up to ' if is_up_to else ''}{yen:,} yen"


def _explained(scheme: Scheme, facts: Facts, result: Evaluation) -> Iterator[str]:
    yield from _told(scheme, result)
    for benefit in trace(scheme, facts, result.as_of):
        yield ""
        yield benefit.says
        for case in benefit.parts:
            yield from _tree(case, depth=1)


def _tree(branch: Branch, *, depth: int) -> Iterator[str]:
    taken = "  ←" if branch.is_taken else ""
    yield f"{'  ' * depth}{_TRUTH[branch.truth]} {branch.says}{taken}"
    for part in branch.parts:
        yield from _tree(part, depth=depth + 1)
