"""What errors carry beside their sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

import config
from errors import EXCLUDED, ExcludedError, ItemError, Problem, UserError


def test_a_user_error_has_one_sentence_for_each_problem_below_its_message() -> None:
    error = UserError("config.ini cannot be used as it is", ["a is wrong", "b is wrong"])
    assert str(error) == "config.ini cannot be used as it is:\n  a is wrong\n  b is wrong"
    assert error.problems == ("a is wrong", "b is wrong")
    assert (str(UserError("no such file")), UserError("no such file").problems) == ("no such file", ())


def test_every_mistake_in_the_settings_is_a_problem_of_the_error(tmp_path: Path) -> None:
    path = tmp_path / "config.ini"
    path.write_text("[Dataset]\nrecursive = perhaps\nno_such_key = 1\n", encoding="utf-8")
    with pytest.raises(UserError) as raised:
        config.load(path)
    assert len(raised.value.problems) == 2


def test_an_error_of_an_item_becomes_a_problem_under_its_name() -> None:
    assert ItemError("cut off", "the answer stops").problem("a.png") == Problem(
        "a.png", "cut off", "the answer stops"
    )


def test_an_excluded_picture_is_told_by_the_type_of_the_error_and_counted_under_one_reason() -> None:
    error = ExcludedError("its tags combine a minor with sexual content")
    assert isinstance(error, ItemError) and error.reason == EXCLUDED
