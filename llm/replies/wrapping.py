"""Taking an answer out of its wrapping: thoughts, left-over tokens, fences, labels, the chat around it.

Servers are meant to put a model's thoughts elsewhere (`reasoning_content`), but many leave them in the
answer: between marks that differ by model family, with the opening mark removed by the chat template, or
without a closing mark.
"""

import re

from llm.replies.patterns import LazyPattern, pattern
from llm.replies.text import mask_quotations, normalize_spacing

THOUGHTS = pattern("wrapping", "thoughts")
_ANSWER = re.compile(
    r"<(answer|final_answer|conclusion|caption|description|result|final|output|response)>(.*?)(?:</\1>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
# Any other tag counts where it is around all of the answer.
_TAG_AROUND = re.compile(r"\A<([a-z][a-z_-]{0,30})>(.*)</\1>\Z", re.IGNORECASE | re.DOTALL)
_BRACKETS = {"[": "]", "(": ")"}
_FEWEST_WORDS_IN_BRACKETS = 4
_THINKING_ALOUD = pattern("wrapping", "thinking_aloud")

_END_OF_TURN = pattern("wrapping", "end_of_turn", flags=0)
_TOKEN = pattern("wrapping", "special_token")
_TURN_HEAD = pattern("wrapping", "turn_head", flags=0)

FENCE_LINE = LazyPattern(r"^ ?(?:```|~~~)[\w+-]{0,20}$", re.MULTILINE, ("```", "~~~"))
_RULE_LINE = re.compile(r"(?:\A(?:[-*_=]{3,}\n+)+)|(?:(?:\n+[-*_=]{3,})+\Z)")
_RULE_MARKS = ("-", "*", "_", "=")
_BOLD = re.compile(r"\*\*\*?([^*\n]+)\*\*\*?")
_ITALIC = re.compile(r"(?<![\w*])\*(?![\s*])([^*\n]{1,400})(?<!\s)\*(?![\w*])")
_LONE_BULLET = re.compile(r"\A(?:[-*•>] |\d{1,2}[.)] (?=[A-Z]))(?=[^\n]*\Z)")

_LABEL = pattern("wrapping", "label")
_LABELLED_LINE = pattern("wrapping", "labelled_line")
_INTERJECTION = pattern("wrapping", "interjection")
_ANNOUNCEMENT = pattern("wrapping", "announcement")
_TRAILER = pattern("wrapping", "trailer")
MARKUP = pattern("wrapping", "markup", flags=re.IGNORECASE | re.MULTILINE)


def after_reasoning(text: str) -> str | None:
    """The answer without the thoughts before it; None if the thoughts never end or nothing follows them.

    A closing mark without an opening one ends thoughts whose opening mark the server removed, so everything
    before it is dropped.
    """
    if not THOUGHTS.may_match(text):
        return text.strip()
    kept: list[str] = []
    end, thinking, found = 0, False, False
    for mark in THOUGHTS.pattern.finditer(text):
        found = True
        if mark.lastgroup == "closes":
            kept = kept if thinking else []
            thinking = False
        elif not thinking:
            kept.append(text[end : mark.start()])
            thinking = True
        end = mark.end()
    answer = "".join([*kept, text[end:]]).strip()
    return None if thinking or (found and not answer) else answer


def inside_answer_tags(text: str) -> str:
    """What is inside the last `<answer>…</answer>` (or `<caption>` …); the whole text if there is none."""
    answers = [tagged[2] for tagged in _ANSWER.finditer(text)]
    if not answers and (around := _TAG_AROUND.match(text)) and f"<{around[1]}>" not in around[2]:
        answers = [around[2]]
    return (answers or [text])[-1].strip()


def drop_brackets_around(text: str) -> str:
    """The text without brackets around all of it, if it is longer than a name or a note."""
    closing = _BRACKETS.get(text[:1])
    inner = text[1:-1].strip()
    if closing is None or not text.endswith(closing) or text[0] in inner or closing in inner:
        return text
    return inner if len(inner.split()) >= _FEWEST_WORDS_IN_BRACKETS else text


def thinks_aloud(text: str) -> bool:
    """Whether an answer begins with thoughts about the task, without any mark around them."""
    return _THINKING_ALOUD.pattern.match(text.replace("’", "'")) is not None


def drop_tokens(text: str) -> str:
    """The first turn of an answer, without the special tokens that the server should have removed."""
    text = _TURN_HEAD.pattern.sub("", text).lstrip()
    end = _END_OF_TURN.pattern.search(text)
    if end and text[: end.start()].strip():
        text = text[: end.start()]
    return normalize_spacing(_TOKEN.pattern.sub(" ", text)) if _TOKEN.may_match(text) else text


def drop_fences(text: str) -> str:
    """The text without the lines of one code fence, and without rules above and below it."""
    if FENCE_LINE.may_match(text) and len(FENCE_LINE.pattern.findall(text)) in (1, 2):
        text = FENCE_LINE.pattern.sub("", text)
    if text.startswith(_RULE_MARKS) or text.endswith(_RULE_MARKS):
        text = _RULE_LINE.sub("", text)
    return text


def drop_label(text: str) -> str:
    """The text without `Caption:` or a similar heading before it; several labels stay and are rejected."""
    label = _LABEL.pattern.match(text)
    if label is None or _LABELLED_LINE.pattern.search(text):
        return text
    return text[label.end() :]


def drop_emphasis(text: str) -> str:
    """The text without bold and italic marks, and without a bullet if it is a single point."""
    if "*" not in text and _LONE_BULLET.match(text) is None:
        return text
    return _LONE_BULLET.sub("", _ITALIC.sub(r"\1", _BOLD.sub(r"\1", text)))


def drop_greeting(text: str) -> str:
    """The text without `Sure!` and `Here is the caption:` before it."""
    start = 0
    plain = text[:400].replace("’", "'")
    for opening in (_INTERJECTION, _ANNOUNCEMENT):
        found = opening.pattern.match(plain[start:])
        if found:
            start += found.end()
    is_mid_sentence = plain[:start].endswith(", ")
    return text[start : start + 1].upper() + text[start + 1 :] if is_mid_sentence else text[start:]


def drop_trailer(text: str) -> str:
    """The text without `Let me know if …` and other remarks after it."""
    trailer = _TRAILER.pattern.search(mask_quotations(text))
    return text[: trailer.start()].rstrip(" \n*_-(") if trailer else text


def is_marked_up(text: str) -> bool:
    """Whether the text holds headings, lists, tables, code, JSON or HTML, or several labelled parts."""
    return MARKUP.matches(text) or ("\n" in text and _LABELLED_LINE.pattern.search(text) is not None)
