"""The forms in which a model is asked which tags a caption says, and what its answers mean.

Which form a model can answer is found by examination.py. What is asked about one caption begins alike, so
that a server reads the caption once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from check.text import read, words_in
from errors import REFUSED, ItemError
from llm.answers import Reply
from llm.picture_requests import Requests
from llm.prompts import Message, fingerprint
from llm.replies.rejections import refuses
from llm.replies.wrapping import after_reasoning
from tags.spelling import words

QUOTES, LIST, PROBABILITY = "quotes", "yes or no in a list", "yes or no by probability"

_TASK = (
    'You check captions of pictures. A caption may say a thing in other words: "her feet are bare" says '
    "barefoot. Judge only by what the caption says, not by what is likely."
)
# Each form is shown this caption with right answers first. No picture that ships has a caption like it.
_EXAMPLE = "A girl in a straw hat kneels by the lake and pours water from a jug, her braid over one shoulder."
_NOT_SAID = "NOT SAID"
# With more lines than these, small models lose count.
_MOST_IN_A_LIST = 16
_LINE = re.compile(r"^[^\w\n]*(\d+)\b.*?\b(yes|no)\b", re.MULTILINE | re.IGNORECASE)

# In characters. A server may send more than was asked for, and reading a text takes time.
_LONGEST_TEXT = 20_000
# In tokens. An answer is a few words, and a model that thinks aloud for longer costs more than it is worth.
_LONGEST_ANSWER = 400
_TOKENS_LISTED = 20  # OpenAI lists no more.
# If the model is less sure than this that yes or no comes next, its answer is neither.
_LEAST_PROBABILITY = 0.5


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model thinks of a tag: the probability that the caption says it, and the caption's words."""

    probability: float
    quote: str = ""


Form = Callable[[str, Mapping[str, str], Requests], Coroutine[Any, Any, dict[str, Opinion]]]
"""Asks about a caption and some tags with their meanings, "" where none is known; an opinion for each tag.

Raises ItemError where the model gives no answer of this form.
"""


async def ask_for_quotes(caption: str, tags: Mapping[str, str], requests: Requests) -> dict[str, Opinion]:
    """Ask for the caption's words for each tag. Words that do not stand there are made up: not said."""
    text = read(caption)
    opinions = {}
    for tag, meaning in tags.items():
        question = _quote_question(caption, _named(tag, meaning))
        quote = await requests.send([*EXAMPLES[QUOTES], question], _text_of, extra_fields=_SHORT, retries=0)
        opinions[tag] = Opinion(1.0, quote) if text.has_words(words_in(quote)) else Opinion(0.0)
    return opinions


async def ask_in_a_list(caption: str, tags: Mapping[str, str], requests: Requests) -> dict[str, Opinion]:
    """Ask for yes or no for each line of a list of tags."""
    opinions: dict[str, Opinion] = {}
    for first in range(0, len(tags), _MOST_IN_A_LIST):
        part = list(tags)[first : first + _MOST_IN_A_LIST]
        question = _list_question(caption, [f"{words(tag)}{_in_brackets(tags[tag])}" for tag in part])

        def accept(reply: Reply, count: int = len(part)) -> list[bool]:
            return _read_list(_text_of(reply), count)

        said = await requests.send([*EXAMPLES[LIST], question], accept, extra_fields=_SHORT, retries=1)
        opinions |= {tag: Opinion(float(is_said)) for tag, is_said in zip(part, said, strict=True)}
    return opinions


async def ask_for_probabilities(
    caption: str, tags: Mapping[str, str], requests: Requests
) -> dict[str, Opinion]:
    """Ask for yes or no for each tag, and take how probable the model finds the two as its first word."""
    opinions = {}
    for tag, meaning in tags.items():
        question = _yes_question(caption, _named(tag, meaning))
        probability = await requests.send(
            [*EXAMPLES[PROBABILITY], question], _read_probability, extra_fields=_FIRST_TOKEN, retries=0
        )
        opinions[tag] = Opinion(probability)
    return opinions


FORMS: Mapping[str, Form] = {
    QUOTES: ask_for_quotes,
    LIST: ask_in_a_list,
    PROBABILITY: ask_for_probabilities,
}
"""In the order in which they are tried: words that stand in the caption are the surest."""


def _named(tag: str, meaning: str) -> str:
    return f'"{words(tag)}"{_in_brackets(meaning)}'


def _in_brackets(meaning: str) -> str:
    return f" ({meaning.rstrip('.')})" if meaning else ""


def _quote_question(caption: str, name: str) -> Message:
    return Message(
        "user",
        f"Caption: {caption}\n\nWhich words of this caption say {name}? "
        f"Copy these words exactly, or answer {_NOT_SAID}.",
    )


def _list_question(caption: str, names: Sequence[str]) -> Message:
    listed = "\n".join(f"{number}. {name}" for number, name in enumerate(names, start=1))
    return Message(
        "user",
        f"Caption: {caption}\n\nDoes this caption say each of these? Answer every line with yes or no.\n"
        f"{listed}",
    )


def _yes_question(caption: str, name: str) -> Message:
    return Message("user", f"Caption: {caption}\n\nDoes this caption say {name}? Answer yes or no.")


def _examples(*turns: tuple[Message, str]) -> Sequence[Message]:
    """The messages before a question: the task, and example questions with right answers."""
    shown = [each for question, answer in turns for each in (question, Message("assistant", answer))]
    return [Message("system", _TASK), *shown]


EXAMPLES: Mapping[str, Sequence[Message]] = {
    QUOTES: _examples(
        (_quote_question(_EXAMPLE, _named("holding_jug", "")), "pours water from a jug"),
        (_quote_question(_EXAMPLE, _named("red_hat", "")), _NOT_SAID),
    ),
    LIST: _examples(
        (
            _list_question(_EXAMPLE, ["on one knee", "red hat", "holding jug", "night"]),
            "1. yes\n2. no\n3. yes\n4. no",
        )
    ),
    PROBABILITY: _examples(
        (_yes_question(_EXAMPLE, _named("kneeling", "")), "yes"),
        (_yes_question(_EXAMPLE, _named("red_hat", "")), "no"),
    ),
}
"""What stands before a question of each form."""
# The likeliest answer is wanted, not a varied one.
_SHORT: Mapping[str, object] = {"temperature": 0, "max_tokens": _LONGEST_ANSWER}
_FIRST_TOKEN: Mapping[str, object] = {
    "temperature": 0,
    "max_tokens": 1,
    "logprobs": True,
    "top_logprobs": _TOKENS_LISTED,
}


def _text_of(reply: Reply) -> str:
    text = (after_reasoning(reply.text or "") or "").strip()
    if not text:
        raise ItemError("empty answer", "the model said nothing of the caption")
    if len(text) > _LONGEST_TEXT:
        raise ItemError(
            "answer too long", f"the model said more than {_LONGEST_TEXT:,} characters of a caption"
        )
    if refuses(text):
        raise ItemError(REFUSED, "the model declined to read the caption")
    return text


def _read_list(text: str, count: int) -> list[bool]:
    """Yes or no for each of `count` lines; raises ItemError where one of them has none."""
    found = {int(number[:4]): answer.lower() == "yes" for number, answer in _LINE.findall(text)}
    if not all(number in found for number in range(1, count + 1)):
        raise ItemError("not a list of yes and no", "the model did not answer every line with yes or no")
    return [found[number] for number in range(1, count + 1)]


def _read_probability(reply: Reply) -> float:
    """How probable yes is beside no; raises ItemError where the server sends no probabilities."""
    probabilities = {"yes": 0.0, "no": 0.0}
    for token, probability in reply.first_token.items():
        word = token.strip().lower()
        if word in probabilities:
            probabilities[word] += probability
    if sum(probabilities.values()) < _LEAST_PROBABILITY:
        raise ItemError("no probabilities", "neither yes nor no has a probability in the answer")
    return probabilities["yes"] / sum(probabilities.values())


WORDING = fingerprint("", list(chain(*EXAMPLES.values())))
"""A digest of how the questions are worded: a model that was examined with other words is examined again."""
