"""Several captions in one answer: what is asked, and what is read from answers as models give them."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import ItemError
from writing import variants

LONG, SHORT = "A girl stands in a field and looks at the sky.", "A girl in a field."
NAMES = ("long", "short")


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps({"long": LONG, "short": SHORT}),
        json.dumps({"Short": SHORT, "Long": LONG, "medium": "more than was asked"}, indent=2),
        f"```json\n{json.dumps({'long': LONG, 'short': SHORT})}\n```",
        f"Here are the captions:\n{json.dumps({'long': LONG, 'short': SHORT})}\nI hope they help.",
        f"**Long:** {LONG}\n\n**Short:** {SHORT}",
        f"long: {LONG}\nshort: {SHORT}",
        f'- "Long" (one paragraph): {LONG}\n- "Short" (one sentence): {SHORT}',
    ],
)
def test_both_are_read_however_the_model_wraps_them(answer: str) -> None:
    assert variants.split(answer, NAMES) == {"long": LONG, "short": SHORT}


def test_what_an_answer_does_not_hold_is_absent() -> None:
    assert variants.split(json.dumps({"long": LONG, "short": ""}), NAMES) == {"long": LONG}
    assert variants.split(json.dumps({"long": LONG, "short": ["x"]}), NAMES) == {"long": LONG}


@pytest.mark.parametrize("answer", ["", LONG, "{", "{}", "[1, 2]", '{"long": 3}', "{" * 5000])
def test_an_answer_without_any_is_refused(answer: str) -> None:
    with pytest.raises(ItemError, match="asked for long, short"):
        variants.split(answer, NAMES)


def test_a_line_break_inside_a_value_does_no_harm() -> None:
    assert variants.split('{"long": "One.\nTwo.", "short": "One."}', NAMES)["long"] == "One.\nTwo."


def test_every_name_is_asked_for_by_its_length() -> None:
    asked = variants.request_for(("long", "short"))
    assert '- "long": one paragraph of 80 to 150 words' in asked
    assert '- "short": one sentence' in asked
    schema = variants.schema_for(("long", "short"))
    assert schema["required"] == ["long", "short"]


@given(st.text(alphabet='{}[]":,\\n longshrt*#-', max_size=300))
def test_no_answer_does_anything_but_give_variants_or_be_refused(answer: str) -> None:
    with suppress(ItemError):
        assert set(variants.split(answer, NAMES)) <= set(NAMES)
