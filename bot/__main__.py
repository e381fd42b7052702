"""The command line of `madoguchi`. Decides nothing: parses words and hands them to a command.

A command's module is imported only when it runs: `madoguchi ask` must not wait for the web server's libraries.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, time
from importlib.metadata import version
from pathlib import Path

from bot.errors import BotError
from bot.language import Language, Script

_CHANNELS = ("webchat", "console", "telegram", "line")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Errors are one clear line on standard error."""
    options = _parser().parse_args(arguments)
    try:
        command = importlib.import_module(f"bot.commands.{options.module}")
        return int(command.run(options))
    except BotError as error:
        print(f"madoguchi: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`); nothing more can be said, and that is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="madoguchi", description="A city's chat desk.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('madoguchi')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_ask(commands)
    _add_content(commands)
    _add_eligibility(commands)
    _add_plain(commands, "serve", "run the web chat and the configured channels")
    _add_plain(commands, "console", "talk to the same bot in this terminal")
    _add_plain(commands, "migrate", "create the database or bring it up to date")
    _add_feedback(commands)
    _add_letters(commands)
    _add_booking(commands)
    _add_line(commands)
    _add_counter(commands)
    faq = commands.add_parser("faq", help="measure, explain and teach the search").add_subparsers(required=True)
    _add_faq_evaluate(faq)
    _add_faq_explain(faq)
    _add_faq_insights(faq)
    _add_faq_adopt(faq)
    _add_faq_calibrate(faq)
    _add_plain(faq, "forget-unanswered", "delete every kept question", module="faq_forget")
    return parser


Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


def _add_ask(commands: Commands[argparse.ArgumentParser]) -> None:
    ask = commands.add_parser("ask", help="ask one question, or one a line of a file")
    ask.add_argument("text", nargs="?", metavar="TEXT")
    ask.add_argument("--batch", type=Path, metavar="FILE.jsonl", help='lines {"id","text","lang"?}')
    ask.add_argument("--lang", choices=[language.value for language in Language], help="answer in this language")
    ask.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="the day of the question (default: the clock's)")
    ask.add_argument("--json", action="store_true", help="print JSON")
    ask.set_defaults(module="ask")


def _add_content(commands: Commands[argparse.ArgumentParser]) -> None:
    content = commands.add_parser("content", help="check a content pack").add_subparsers(required=True)
    check = content.add_parser("check", help="name every fault by file, line and key")
    check.add_argument(
        "pack", nargs="?", type=Path, metavar="PACK", help="the pack's folder (default: the configured one)"
    )
    check.set_defaults(module="check")


def _add_eligibility(commands: Commands[argparse.ArgumentParser]) -> None:
    eligibility = commands.add_parser("eligibility", help="who is entitled to what on a day, and why")
    eligibility.add_argument("--facts", type=Path, metavar="FILE.json", help='what is known: {"card": "has", …}')
    eligibility.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="the day (default: the clock's)")
    eligibility.add_argument("--scheme", metavar="NAME", help="default: the pack's first")
    shown = eligibility.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print JSON")
    shown.add_argument("--explain", action="store_true", help="print every condition with its truth")
    eligibility.set_defaults(module="eligibility")
    table = eligibility.add_subparsers(metavar="table").add_parser("table", help="draw the whole decision table")
    table.add_argument("--scheme", metavar="NAME", help="default: the pack's first")
    table.add_argument("--from", type=_day, dest="first", metavar="YYYY-MM-DD", help="default: before the first limit")
    table.add_argument("--to", type=_day, dest="last", metavar="YYYY-MM-DD", help="default: after the last limit")
    table.add_argument("--svg", type=Path, metavar="FILE", help="draw it into this file instead")
    table.set_defaults(module="eligibility_table")


def _add_faq_evaluate(faq: Commands[argparse.ArgumentParser]) -> None:
    evaluate = faq.add_parser("evaluate", help="how good and how fast the search is on a corpus with known answers")
    evaluate.add_argument("--corpus", type=Path, required=True, metavar="FILE", help='[{"id","question","answer"}]')
    evaluate.add_argument("--queries", type=Path, required=True, metavar="FILE", help="{query id: text}")
    evaluate.add_argument("--qrels", type=Path, required=True, metavar="FILE", help="{query id: {entry id: grade}}")
    evaluate.add_argument("--aliases", type=Path, metavar="FILE", help="{entry id: [further ways of asking]}")
    evaluate.add_argument("--json", action="store_true", help="print JSON")
    evaluate.set_defaults(module="faq_evaluate")


def _add_faq_explain(faq: Commands[argparse.ArgumentParser]) -> None:
    explain = faq.add_parser("explain", help="why an entry won, word by word")
    explain.add_argument("text", metavar="TEXT")
    explain.add_argument("--entry", metavar="ID", help="explain this entry instead of the first three")
    explain.set_defaults(module="faq_explain")


def _add_faq_insights(faq: Commands[argparse.ArgumentParser]) -> None:
    insights = faq.add_parser("insights", help="kept questions that found no sure answer, alike ones together")
    insights.add_argument("--json", action="store_true", help="print JSON")
    insights.add_argument("--limit", type=_positive, default=20, metavar="N", help="clusters shown (default: 20)")
    insights.set_defaults(module="faq_insights")


def _add_faq_adopt(faq: Commands[argparse.ArgumentParser]) -> None:
    adopt = faq.add_parser("adopt", help="add a way of asking to an entry of the pack")
    adopt.add_argument("text", metavar="TEXT")
    adopt.add_argument("entry", metavar="ENTRY_ID")
    languages = [script.value for script in Script if script is not Script.UNKNOWN]
    adopt.add_argument("--language", choices=languages, help="default: the one TEXT seems to be written in, else ja")
    adopt.add_argument("--force", action="store_true", help="add it even if something gets worse by it")
    adopt.set_defaults(module="faq_adopt")


def _add_faq_calibrate(faq: Commands[argparse.ArgumentParser]) -> None:
    calibrate = faq.add_parser("calibrate", help="learn from a pack how sure the search may be")
    calibrate.add_argument(
        "pack", nargs="?", type=Path, metavar="PACK", help="the pack's folder (default: the configured one)"
    )
    calibrate.add_argument("--write", action="store_true", help="put the figures where the search reads them")
    calibrate.add_argument("--file", type=Path, metavar="FILE", help="write them to this file instead")
    calibrate.set_defaults(module="faq_calibrate")


def _add_booking(commands: Commands[argparse.ArgumentParser]) -> None:
    actions = commands.add_parser("booking", help="the desk's bookings and calendar").add_subparsers(required=True)
    day = _booking_action(actions, "day", "a day's list")
    day.add_argument("--date", type=_day, metavar="YYYY-MM-DD", help="default: today by the clock")
    day.add_argument("--csv", type=Path, metavar="FILE", help="write it for a spreadsheet instead")
    enter = _booking_action(actions, "enter", "book for somebody at the telephone or the door")
    enter.add_argument("--service", required=True, metavar="ID", help="as in services.yaml")
    enter.add_argument("--date", type=_day, required=True, metavar="YYYY-MM-DD")
    enter.add_argument("--at", type=_time, required=True, metavar="HH:MM")
    enter.add_argument("--party", type=_positive, default=1, metavar="N", help="how many people (default: 1)")
    enter.add_argument("--walk-in", action="store_true", help="at the door (default: by telephone)")
    for name, summary in (("cancel", "cancel a booking"), ("no-show", "note that nobody came")):
        _booking_action(actions, name, summary).add_argument("ticket", metavar="TICKET")
    close = _booking_change(actions, "close", "close a day")
    close.add_argument("--reason", default="", help="shown to residents")
    _booking_change(actions, "open", "give a day other hours").add_argument("--hours", type=_hours, required=True)
    _booking_change(actions, "seats", "give a day's slots other seats").add_argument(
        "--seats", type=_up_to(100, lowest=0), required=True, metavar="N", help="0 to 100"
    )
    stop = _booking_action(actions, "stop", "take no bookings for now")
    stop.add_argument("--message", required=True, help="shown to residents")
    for one in (stop, _booking_action(actions, "resume", "take bookings again")):
        one.add_argument("--channel", choices=_CHANNELS, help="default: every channel")
    actions.add_parser("audit", help="count everything again").set_defaults(module="booking_audit")
    rehearse = actions.add_parser("rehearse", help="try an opening rush on an empty copy, never on the real database")
    rehearse.add_argument("--residents", type=_positive, default=200, metavar="N", help="default: 200")
    rehearse.add_argument("--at-once", type=_positive, default=50, metavar="N", help="default: 50")
    rehearse.set_defaults(module="booking_rehearse")


def _booking_action(actions: Commands[argparse.ArgumentParser], name: str, summary: str) -> argparse.ArgumentParser:
    one = actions.add_parser(name, help=summary)
    one.set_defaults(module="booking", action=name)
    return one


def _booking_change(actions: Commands[argparse.ArgumentParser], name: str, summary: str) -> argparse.ArgumentParser:
    one = _booking_action(actions, name, f"{summary}; names whom it hits")
    one.add_argument("--date", type=_day, required=True, metavar="YYYY-MM-DD")
    one.add_argument("--service", metavar="ID", help="default: every desk")
    one.add_argument("--force", action="store_true", help="also where somebody has a seat then; they keep it")
    return one


def _hours(text: str) -> object:
    from bot.commands.booking import hours

    try:
        return hours(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} are no hours; write them like 09:00-12:00,13:00-15:00") from error


def _add_letters(commands: Commands[argparse.ArgumentParser]) -> None:
    letters = commands.add_parser("letters", help="messages that were given up, and why")
    letters.add_argument("--json", action="store_true", help="print JSON")
    acted = letters.add_mutually_exclusive_group()
    acted.add_argument("--resend", type=int, metavar="ID", help="put one back in its resident's line")
    acted.add_argument("--drop", type=int, metavar="ID", help="delete one")
    letters.set_defaults(module="letters")


def _add_feedback(commands: Commands[argparse.ArgumentParser]) -> None:
    feedback = commands.add_parser("feedback", help='how often each answer was said to help ("役に立った")')
    feedback.add_argument("--json", action="store_true", help="print JSON")
    feedback.set_defaults(module="feedback")


def _add_line(commands: Commands[argparse.ArgumentParser]) -> None:
    line = commands.add_parser("line", help="LINE's menu and the month's messages").add_subparsers(required=True)
    menu = line.add_parser("menu", help="draw the rich menu and show it under every chat")
    menu.add_argument("--lang", choices=[language.value for language in Language], default="ja", help="default: ja")
    menu.add_argument("--picture", type=Path, metavar="FILE.png", help="only draw it into this file")
    menu.set_defaults(module="line_menu")
    budget = line.add_parser("budget", help="how many messages were pushed this month, and may be")
    budget.add_argument("--json", action="store_true", help="print JSON")
    budget.set_defaults(module="line_budget")


def _add_counter(commands: Commands[argparse.ArgumentParser]) -> None:
    counter = commands.add_parser("counter", help="the PCs of the support desk").add_subparsers(required=True)
    enrol = counter.add_parser("enrol", help="print a short-lived code that one counter can enrol with")
    enrol.add_argument(
        "--minutes", type=_up_to(1440), default=15, metavar="N", help="how long it is good, a day at most (default: 15)"
    )
    enrol.add_argument("--json", action="store_true", help="print JSON")
    listed = counter.add_parser("list", help="which counters there are")
    listed.add_argument("--json", action="store_true", help="print JSON")
    revoke = counter.add_parser("revoke", help="a counter's token counts no more")
    revoke.add_argument("agent_id", metavar="ID", help="as `counter list` prints it")
    for action, one in (("enrol", enrol), ("list", listed), ("revoke", revoke)):
        one.set_defaults(module="counter", action=action)


def _add_plain(commands: Commands[argparse.ArgumentParser], name: str, summary: str, *, module: str = "") -> None:
    commands.add_parser(name, help=summary).set_defaults(module=module or name)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it like 2022-07-01") from error


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text if len(text) != len("8:30") else f"0{text}")
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write it like 08:30") from error


def _up_to(highest: int, *, lowest: int = 1) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and lowest <= int(text) <= highest):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {lowest} to {highest}")
        return int(text)

    return number


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
