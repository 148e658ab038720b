"""An answer of a language model ─▶ clean text, or the reason why it is none.

An answer runs through STEPS, each of which either improves the text or rejects it, again and again until
every step leaves it alone. So what is accepted is accepted unchanged by a second reading, however deep it
was wrapped.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from llm.replies.characters import drop_unseen, even_spacing, one_line, words
from llm.replies.language import base_code, is_in_language
from llm.replies.loops import repeats_itself
from llm.replies.markup import is_marked_up, repeats_the_prompt
from llm.replies.openings import drop_openings, talks_about_the_picture
from llm.replies.quotations import strip_quotes_around
from llm.replies.reasoning import drop_reasoning, inside_answer_tags, thinks_aloud
from llm.replies.refusals import refuses, saw_no_picture
from llm.replies.verdicts import rejection
from llm.replies.wrapping import (
    drop_emphasis,
    drop_fences,
    drop_greeting,
    drop_label,
    drop_tokens,
    drop_trailer,
)


@dataclass(frozen=True, slots=True)
class Form:
    """What an answer has to look like."""

    language: str = "en"
    """The code of the language asked for; empty to accept any."""
    max_words: int | None = None
    one_line: bool = True
    """Whether paragraphs are joined; else they stay, with one blank line between them at most."""
    plain_text: bool = True
    """Whether lists, headings, tables and JSON are faults; else they are left as they are."""

    @property
    def is_english(self) -> bool:
        """Whether the answer is to be in English."""
        return base_code(self.language) == "en"


Step = Callable[[str, Form], str]

_STOPPED_EARLY = frozenset({"length", "max_tokens", "model_length", "max_output_tokens", "abort", "error"})
_FILTERED = frozenset({"content_filter", "content_filtered", "safety", "prohibited_content", "recitation"})
_NOTHING = frozenset({"none", "null", "n/a", "na", "empty", "nil", "no caption", "no description"})
_HANGING = (
    *(",", ";", ":", "–", "—", "(", "/", " a", " an", " the", " and", " or", " but", " of", " with", " his"),
    *(" their", " its", " while", " whose"),
)
_MOST_ROUNDS = 8
_LONGEST = 20_000
"""Characters. No caption or description is as long; a runaway answer is not worth seconds of reading."""


def clean(text: str | None, finish_reason: str | None, form: Form) -> str:
    """The caption or description in a model's answer, ready to be written to a file.

    `finish_reason` is what the server says of how the answer ended; None or an unknown word is taken for a
    proper end. Raises ItemError with one of the reasons of `llm.replies.verdicts.REMEDIES`.
    """
    _judge_ending(finish_reason, text or "")
    text = even_spacing(drop_unseen(text or ""))
    for _ in range(_MOST_ROUNDS):
        improved = _take_steps(text, form)
        if improved == text:
            return text
        text = improved
    raise rejection("not plain text", text)


def _judge_ending(finish_reason: str | None, text: str) -> None:
    ending = (finish_reason or "").lower()
    if ending in _FILTERED:
        raise rejection("blocked by the server's filter", text)
    if ending in _STOPPED_EARLY:
        raise rejection("cut off", text)


def _take_steps(text: str, form: Form) -> str:
    for step in STEPS:
        text = step(text, form)
    return text


def _always(improve: Callable[[str], str]) -> Step:
    return lambda text, form: improve(text)


def _if_plain(improve: Callable[[str], str]) -> Step:
    return lambda text, form: improve(text) if form.plain_text else text


def _reject(reason: str, is_so: Callable[[str], bool]) -> Step:
    return _reject_for_form(reason, lambda text, form: is_so(text))


def _reject_for_form(reason: str, is_so: Callable[[str, Form], bool]) -> Step:
    def judge(text: str, form: Form) -> str:
        if is_so(text, form):
            raise rejection(reason, text)
        return text

    return judge


def _says_nothing(text: str) -> bool:
    return not any(map(str.isalnum, text)) or text.strip("[]()<>.\"' ").lower() in _NOTHING


def _has_too_many_words(text: str, form: Form) -> bool:
    return form.max_words is not None and len(words(text)) > form.max_words


def _hangs(text: str, form: Form) -> bool:
    return form.is_english and text.endswith(_HANGING)


def _without_last_comma(text: str) -> str:
    """A list of tags may end in a comma; after whole sentences, a comma means that words are missing."""
    return text if re.search(r"[.!?]", text) else text.rstrip(", ")


# The order matters twice. What spoils everything comes first, so that it names the failure: a refusal in
# Chinese is a refusal. And what reads line by line comes before the lines are joined.
STEPS: tuple[Step, ...] = (
    _always(drop_reasoning),
    _always(inside_answer_tags),
    _always(drop_tokens),
    _reject("too long", lambda text: len(text) > _LONGEST),
    _reject("empty answer", _says_nothing),
    _always(drop_fences),
    _always(strip_quotes_around),
    _always(drop_greeting),
    _reject("did not see the picture", saw_no_picture),
    _reject("refused", refuses),
    _reject("reasoning without an answer", thinks_aloud),
    _if_plain(drop_label),
    _reject("repeats the prompt", repeats_the_prompt),
    _always(drop_trailer),
    _if_plain(drop_emphasis),
    _reject_for_form("not plain text", lambda text, form: form.plain_text and is_marked_up(text)),
    _reject_for_form("wrong language", lambda text, form: not is_in_language(text, form.language)),
    _reject("repeats itself", repeats_itself),
    lambda text, form: one_line(text) if form.one_line else text,
    _always(drop_openings),
    _reject("talks about the picture", talks_about_the_picture),
    _always(_without_last_comma),
    _reject_for_form("cut off", _hangs),
    _reject_for_form("too long", _has_too_many_words),
)
"""What is done to an answer, in this order."""
