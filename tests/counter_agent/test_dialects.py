"""A card that nobody here has written must be read too: what jpki.md leaves open is taken either way."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counter_agent.reading import Evidence, Inspection, TokenKind, inspect, read, read_certificate
from tests.counter_agent.cards import CHALLENGE, on_reader, pin
from tests.counter_agent.dialects import Dialect, Speaking

LISTS = [
    None,
    (b"\x8f\x8f\x00", 0x9000),
    (b"\x8f\x00\x00", 0x9000),
    (b"\x8f\x8f", 0x6282),
    (b"\x80\x00\x00", 0x9000),
    (b"", 0x9000),
    (b"", 0x6B00),
    (b"", 0x6982),
    (b"", 0x6986),
    (b"", 0x6981),
]
DIALECTS = st.builds(
    Dialect,
    tells_what_was_selected=st.booleans(),
    answers_in_pieces_of=st.sampled_from([None, 1, 100, 128, 255, 256]),
    at_the_end=st.sampled_from(["9000", "6282", "6Cxx"]),
    reads_at_most=st.sampled_from([256, 255, 231, 128]),
    pads_files_with=st.sampled_from([b"", b"\x00", b"\xff"]),
    list_answer=st.sampled_from(LISTS),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DIALECTS)
def test_a_card_in_any_dialect_is_read_alike(tmp_path: Path, dialect: Dialect) -> None:
    reader = on_reader(tmp_path)
    with reader.connected() as connection:
        plain = read_certificate(connection)
    with reader.connected() as connection:
        assert inspect(Speaking(connection, dialect)) == Inspection(TokenKind.CARD, has_certificate=True, tries_left=3)
    with reader.connected() as connection:
        evidence = read(Speaking(connection, dialect), pin(), CHALLENGE)
    assert isinstance(evidence, Evidence)
    assert evidence.certificate == plain
    assert len(evidence.signature) == 256


@pytest.mark.parametrize("pieces", [1, 255, 256])
def test_a_signature_that_is_fetched_is_the_signature(tmp_path: Path, pieces: int) -> None:
    reader = on_reader(tmp_path)
    signatures = []
    for dialect in (Dialect(), Dialect(answers_in_pieces_of=pieces)):
        with reader.connected() as connection:
            evidence = read(Speaking(connection, dialect), pin(), CHALLENGE)
        assert isinstance(evidence, Evidence)
        signatures.append(evidence.signature)
    assert signatures[0] == signatures[1]
