"""The templates of one language: compiled in a sandbox, over the pack's values and with its language's filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from jinja2 import StrictUndefined, TemplateError, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.content.pack import Content
from bot.content.wording import Wording
from bot.language import Language

Filled = Callable[..., str]
"""A compiled template: names and values in, text out."""

UNFILLABLE = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What a template raises when it cannot be filled in."""


class Sandbox(ImmutableSandboxedEnvironment):
    """A value's name goes before a method of `dict`: `counts.items` is the pack's, and found faster."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class Templates:
    """One language's environment. Templates see the pack's `values`, `page`, `today` and their arguments."""

    def __init__(self, content: Content, language: Language) -> None:
        self.environment = Sandbox(
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            autoescape=False,
        )
        self.environment.filters.clear()
        self.environment.globals.clear()
        self.wording = Wording(content.formats[language], self.compile)
        self.environment.filters.update(filters_of(self.wording))
        self.environment.globals.update(content.values, page=content.page)

    def compile(self, source: str) -> Filled:
        """The template, to be called with its arguments. Raises jinja2.TemplateError where the source is none."""
        return self.environment.from_string(source).render


def filters_of(wording: Wording) -> dict[str, Callable[..., str]]:
    """The filters by name, as docs/content.md lists them."""

    @pass_context
    def days_left(context: Context, value: object) -> str:
        return wording.days_left(value, _today_of(context))

    named = (wording.day, wording.weekday_day, wording.month_end, wording.month, wording.yen, wording.number)
    return {
        **{one.__name__: one for one in named},
        "hours": wording.hours,
        "time": wording.time,
        "days_left": days_left,
    }


def _today_of(context: Mapping[str, Any] | Context) -> date:
    today = context["today"]
    if not isinstance(today, date):
        raise TypeError(f"today is {today!r}, which is no date")
    return today
