"""Of many cases in one test, each that fails is named, and none hides another."""

from __future__ import annotations

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
