"""Turns an answer of a language model into clean text, or says why it cannot be used.

An answer goes through the steps of `_out_of_its_wrapping` and `_as_asked`. Each either improves the text or
rejects it. The steps are repeated until none of them changes anything, so an accepted text would be accepted
unchanged a second time, however deeply the answer was wrapped.
"""

import re
from dataclasses import dataclass

from errors import REFUSED, REPEATS_EXAMPLE, REPEATS_ITSELF, REPEATS_PROMPT, ItemError
from llm.answers import REFUSED_BY_SERVER
from llm.replies import copies, language, openings, rejections, wrapping
from llm.replies.copies import Prompted
from llm.replies.text import (
    BROKEN,
    in_one_line,
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
    text = remove_invisible(text)
    for _ in range(_MAX_ROUNDS):
        text = normalize_spacing(text)
        improved = _as_asked(_out_of_its_wrapping(text), form)
        if improved == text:
            return text
        text = improved
    raise _rejection("not plain text", text)


# The order matters in two ways. The most telling reason comes first: a refusal in Chinese is reported as a
# refusal, not as the wrong language. And steps that read line by line come before the lines are joined.
def _out_of_its_wrapping(text: str) -> str:
    """The answer without what stands around it; raises ItemError where there is none."""
    text = without_entities(with_spaces(text))
    answer = wrapping.after_reasoning(text)
    if answer is None:
        raise _rejection("reasoning without an answer", text)
    answer = wrapping.drop_tokens(wrapping.inside_answer_tags(answer))
    _refuse("too long", answer, len(answer) > _MAX_LENGTH)
    _refuse("broken characters", answer, BROKEN in answer)
    _refuse("empty answer", answer, _says_nothing(answer))
    answer = wrapping.drop_fences(answer)
    text = answer if answer == text else normalize_spacing(answer)
    text = wrapping.drop_greeting(strip_quotes_around(text))
    _refuse("did not see the picture", text, rejections.saw_no_picture(text))
    _refuse(REFUSED, text, rejections.refuses(text))
    text = wrapping.drop_brackets_around(text)
    _refuse("reasoning without an answer", text, wrapping.thinks_aloud(text))
    return text


def _as_asked(text: str, form: Form) -> str:
    """The answer in the form that was asked for; raises ItemError where it cannot be brought into that."""
    if form.plain_text:
        text = wrapping.drop_label(text)
    _refuse(REPEATS_PROMPT, text, rejections.repeats_the_prompt(text))
    _refuse(REPEATS_EXAMPLE, text, form.prompted is not None and copies.copies(text, form.prompted))
    text = wrapping.drop_trailer(text)
    if form.plain_text:
        text = wrapping.drop_emphasis(text)
        _refuse("not plain text", text, wrapping.is_marked_up(text))
    _refuse("wrong language", text, not language.is_in_language(text, form.language))
    _refuse(REPEATS_ITSELF, text, rejections.repeats_itself(text))
    if form.one_line:
        # Some trainers read only the first line, or take each line as a caption.
        text = in_one_line(text)
    text = openings.drop_openings(text)
    _refuse("talks about the picture", text, openings.talks_about_the_picture(text))
    # A list of tags may end in a comma; after whole sentences, a comma means that words are missing.
    text = text if re.search(r"[.!?]", text) else text.rstrip(", ")
    _refuse("cut off", text, form.is_english and text.endswith(_UNFINISHED_ENDINGS))
    _refuse("too long", text, form.max_words is not None and len(words(text)) > form.max_words)
    return text


def _refuse(reason: str, text: str, is_so: bool) -> None:
    if is_so:
        raise _rejection(reason, text)


def _rejection(reason: str, text: str) -> ItemError:
    """The error; it quotes the beginning of the text, so that a user can tell whether it is right."""
    excerpt = " ".join(text[:_EXCERPT].split())
    if not excerpt:
        return ItemError(reason, REMEDIES[reason])
    dots = "…" if len(text) > _EXCERPT else ""
    return ItemError(reason, f"{REMEDIES[reason]} ({excerpt}{dots})")


def _says_nothing(text: str) -> bool:
    return not any(map(str.isalnum, text)) or text.strip("[]()<>.\"' ").lower() in _NOTHING
