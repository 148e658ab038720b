"""What a model's answers look like, and what is made of them.

`corpus/replies.jsonl` holds one answer a line: `reply`, `finish_reason`, the `form` asked for if it is not
the default, the `verdict` ("ok" or the reason), and the `text` that is to remain.
"""

import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import ItemError
from llm.replies import REMEDIES, Form, clean, openings, rejections, wrapping
from llm.replies.copies import Prompted
from llm.replies.patterns import LazyPattern

CORPUS = [
    json.loads(line)
    for line in (Path(__file__).parent / "replies.jsonl").read_text(encoding="utf-8").splitlines()
]
MEGABYTE = 1_000_000


def judge(reply: str | None, finish_reason: str | None = "stop", form: Form | None = None) -> tuple[str, str]:
    """The verdict ("ok" or the reason) and the clean text or the message."""
    try:
        return "ok", clean(reply, finish_reason, form or Form())
    except ItemError as fault:
        return fault.reason, str(fault)


def form_of(entry: dict[str, Any]) -> Form:
    form = dict(entry.get("form", {}))
    if prompted := form.pop("prompted", None):
        examples = tuple((question, answer) for question, answer in prompted["examples"])
        form["prompted"] = Prompted(prompted["instructions"], examples, prompted["asked"])
    return Form(**form)


def label(entry: dict[str, Any]) -> str:
    return f"{entry['verdict']}: {ascii(entry['reply'])[:50]}"


def with_verdict(verdict: str) -> list[dict[str, Any]]:
    return [entry for entry in CORPUS if entry["verdict"] == verdict]


@pytest.mark.parametrize("verdict", REMEDIES)
def test_every_bad_answer_of_the_corpus_is_rejected_as_a_reader_would(verdict: str) -> None:
    for entry in with_verdict(verdict):
        found, message = judge(entry["reply"], entry["finish_reason"], form_of(entry))
        assert found == verdict, (label(entry), message)


def test_every_good_answer_of_the_corpus_is_made_clean_as_a_reader_would() -> None:
    for entry in with_verdict("ok"):
        found = judge(entry["reply"], entry["finish_reason"], form_of(entry))
        assert found == ("ok", entry["text"]), label(entry)


def test_the_corpus_holds_at_least_eight_answers_for_every_reason() -> None:
    counts = Counter(entry["verdict"] for entry in CORPUS)
    unharmed = sum(entry.get("text") == entry["reply"] for entry in CORPUS)
    assert set(counts) == {"ok", *REMEDIES}
    assert min(counts.values()) >= 8
    assert unharmed >= 90


@pytest.mark.parametrize(
    "wrapping",
    [
        "<think>Let me see. I cannot tell.</think>\n\n%s<|im_end|>",
        "Sure! Here is the caption:\n\n%s",
        "```\n%s\n```",
        "<|channel|>analysis<|message|>Why?<|end|><|start|>assistant<|channel|>final<|message|>%s",
    ],
)
def test_every_good_caption_stays_good_in_this_wrapping(wrapping: str) -> None:
    for entry in with_verdict("ok"):
        found = judge(wrapping.replace("%s", entry["text"]), "stop", form_of(entry))
        assert found == ("ok", entry["text"]), label(entry)


def test_every_refusal_is_found_behind_thoughts_and_a_greeting() -> None:
    for entry in with_verdict("refused"):
        found, _ = judge(f"<think>Hm.</think>Certainly! {entry['reply']}", "stop", form_of(entry))
        assert found == "refused", label(entry)


@pytest.mark.parametrize("reason", REMEDIES)
def test_a_message_is_one_sentence_without_a_full_stop_at_its_end(reason: str) -> None:
    assert re.fullmatch(r"[a-z' ]{5,30}", reason)
    assert REMEDIES[reason][-1] not in ".!"
    assert ". " not in REMEDIES[reason]


def test_the_message_quotes_the_beginning_of_what_was_rejected() -> None:
    _, message = judge("I'm sorry, but I can't help with that.\n" + "So it is. " * 50)
    assert "I'm sorry, but I can't help with that." in message
    assert "\n" not in message
    assert len(message) < 250


def test_the_limit_counts_what_remains_not_what_was_thought() -> None:
    reply = f"<think>{'so many thoughts ' * 100}</think>A red fox."
    assert judge(reply, "stop", Form(max_words=3)) == ("ok", "A red fox.")


def test_an_answer_wrapped_deeper_than_any_model_does_is_given_up() -> None:
    labels = "Caption: Answer: Output: Description: Result: Summary: Caption: Prompt: Sentence: Paragraph: "
    assert judge("Caption: Answer: Output: a fox") == ("ok", "a fox")
    assert judge(f"{labels}a fox")[0] == "not plain text"


def test_a_runaway_answer_is_too_long_whatever_the_form_allows() -> None:
    reply = " ".join(f"lamp{number}" for number in range(5_000))
    assert judge(reply)[0] == "too long"
    assert judge(reply[:15_000].rsplit(" ", 1)[0])[0] == "ok"


PIECES = [
    *(entry["reply"] for entry in CORPUS if entry["reply"]),
    *("<think>", "</think>", "<|channel|>final<|message|>", "<|im_end|>", "</s>", "[INST]", "```"),
    *("Caption:", "**", "*", "# ", "- ", "1. ", "\n", "\n\n", "Sure!", "Here is the caption:", '"', "“", "”"),
    *("Let me know", "Note:", "The image shows ", "In this picture, ", "A digital illustration of ", "'"),
    *("a girl", "A girl stands", ". ", ", ", " is ", "of the image", "…", "·", "|", "{", "}", "</p>"),
    *(
        "&lt;",
        "&amp;",
        "lt;",
        "&#65533;",
        "\ufffd",
        "Ġ",
        "ĠaĠbĠc",
        "Äł",
        "▁",
        "<result>",
        "</result>",
        "[",
        "]",
    ),
    *("(", ")", "{tags}", "{hair_color}", "<unused94>", "<unused95>", "[end of text]", "Should I stop?"),
    *("\u200b", "\ufeff", "\x00", "\ud800", "\u2028", "İ", "ß", "女"),
]
ANYTHING = st.one_of(
    st.text(max_size=200),
    st.text(alphabet=st.characters(categories=["L", "P", "Z", "C", "S", "N", "M"]), max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=8).map(" ".join),
)
FORMS = st.builds(
    Form,
    language=st.sampled_from(["", "en", "de", "ja", "xx"]),
    max_words=st.one_of(st.none(), st.integers(1, 60)),
    one_line=st.booleans(),
    plain_text=st.booleans(),
)


@given(ANYTHING, st.sampled_from(["stop", None, "", "eos"]), FORMS)
def test_any_text_is_cleaned_or_fails_for_a_known_reason(text: str, finish: str | None, form: Form) -> None:
    verdict, cleaned = judge(text, finish, form)
    if verdict != "ok":
        assert verdict in REMEDIES
        return
    assert cleaned == cleaned.strip() != ""
    assert cleaned.encode("utf-8")
    assert "\r" not in cleaned
    assert not form.one_line or "\n" not in cleaned
    assert judge(cleaned, finish, form) == ("ok", cleaned)


RARE_PATTERNS = [
    each
    for module in (openings, rejections, wrapping)
    for each in vars(module).values()
    if isinstance(each, LazyPattern) and each.hints
]


@pytest.mark.parametrize("rare", RARE_PATTERNS, ids=lambda rare: rare.hints[0])
@settings(suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_text_that_a_rare_pattern_matches_contains_one_of_its_hints(
    rare: LazyPattern, data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(rare.pattern))
    assert not rare.pattern.search(text.lower()) or rare.may_match(text)


HOSTILE = {
    "opening thoughts": "<think>",
    "closing thoughts": "</think>",
    "harmony": "<|channel|>final",
    "angle brackets": "<",
    "special tokens": "<s> ",
    "double quotes": '"a ',
    "opening quotes": "“",
    "single quotes": " 'a",
    "brackets": "([",
    "stars": "*a",
    "bold": "**",
    "blank lines": "\n \n",
    "spaces": " ",
    "bullets": "- \n",
    "fences": "```\n",
    "pipes": "|a|\n",
    "braces": '{"a":',
    "labels": "Caption: ",
    "greetings": "Sure! ",
    "announcements": "Here is a ",
    "trailers": "A. Let me know. ",
    "notes in quotes": '"A. Note: " ',
    "first persons": "I really ",
    "sorry": "sorry, ",
    "the image": "The image shows a girl. ",
    "in the image": "In the image, ",
    "an image of": "A digital image of a ",
    "sentences without end": "a girl who is of the image in a picture, ",
    "almost a stutter": "aaaaaaaaaaab",
    "numbers": "1 2 3 4 5 6 7 8 9 ",
    "one letter": "a",
    "Han": "女孩，",
    "combining marks": "a\u0301\u0323",
    "answer tags": "<answer>",
    "any tags": "<a>b",
    "entities": "&amp;",
    "entities in entities": "&amp;amp;",
    "slots": "{a_",
    "places": "[your ",
    "letters for spaces": "Ġ",
    "questions": "Should I stop ",
    "words": "lamp stair coat park bird tree ",
    "only reasons": "I cannot ",
}


def seconds_to_judge(text: str) -> float:
    started = time.process_time()
    judge(text)
    return time.process_time() - started


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_answer_of_any_size_is_judged_in_a_moment(unit: str) -> None:
    # Linear work takes 0.3 s here at most; a pattern read anew at every position would take far more.
    assert seconds_to_judge(unit * (19_900 // len(unit))) < 4
    assert seconds_to_judge("A girl. " + unit * (19_900 // len(unit))) < 4
    assert seconds_to_judge(unit * (MEGABYTE // 4 // len(unit))) < 4


def test_a_megabyte_of_thoughts_before_an_answer_does_no_harm() -> None:
    assert judge("<think>" + "red coat? " * (MEGABYTE // 10) + "</think>A red fox.") == ("ok", "A red fox.")
