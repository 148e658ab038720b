"""Of many cases in one test, each that fails is named, and none hides another."""

from __future__ import annotations

import re

import pytest

from tests.cases import in_one_test


def test_each_case_that_fails_is_named_with_what_was_expected() -> None:
    @in_one_test(("tag", "length"), [("hat", 3), ("scarf", 3), ("shoe", 4), ("boot", 5)])
    def lengths(tag: str, length: int) -> None:
        assert len(tag) == length

    with pytest.raises(AssertionError) as caught:
        lengths()
    said = str(caught.value)
    assert [tag for tag in ("hat", "scarf", "shoe", "boot") if f"'{tag}', " in said] == ["scarf", "boot"]
    assert "assert 5 == 3" in said


def test_a_case_with_an_unexpected_error_or_without_an_expected_one_is_named_too() -> None:
    @in_one_test("number", [1, 0, 2, 3])
    def one_is_no_divisor(number: int) -> None:
        with pytest.raises(ValueError, match="one"):
            if 6 // number > 5:
                raise ValueError("one")

    with pytest.raises(AssertionError) as caught:
        one_is_no_divisor()
    found = re.findall(r"^(\d)\n(\w+): ", str(caught.value), re.MULTILINE)
    assert found == [("0", "ZeroDivisionError"), ("2", "Failed"), ("3", "Failed")]


def test_a_test_without_cases_fails() -> None:
    @in_one_test("number", ())
    def nothing(number: int) -> None:
        raise AssertionError(number)

    with pytest.raises(AssertionError, match="there are no cases"):
        nothing()
