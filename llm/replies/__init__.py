"""Turns an answer of a language model into clean text, or says why it cannot be used.

An answer goes through STEPS. Each step either improves the text or rejects it. The steps are repeated until
none of them changes anything, so an accepted text would be accepted unchanged a second time, however deeply
the answer was wrapped.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from errors import REFUSED, REPEATS_EXAMPLE, REPEATS_ITSELF, REPEATS_PROMPT, ItemError
from llm.answers import REFUSED_BY_SERVER
from llm.replies import copies, language, openings, rejections, wrapping
from llm.replies.copies import Prompted
from llm.replies.text import (
    BROKEN,
    normalize_spacing,
    remove_invisible,
    strip_quotes_around,
    with_spaces,
    without_entities,
    words,
)

REMEDIES = {
    "cut off": "the answer stops in the middle; raise max_tokens or ask for less",
    "blocked by the server's filter": "the server withheld the answer; use another model or server",
    "empty answer": "the answer holds no words; try again, or try another model",
    "reasoning without an answer": "the model only thought; raise max_tokens or turn reasoning off",
    REFUSED: "the model declined; use another model or plainer wording in the template",
    "did not see the picture": "the model got no picture; use a vision model and a server that passes it on",
    "wrong language": "the answer is in another language; name the language in the template",
    REPEATS_ITSELF: "the answer repeats itself; lower the temperature, raise a repetition penalty or use "
    "another model",
    "not plain text": "the answer is marked up or in several parts; ask for one paragraph of plain text",
    "talks about the picture": "the answer tells of the picture itself; say so in the template",
    REPEATS_PROMPT: "the answer repeats the prompt; check that the server applies the chat template",
    REPEATS_EXAMPLE: "the answer repeats an example of the template, or its instructions; use a larger model",
    "broken characters": "the answer has characters that were cut in two; use another server",
    "too long": "the answer has more words than allowed; ask for a shorter one or raise the limit",
}
"""Every reason why an answer is rejected, with what happened and what the user can do about it.

Failures are counted by reason in the summary, so there are few reasons and they are short. Each remedy is one
sentence without a full stop.
"""


@dataclass(frozen=True, slots=True)
class Form:
    """What an answer has to look like."""

    language: str = "en"
    """The code of the language asked for; empty to accept any."""
    max_words: int | None = None
    one_line: bool = True
    """Whether paragraphs are joined. Otherwise they stay, with at most one blank line between them."""
    plain_text: bool = True
    """Whether lists, headings, tables and JSON are rejected. Otherwise they are left as they are."""
    prompted: Prompted | None = None
    """What was asked, to reject what only repeats it."""

    @property
    def is_english(self) -> bool:
        """Whether the answer is to be in English."""
        return language.base_code(self.language) == "en"


Step = Callable[[str, Form], str]

# Words with which servers say how an answer ended. There are many for an answer that is cut off, so whatever
# is no word for a proper end, nor for a filter, means that.
_PROPER_END = re.compile(
    r"(?:stop|eos|end|complete|done|finish|success|normal)[a-z]*(?:[_ -](?:of[_ -])?[a-z]+)?"
    r"|tool_?calls?|function_?call|none|null|"
)
_FILTERED = re.compile(r"filter|safety|block|prohibit|recitation|sensitive|spii|moderation|guardrail|policy")
_NOTHING = frozenset({"none", "null", "n/a", "na", "empty", "nil", "no caption", "no description"})
# An English text that ends in one of these was cut off.
_UNFINISHED_ENDINGS = (
    *(",", ";", ":", "–", "—", "(", "/", " a", " an", " the", " and", " or", " but", " of", " with", " his"),
    *(" their", " its", " while", " whose"),
)
_MAX_ROUNDS = 8
# In characters. No caption or description is as long, and a longer answer would take seconds to read.
_MAX_LENGTH = 20_000
_EXCERPT = 80


def clean(text: str | None, finish_reason: str | None, form: Form) -> str:
    """The caption or description in a model's answer, ready to be written to a file.

    `finish_reason` is how the answer ended according to the server; an answer without one has a proper end,
    one with a word that is not known was cut off. Raises ItemError with one of the reasons of REMEDIES.
    """
    text, ending = text or "", (finish_reason or "").strip().lower()
    if ending == REFUSED_BY_SERVER:
        raise _rejection(REFUSED, text)
    if _FILTERED.search(ending):
        raise _rejection("blocked by the server's filter", text)
    if _PROPER_END.fullmatch(ending) is None:
        # A loop ends only where max_tokens does, and to raise that would make it longer.
        is_loop = rejections.repeats_itself(normalize_spacing(remove_invisible(text[:_MAX_LENGTH])))
        raise _rejection(REPEATS_ITSELF if is_loop else "cut off", text)
    text = normalize_spacing(remove_invisible(text))
    for _ in range(_MAX_ROUNDS):
        improved = text
        for step in STEPS:
            improved = step(improved, form)
        if improved == text:
            return text
        text = improved
    raise _rejection("not plain text", text)


def _rejection(reason: str, text: str) -> ItemError:
    """The error; it quotes the beginning of the text, so that a user can tell whether it is right."""
    excerpt = " ".join(text[:_EXCERPT].split())
    if not excerpt:
        return ItemError(reason, REMEDIES[reason])
    dots = "…" if len(text) > _EXCERPT else ""
    return ItemError(reason, f"{REMEDIES[reason]} ({excerpt}{dots})")


def _improve(change: Callable[[str], str]) -> Step:
    return lambda text, form: change(text)


def _reject(reason: str, is_so: Callable[[str], bool]) -> Step:
    return _reject_for_form(reason, lambda text, form: is_so(text))


def _reject_for_form(reason: str, is_so: Callable[[str, Form], bool]) -> Step:
    def step(text: str, form: Form) -> str:
        if is_so(text, form):
            raise _rejection(reason, text)
        return text

    return step


def _drop_reasoning(text: str) -> str:
    answer = wrapping.after_reasoning(text)
    if answer is None:
        raise _rejection("reasoning without an answer", text)
    return answer


def _says_nothing(text: str) -> bool:
    return not any(map(str.isalnum, text)) or text.strip("[]()<>.\"' ").lower() in _NOTHING


def _without_last_comma(text: str) -> str:
    """A list of tags may end in a comma; after whole sentences, a comma means that words are missing."""
    return text if re.search(r"[.!?]", text) else text.rstrip(", ")


# The order matters in two ways. The most telling reason comes first: a refusal in Chinese is reported as a
# refusal, not as the wrong language. And steps that read line by line come before the lines are joined.
STEPS: tuple[Step, ...] = (
    _improve(with_spaces),
    _improve(without_entities),
    _improve(_drop_reasoning),
    _improve(wrapping.inside_answer_tags),
    _improve(wrapping.drop_tokens),
    _reject("too long", lambda text: len(text) > _MAX_LENGTH),
    _reject("broken characters", lambda text: BROKEN in text),
    _reject("empty answer", _says_nothing),
    _improve(wrapping.drop_fences),
    _improve(strip_quotes_around),
    _improve(wrapping.drop_greeting),
    _reject("did not see the picture", rejections.saw_no_picture),
    _reject(REFUSED, rejections.refuses),
    _improve(wrapping.drop_brackets_around),
    _reject("reasoning without an answer", wrapping.thinks_aloud),
    lambda text, form: wrapping.drop_label(text) if form.plain_text else text,
    _reject(REPEATS_PROMPT, rejections.repeats_the_prompt),
    _reject_for_form(
        REPEATS_EXAMPLE,
        lambda text, form: form.prompted is not None and copies.copies(text, form.prompted),
    ),
    _improve(wrapping.drop_trailer),
    lambda text, form: wrapping.drop_emphasis(text) if form.plain_text else text,
    _reject_for_form("not plain text", lambda text, form: form.plain_text and wrapping.is_marked_up(text)),
    _reject_for_form("wrong language", lambda text, form: not language.is_in_language(text, form.language)),
    _reject(REPEATS_ITSELF, rejections.repeats_itself),
    # Some trainers read only the first line, or take each line as a caption.
    lambda text, form: " ".join(text.split()) if form.one_line else text,
    _improve(openings.drop_openings),
    _reject("talks about the picture", openings.talks_about_the_picture),
    _improve(_without_last_comma),
    _reject_for_form("cut off", lambda text, form: form.is_english and text.endswith(_UNFINISHED_ENDINGS)),
    _reject_for_form(
        "too long", lambda text, form: form.max_words is not None and len(words(text)) > form.max_words
    ),
)
