"""The command line of `counter-agent`. Decides nothing: parses words and hands them to a command.

A command's module is imported only when it runs: diagnosing a card needs no page, and the page no reader.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from counter_agent.card_errors import CardError
from counter_agent.errors import AgentError

_STATE = Path("var/virtual-card")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Errors are one clear line on standard error."""
    options = _parser().parse_args(arguments)
    try:
        command = importlib.import_module(f"counter_agent.commands.{options.module}")
        return int(command.run(options))
    except (AgentError, CardError) as error:
        print(f"counter-agent: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`); nothing more can be said, and that is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="counter-agent", description="The counter PC's program.")
    parser.add_argument("--version", action="version", version=f"counter-agent {version('madoguchi')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_card(commands)
    _add_virtual_card(commands)
    _add_serve(commands)
    _add_enrol(commands)
    _add_audit(commands)
    return parser


Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


def _add_serve(commands: Commands[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser("serve", help="the clerk's page and the card, on an enrolled PC")
    serve.add_argument("--virtual-card", action="store_true", help="made-up cards (a server on this PC only)")
    serve.set_defaults(module="serve")
    training = commands.add_parser("training", help="the same with made-up cards and residents, and no server")
    training.set_defaults(module="training")


def _add_enrol(commands: Commands[argparse.ArgumentParser]) -> None:
    enrol = commands.add_parser("enrol", help="make this PC known to the server")
    enrol.add_argument("code", metavar="CODE", help="from `madoguchi counter enrol`")
    enrol.add_argument("--name", metavar="NAME", help="what the counter is called (default: this PC's name)")
    enrol.add_argument("--server", metavar="URL", help="default: COUNTER_AGENT_SERVER")
    enrol.set_defaults(module="enrol")
    clerk = commands.add_parser("clerk", help="add a clerk, or change their password (on standard input)")
    clerk.add_argument("number", metavar="NUMBER", help="letters and digits; not a name")
    clerk.set_defaults(module="clerk")


def _add_audit(commands: Commands[argparse.ArgumentParser]) -> None:
    audit = commands.add_parser("audit", help="the log of who did what").add_subparsers(required=True)
    verify = audit.add_parser("verify", help="whether the log is as it was written; exit 1 if not")
    verify.add_argument("file", nargs="?", type=Path, metavar="FILE", help="default: the one of this PC")
    verify.set_defaults(module="audit")


def _add_card(commands: Commands[argparse.ArgumentParser]) -> None:
    card = commands.add_parser("card", help="diagnose reader and card; exit 0 only if all holds")
    card.add_argument("--reader", metavar="NAME", help="the reader to use (default: the remembered or the only one)")
    card.add_argument("--remember", action="store_true", help="use this reader from now on")
    card.add_argument("--pin-stdin", action="store_true", help="read the PIN from standard input, and read the card")
    card.add_argument("--pin-pad", action="store_true", help="have the PIN typed on the reader's own keys")
    card.add_argument("--last-try-agreed", action="store_true", help="spend the last try too; the holder agreed")
    card.add_argument("--anchors", type=Path, metavar="PEM", help="the CA certificates that are trusted")
    card.add_argument("--deadline-s", type=_seconds, default=20.0, metavar="S", help="give up after (default: 20)")
    card.add_argument("--json", action="store_true", help="print JSON")
    card.set_defaults(module="card")


def _add_virtual_card(commands: Commands[argparse.ArgumentParser]) -> None:
    card = commands.add_parser("virtual-card", help="a made-up My Number Card on vpcd's virtual reader")
    card.add_argument("--state", type=Path, default=_STATE, metavar="FOLDER", help="its keys and tries")
    card.add_argument("--host", default="127.0.0.1")
    card.add_argument("--port", type=int, default=35963, help="35963 for the first reader, 35964 for the second")
    card.add_argument("--pin", default="1234", help="of a new card (default: 1234)")
    card.add_argument("--unlock", action="store_true", help="give the kept card all its tries back first")
    card.add_argument("--kind", default="card", choices=["card", "old", "android", "iphone", "not_mynumber"])
    for knob in ("expired", "blocked", "under15", "first-fails"):
        card.add_argument(f"--{knob}", action="store_true")
    card.add_argument("--slow-ms", type=int, default=0, metavar="MS", help="pause before each answer")
    card.add_argument("--silent-after", type=int, metavar="N", help="never answer after N commands")
    card.add_argument("--lifted-after", type=int, metavar="N", help="be gone after N commands")
    card.set_defaults(module="virtual_card")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from error
    if not 0 < seconds <= 600:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 0 and 600 seconds")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
