"""For operators: is it alive, is it ready, and numbers in Prometheus' text format. No personal data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})


@dataclass(frozen=True, slots=True)
class Metric:
    """One number now. Metrics of one name stand together and share `kind` and `help`."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Operators:
    """What operators may ask: `is_ready` whether residents can be served, `measure` the numbers."""

    is_ready: Callable[[], Awaitable[bool]]
    measure: Callable[[], Awaitable[Sequence[Metric]]]


def health_routes(operators: Operators) -> list[Route]:
    """`/health/live`, `/health/ready`, `/metrics`."""

    async def live(_: Request) -> Response:
        return PlainTextResponse("live\n")

    async def ready(_: Request) -> Response:
        if await operators.is_ready():
            return PlainTextResponse("ready\n")
        return PlainTextResponse("not ready\n", HTTPStatus.SERVICE_UNAVAILABLE)

    async def metrics(_: Request) -> Response:
        return Response(exposition(await operators.measure()), media_type=_TEXT_FORMAT)

    return [Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", metrics)]


def exposition(metrics: Iterable[Metric]) -> str:
    r"""Metrics as Prometheus reads them.

    >>> exposition([Metric("letters", "gauge", "Letters that wait.", 2, {"channel": "telegram"})])
    '# HELP letters Letters that wait.\n# TYPE letters gauge\nletters{channel="telegram"} 2\n'
    """
    return "".join(_family(list(family)) for _, family in groupby(metrics, key=lambda metric: metric.name))


def _family(family: list[Metric]) -> str:
    first = family[0]
    head = f"# HELP {first.name} {first.help}\n# TYPE {first.name} {first.kind}\n"
    return head + "".join(f"{metric.name}{_labels(metric.labels)} {metric.value:.17g}\n" for metric in family)


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""
