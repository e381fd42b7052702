"""The clerk's keys: the name of an action and its form -> the desk. A table; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from counter_agent import events as e
from counter_agent.screen.desk import Desk
from counter_agent.wire import Language, Outcome, ServiceResult

Form = Mapping[str, str]
E = TypeVar("E", bound=StrEnum)


class Unusable(Exception):
    """A form that no page of ours sends."""


def act(desk: Desk, action: str, form: Form, clerk: str) -> e.Refused | None:
    """Carry out one action. Raises Unusable for an action or a value that does not exist."""
    if action in _OF_THE_DESK:
        return _OF_THE_DESK[action](desk, form, clerk)
    if action in _OF_THE_VISIT:
        return desk.take(_OF_THE_VISIT[action](desk, form), clerk=clerk)
    raise Unusable(action)


def language_of(text: str) -> Language:
    """Raises Unusable for what is no language of the screens."""
    return _one_of(Language, text)


def _one_of(kind: type[E], text: str) -> E:
    try:
        return kind(text)
    except ValueError as error:
        raise Unusable(text) from error


def _field(form: Form, name: str) -> str:
    if name not in form:
        raise Unusable(name)
    return form[name]


def _see(desk: Desk, form: Form, clerk: str) -> e.Refused | None:
    desk.notice_seen(_field(form, "report"), clerk=clerk)
    return None


def _walk_in(desk: Desk, form: Form, clerk: str) -> e.Refused | None:
    wanted = tuple(name.removeprefix("service.") for name in form if name.startswith("service."))
    return desk.walk_in(wanted, language_of(form.get("language", "ja")), clerk=clerk)


def _added(desk: Desk, form: Form) -> e.Event:
    wanted = _field(form, "service")
    service = next((one for one in desk.services() if one.id == wanted), None)
    if service is None:
        raise Unusable(wanted)
    return e.ServiceAdded(service)


_OF_THE_DESK: dict[str, Callable[[Desk, Form, str], e.Refused | None]] = {
    "check-in": lambda desk, form, clerk: desk.check_in(_field(form, "ticket"), clerk=clerk),
    "walk-in": _walk_in,
    "call": lambda desk, form, clerk: desk.call(form.get("visit") or None, clerk=clerk),
    "hold": lambda desk, form, clerk: desk.hold(_field(form, "visit"), clerk=clerk),
    "left": lambda desk, form, clerk: desk.strike_out(_field(form, "visit"), clerk=clerk),
    "no-show": lambda desk, form, clerk: desk.no_show(_field(form, "ticket"), clerk=clerk),
    "speak": lambda desk, form, clerk: desk.speak(language_of(_field(form, "language")), clerk=clerk),
    "see": _see,
    "screens-seen": lambda desk, form, clerk: desk.screens_seen(clerk=clerk),
}

_OF_THE_VISIT: dict[str, Callable[[Desk, Form], e.Event]] = {
    "item": lambda desk, form: e.ItemSeen(_field(form, "item"), _one_of(e.ItemState, _field(form, "state"))),
    "items-checked": lambda desk, form: e.ItemsChecked(),
    "consent": lambda desk, form: e.Consented(e.Who.CLERK),
    "pad": lambda desk, form: e.PadAsked(),
    "add-service": _added,
    "settle": lambda desk, form: e.ServiceSettled(
        _field(form, "service"), _one_of(ServiceResult, _field(form, "result"))
    ),
    "payment-name": lambda desk, form: e.PaymentNamed(_field(form, "name")),
    "payment-confirmed": lambda desk, form: e.PaymentConfirmed(),
    "finish": lambda desk, form: e.FinishAsked(),
    "end": lambda desk, form: e.EndAsked(_one_of(Outcome, _field(form, "outcome"))),
    "alarm-seen": lambda desk, form: e.AlarmSeen(),
    "no-card-seen": lambda desk, form: e.ClerkSawNoCard(),
    "resume": lambda desk, form: e.Resumed(),
}
