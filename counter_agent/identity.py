"""Who this counter is to the server: made by `counter-agent enrol`, kept in a file that only its owner reads."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from counter_agent.errors import AgentError
from counter_agent.settings import checked_server
from counter_agent.wire import Enrolled

_FILE = "identity.json"


class Identity(BaseModel):
    """The server, and this counter's name and key there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    server: str
    agent_id: str
    name: str
    token: str = Field(repr=False)


def keep_identity(home: Path, server: str, enrolled: Enrolled) -> Identity:
    """Write the identity, readable by its owner alone; an earlier one is replaced."""
    identity = Identity(server=server, agent_id=enrolled.agent_id, name=enrolled.name, token=enrolled.token)
    home.mkdir(parents=True, exist_ok=True)
    fresh = home / f"{_FILE}.new"
    fresh.touch(mode=0o600)
    fresh.write_text(identity.model_dump_json(), encoding="utf-8")
    fresh.replace(home / _FILE)
    return identity


def read_identity(home: Path) -> Identity:
    """The identity. Raises AgentError if this PC was never enrolled."""
    file = home / _FILE
    if not file.exists():
        raise AgentError(f"{home}: this PC is not enrolled; run `counter-agent enrol CODE` first")
    try:
        identity = Identity.model_validate_json(file.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise AgentError(f"{file}: cannot be read; enrol this PC again") from error
    checked_server("identity.json", identity.server)
    return identity
