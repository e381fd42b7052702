"""Ticket numbers: read back in whatever form they are said, and no slip of one sign or a swap goes unnoticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.booking.tickets import LETTERS, SIGNS, SPACE, Misread, Slip, find, make, parse
from bot.handlers.guard import danger_in

numbers = st.integers(0, SPACE - 1)


@given(numbers, numbers)
def test_different_numbers_make_different_tickets_that_read_back(one: int, other: int) -> None:
    assert parse(make(one)) == make(one)
    assert (make(one) == make(other)) == (one == other)


@given(numbers, st.integers(0, 7), st.sampled_from(SIGNS))
def test_any_single_wrong_sign_is_noticed(number: int, place: int, sign: str) -> None:
    signs = make(number).replace("-", "")
    wrong = signs[:place] + sign + signs[place + 1 :]
    assert parse(wrong) == (make(number) if wrong == signs else Misread(Slip.CHECK))


@given(numbers, st.integers(0, 7), st.integers(0, 7))
def test_any_two_signs_in_each_others_place_are_noticed(number: int, one: int, other: int) -> None:
    signs = list(make(number).replace("-", ""))
    signs[one], signs[other] = signs[other], signs[one]
    swapped = "".join(signs)
    expected = make(number) if swapped == make(number).replace("-", "") else Misread(Slip.CHECK)
    assert parse(swapped) == expected


@given(numbers, st.data())
def test_width_case_spaces_and_hyphens_do_not_matter(number: int, data: st.DataObject) -> None:
    said = ""
    for sign in make(number).replace("-", ""):
        wide = chr(ord(sign) + 0xFEE0)
        said += data.draw(st.sampled_from([sign, sign.lower(), wide, wide.lower()]))
        said += data.draw(st.sampled_from(["", " ", "　", "-", "－", "ー", "‐", "−", "・", "、"]))
    assert parse(f" {said}\n") == make(number)


@given(numbers)
def test_a_ticket_is_eight_clear_signs_in_two_groups_that_begin_with_a_letter(number: int) -> None:
    first, second = make(number).split("-")
    assert len(first) == len(second) == 4
    assert set(first + second) <= set(SIGNS)
    assert {first[0], second[0]} <= set(LETTERS)


@given(numbers)
def test_the_guard_of_the_chat_takes_no_ticket_for_a_secret(number: int) -> None:
    ticket = make(number)
    for typed in (ticket, ticket.replace("-", ""), ticket.lower(), f"予約番号は{ticket}です", *ticket.split("-")):
        assert danger_in(typed) is None, typed


@given(
    numbers,
    st.text(alphabet="予約番号は、です。 ?！", max_size=12),
    st.text(alphabet="です。変更したい ?", max_size=12),
)
def test_a_ticket_is_found_in_a_sentence(number: int, before: str, after: str) -> None:
    assert find(f"{before}{make(number)}{after}") == make(number)


@given(st.text(max_size=40))
def test_anything_at_all_can_be_typed(text: str) -> None:
    read = parse(text)
    assert isinstance(read, Misread) or len(read) == 9
    found = find(text)
    assert found is None or len(found) == 9


@pytest.mark.parametrize(
    ("typed", "slip", "args"),
    [
        ("", Slip.EMPTY, {}),
        (" ー- ", Slip.EMPTY, {}),
        ("F222-F22", Slip.TOO_SHORT, {"number": 7, "most": 8}),
        ("F222-F22PP", Slip.TOO_LONG, {"number": 9, "most": 8}),
        ("F222-F22P" * 9, Slip.TOO_LONG, {"number": 72, "most": 8}),
        ("F222-F22A", Slip.SIGN, {"sign": "A"}),
        ("F222-F220", Slip.SIGN, {"sign": "0"}),
        ("F222-F22あ", Slip.SIGN, {"sign": "あ"}),
        ("F222-F223", Slip.CHECK, {}),
    ],
)
def test_what_is_no_ticket_is_told_apart(typed: str, slip: Slip, args: dict[str, str | int]) -> None:
    assert parse(typed) == Misread(slip, args)


def test_signs_that_are_never_used_are_read_as_those_they_look_like() -> None:
    assert parse("FZZ2-F2ZP") == parse("F222-F22P") == "F222-F22P"


def test_eight_digits_are_no_ticket() -> None:
    assert [typed for number in range(22222222, 22225555) if not isinstance(parse(typed := str(number)), Misread)] == []


@pytest.mark.parametrize("number", [-1, SPACE])
def test_a_number_outside_the_space_makes_no_ticket(number: int) -> None:
    with pytest.raises(ValueError, match="not below"):
        make(number)


@pytest.mark.parametrize("text", ["", "予約したい", "F222-F223です", "AF222F22P", "F222F22PP", "042-470-7722"])
def test_no_ticket_is_found_where_there_is_none(text: str) -> None:
    assert find(text) is None
