"""Conversations and messages as compact JSON; nobody else sees that JSON.

The shape is read off the dataclasses. A field at its default is left out, an unknown one is ignored,
a missing one takes its default: releases before and after a change read one another's rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from enum import StrEnum
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from bot.dialogue import Conversation, Say
from bot.errors import StoreError

T = TypeVar("T")
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)


def encode_conversation(conversation: Conversation) -> str:
    """The conversation as JSON."""
    return _ENCODER.encode(conversation)


def decode_conversation(text: str) -> Conversation:
    """The conversation a JSON text holds. What cannot be read any more is as if never said."""
    return _CONVERSATION.read_what_it_can(_load(text))


def encode_say(say: Say) -> str:
    """The message as JSON, without its candidates: no channel shows them."""
    return _ENCODER.encode(replace(say, candidates=()) if say.candidates else say)


def decode_say(text: str) -> Say:
    """The message a JSON text holds. Raises StoreError if this release cannot read it."""
    try:
        return _SAY.read(_load(text))
    except _UNREADABLE as fault:
        raise StoreError("a message in the outbox cannot be read by this release") from fault


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


Read = Callable[[Any], Any]
"""From JSON to a value of one type; raises one of `_UNREADABLE`."""


@dataclass(frozen=True, slots=True)
class _Record(Generic[T]):
    """How one dataclass becomes a JSON object and comes back."""

    kind: type[T]
    defaults: tuple[tuple[str, object], ...]
    reads: Mapping[str, Read]

    def write(self, record: T) -> dict[str, Any]:
        return {name: value for name, default in self.defaults if (value := getattr(record, name)) != default}

    def read(self, raw: Any) -> T:
        reads = self.reads
        return self.kind(**{name: reads[name](value) for name, value in raw.items() if name in reads})

    def read_what_it_can(self, raw: Any) -> T:
        known: dict[str, Any] = {}
        for name, value in raw.items() if isinstance(raw, dict) else ():
            with suppress(*_UNREADABLE):
                known[name] = self.reads[name](value)
        return self.kind(**known)


_RECORDS: dict[type, _Record[Any]] = {}


def _write_unknown(value: object) -> object:
    """What JSON does not know by itself: our dataclasses, and mappings that are no dict."""
    record = _RECORDS.get(type(value))
    return record.write(value) if record else dict(value)  # type: ignore[call-overload]


_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=_write_unknown)


def _record_of(kind: type[T]) -> _Record[T]:
    hints = get_type_hints(kind)
    columns = fields(kind)  # type: ignore[arg-type]
    reads = {column.name: _read_of(hints[column.name]) for column in columns}
    record = _Record(kind, tuple((column.name, _default_of(column)) for column in columns), reads)
    _RECORDS[kind] = record
    return record


def _default_of(column: Field[Any]) -> object:
    return column.default_factory() if column.default_factory is not MISSING else column.default


def _read_of(hint: Any) -> Read:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _read_of_union(arguments)
    if origin is tuple and arguments[1:] == (...,):
        return _read_of_tuple(_read_of(arguments[0]))
    if origin is Mapping and arguments[0] is str:
        return _read_of_mapping(_read_of(arguments[1]))
    if is_dataclass(hint) and isinstance(hint, type):
        return _record_of(hint).read
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    return _read_of_plain((hint,))


def _read_of_union(kinds: tuple[Any, ...]) -> Read:
    others = tuple(kind for kind in kinds if kind is not NoneType)
    read = _read_of(others[0]) if len(others) == 1 else _read_of_plain(others)
    return read if others == kinds else lambda raw: None if raw is None else read(raw)


def _read_of_tuple(read: Read) -> Read:
    is_list = _read_of_kinds((list,))
    return lambda raw: tuple([read(value) for value in is_list(raw)])


def _read_of_mapping(read: Read) -> Read:
    return lambda raw: MappingProxyType({key: read(value) for key, value in raw.items()})


def _read_of_plain(kinds: tuple[Any, ...]) -> Read:
    """JSON's own kinds. Any other stops the program at its start, before it could lose something."""
    if not set(kinds) <= {str, int, float, bool}:
        raise TypeError(f"no JSON is defined for {kinds}")
    return _read_of_kinds(kinds)


def _read_of_kinds(kinds: tuple[type, ...]) -> Read:
    def read(raw: Any) -> Any:
        if isinstance(raw, kinds):
            return raw
        raise TypeError(type(raw).__name__)

    return read


_CONVERSATION = _record_of(Conversation)
_SAY = _record_of(Say)
