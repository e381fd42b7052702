"""Counter PCs: the codes they are enrolled with, who they are, what they reported, and what cards are to sign.

Of codes and tokens only hashes are kept. A report is kept with its answer, so that the same report gets the same answer
again; `purge` deletes reports, challenges and codes whose time is over. Nothing here says who a resident is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, delete, insert, or_, select, update

from bot.store.instant import from_micros, to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import agent_challenges, agent_codes, agent_reports, agents
from bot.store.unit import Work


@dataclass(frozen=True, slots=True)
class AgentRow:
    """A counter PC. `revoked_at`: its token counts no more."""

    agent_id: str
    name: str
    enrolled_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownReport:
    """A report that was taken: the hash of its body, and the answer it got as JSON."""

    body_hash: str
    answer: str


@dataclass(frozen=True, slots=True)
class KnownChallenge:
    """What a card is to sign: for which counter and visit, until when, and whether it was used."""

    agent_id: str
    visit_id: str
    expires_at: datetime
    is_used: bool


def add_code(code_hash: str, expires_at: datetime) -> Work[None]:
    """Let one counter enrol with the code of this hash until `expires_at`."""
    yield _insert_code.bind(code_hash=code_hash, expires_at=to_micros(expires_at))


def use_code(code_hash: str, now: datetime) -> Work[bool]:
    """Take a code: True once, False for one that is unknown, used or expired."""
    rows = yield _use_code.bind(code_hash=code_hash, now=to_micros(now))
    return bool(rows)


def enrol(agent_id: str, name: str, token_hash: str, now: datetime) -> Work[None]:
    """Add a counter."""
    yield _insert_agent.bind(agent_id=agent_id, name=name, token_hash=token_hash, now=to_micros(now))


def by_token(token_hash: str) -> Work[AgentRow | None]:
    """The counter that owns a token, if it is not revoked."""
    rows = yield _select_by_token.bind(token_hash=token_hash)
    return next((_agent(*row) for row in rows), None)


def every() -> Work[tuple[AgentRow, ...]]:
    """All counters ever enrolled, oldest first."""
    rows = yield _select_agents.bind()
    return tuple(_agent(*row) for row in rows)


def revoke(agent_id: str, now: datetime) -> Work[bool]:
    """A counter's token counts no more; False: there is no such counter, or it is revoked already."""
    rows = yield _revoke_agent.bind(agent_id=agent_id, now=to_micros(now))
    return bool(rows)


def report(agent_id: str, report_id: str) -> Work[KnownReport | None]:
    """A report taken before."""
    rows = yield _select_report.bind(agent_id=agent_id, report_id=report_id)
    return next((KnownReport(body_hash, answer) for body_hash, answer in rows), None)


def keep_report(agent_id: str, report_id: str, body_hash: str, answer: str, now: datetime) -> Work[None]:
    """Remember a report with its answer."""
    yield _insert_report.bind(
        agent_id=agent_id, report_id=report_id, body_hash=body_hash, answer=answer, at=to_micros(now)
    )


def add_challenge(challenge_id: str, agent_id: str, visit_id: str, expires_at: datetime) -> Work[None]:
    """Remember that a challenge was given out; its bytes are not kept, for the counter verifies the signature."""
    yield _insert_challenge.bind(
        challenge_id=challenge_id, agent_id=agent_id, visit_id=visit_id, expires_at=to_micros(expires_at)
    )


def challenge(challenge_id: str) -> Work[KnownChallenge | None]:
    """A challenge given out before."""
    rows = yield _select_challenge.bind(challenge_id=challenge_id)
    return next(
        (
            KnownChallenge(agent_id, visit_id, from_micros(expires_at), used_at is not None)
            for agent_id, visit_id, expires_at, used_at in rows
        ),
        None,
    )


def use_challenge(challenge_id: str, now: datetime) -> Work[bool]:
    """Mark a challenge as used: True once."""
    rows = yield _use_challenge.bind(challenge_id=challenge_id, now=to_micros(now))
    return bool(rows)


def purge(before: datetime, limit: int) -> Work[int]:
    """Delete reports taken, and challenges and codes expired, before an instant; how many, at most `limit` of each."""
    gone = 0
    for query in (_delete_reports, _delete_challenges, _delete_codes):
        rows = yield query.bind(before=to_micros(before), limit=limit)
        gone += len(rows)
    return gone


def _agent(agent_id: str, name: str, enrolled_at: int, revoked_at: int | None) -> AgentRow:
    return AgentRow(agent_id, name, from_micros(enrolled_at), None if revoked_at is None else from_micros(revoked_at))


_AGENT = (agents.c.agent_id, agents.c.name, agents.c.enrolled_at, agents.c.revoked_at)


@Query
def _insert_code(_: Dialect) -> Executable:
    row: dict[str, Any] = {"code_hash": bindparam("code_hash"), "expires_at": bindparam("expires_at")}
    return insert(agent_codes).values(row).returning(agent_codes.c.code_hash)


@Query
def _use_code(_: Dialect) -> Executable:
    codes = agent_codes.c
    is_good = (codes.code_hash == bindparam("code_hash")) & codes.used_at.is_(None)
    taken = update(agent_codes).values(used_at=bindparam("now"))
    return taken.where(is_good, codes.expires_at > bindparam("now")).returning(codes.code_hash)


@Query
def _insert_agent(_: Dialect) -> Executable:
    names = ("agent_id", "name", "token_hash")
    row: dict[str, Any] = {name: bindparam(name) for name in names} | {"enrolled_at": bindparam("now")}
    return insert(agents).values(row).returning(agents.c.agent_id)


@Query
def _select_by_token(_: Dialect) -> Executable:
    return select(*_AGENT).where(agents.c.token_hash == bindparam("token_hash"), agents.c.revoked_at.is_(None))


@Query
def _select_agents(_: Dialect) -> Executable:
    return select(*_AGENT).order_by(agents.c.enrolled_at, agents.c.agent_id)


@Query
def _revoke_agent(_: Dialect) -> Executable:
    revoked = update(agents).values(revoked_at=bindparam("now"))
    is_theirs = agents.c.agent_id == bindparam("agent_id")
    return revoked.where(is_theirs, agents.c.revoked_at.is_(None)).returning(agents.c.agent_id)


@Query
def _select_report(_: Dialect) -> Executable:
    reports = agent_reports.c
    is_it = (reports.agent_id == bindparam("agent_id")) & (reports.report_id == bindparam("report_id"))
    return select(reports.body_hash, reports.answer).where(is_it)


@Query
def _insert_report(_: Dialect) -> Executable:
    names = ("agent_id", "report_id", "body_hash", "answer", "at")
    row: dict[str, Any] = {name: bindparam(name) for name in names}
    return insert(agent_reports).values(row).returning(agent_reports.c.report_id)


@Query
def _insert_challenge(_: Dialect) -> Executable:
    names = ("challenge_id", "agent_id", "visit_id", "expires_at")
    row: dict[str, Any] = {name: bindparam(name) for name in names}
    return insert(agent_challenges).values(row).returning(agent_challenges.c.challenge_id)


@Query
def _select_challenge(_: Dialect) -> Executable:
    given = agent_challenges.c
    columns = given.agent_id, given.visit_id, given.expires_at, given.used_at
    return select(*columns).where(given.challenge_id == bindparam("challenge_id"))


@Query
def _use_challenge(_: Dialect) -> Executable:
    given = agent_challenges.c
    used = update(agent_challenges).values(used_at=bindparam("now"))
    return used.where(given.challenge_id == bindparam("challenge_id"), given.used_at.is_(None)).returning(
        given.challenge_id
    )


@Query
def _delete_reports(_: Dialect) -> Executable:
    reports = agent_reports.c
    old = select(reports.agent_id, reports.report_id).where(reports.at < bindparam("before")).limit(bindparam("limit"))
    gone = delete(agent_reports).where(reports.at < bindparam("before"))
    return gone.where(reports.report_id.in_(select(old.subquery().c.report_id))).returning(reports.report_id)


@Query
def _delete_challenges(_: Dialect) -> Executable:
    given = agent_challenges.c
    old = select(given.challenge_id).where(given.expires_at < bindparam("before")).limit(bindparam("limit"))
    return delete(agent_challenges).where(given.challenge_id.in_(old)).returning(given.challenge_id)


@Query
def _delete_codes(_: Dialect) -> Executable:
    codes = agent_codes.c
    old = select(codes.code_hash).where(
        or_(codes.used_at < bindparam("before"), codes.expires_at < bindparam("before"))
    )
    return delete(agent_codes).where(codes.code_hash.in_(old.limit(bindparam("limit")))).returning(codes.code_hash)
