"""`madoguchi faq explain`: why an entry won, word by word."""

from __future__ import annotations

import argparse

from bot.errors import BotError
from bot.faq.entries import Explanation
from bot.settings import read_settings
from bot.wiring import open_desk


def run(options: argparse.Namespace) -> int:
    """Print the outcome, and for the first entries (or the one asked for) what each word brought."""
    settings = read_settings()
    desk = open_desk(settings.content, settings.cache)
    found = desk.searcher.find(options.text)
    if options.entry is not None and options.entry not in desk.content.entries:
        raise BotError(f"there is no entry {options.entry!r}; `madoguchi content check` knows the pack's ids")
    print(f"outcome: {found.outcome.value}")
    confidence = {match.id: match.confidence for match in found.matches}
    for entry_id in [options.entry] if options.entry else [match.id for match in found.matches[:3]]:
        sure = f"{confidence[entry_id]:.2f}" if entry_id in confidence else "not among the matches"
        print(f"\n{entry_id}  (confidence {sure})")
        print(_laid_out(desk.searcher.explain(options.text, entry_id)))
    return 0


def _laid_out(explanation: Explanation) -> str:
    words = (f"    {one.amount:7.3f}  {one.word} ({', '.join(one.by)})" for one in explanation.contributions)
    likeness = (
        f"    {explanation.by_characters:7.3f}  likeness of its nearest way of asking, by characters",
        f"    {explanation.by_words:7.3f}  likeness of its nearest way of asking, by words",
    )
    unknown = [f"    unknown words: {', '.join(explanation.unknown)}"] if explanation.unknown else []
    head = f"  place {explanation.place} among the {explanation.language} entries, total {explanation.total:.3f}"
    return "\n".join([head, *words, *likeness, *unknown])
