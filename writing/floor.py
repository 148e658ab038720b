"""The floor: where a model's text is surely worse than the composer's draft, the draft is kept.

Good prose says things in words of its own, in which the rules find less than in the draft: a caption must not
be replaced for that. If a model only rewrites the draft, what it leaves out is lost and what it adds is made
up, so that such a text is replaced.
"""

from __future__ import annotations

import re
from itertools import pairwise

from check import new_words
from check.text import words_in
from composer.phrasing import IN_VIEW
from english import amount, sentence_spans, share
from errors import (
    DRAFT_WAS_BETTER,
    LIST_OF_TAGS,
    REPEATS_EXAMPLE,
    REPEATS_ITSELF,
    REPEATS_PROMPT,
    Problem,
)
from tags.spelling import words
from writing.judging import Judgement, alike

# The share of pairs of words that a text has in common with the draft. Good texts have a tenth and seldom a
# fifth, and good ones that were made from the draft up to two thirds. Texts of small models have a quarter
# without having seen the draft, and up to nine tenths where they rewrite it.
_CLOSE, _REWRITTEN = 0.25, 0.66
# A text that is at least this like the draft, and leaves out more of its tags than this, is worse.
_TAKEN_OVER, _MOST_LEFT_OUT = 0.4, 2
# If a model that rewrites the draft adds this many new words, it makes things up.
_MADE_UP = 2
# A text like the draft that says so many words twice in one order says one thing twice.
_RUN = 6
# If so many things that are only in view are told to be worn or held, they are given to somebody.
_MOVED = 2
# A rewritten draft may lose this much of the score, which is less than one tag of a hundred. Good texts that
# were made from a draft lose nothing.
_LOST = 0.005

# How a text begins to list what somebody wears or holds, and where such a list ends.
_OWNING = frozenset(("wear", "wears", "wearing", "hold", "holds", "holding"))
_OUTFITS = ("outfits", "include")
_ENDS_OF_LISTS = frozenset(
    (
        *("above", "against", "along", "also", "are", "around", "as", "at", "before", "behind", "beside"),
        *("by", "can", "for", "from", "has", "have", "he", "her", "his", "in", "into", "is", "it", "near"),
        *("of", "on", "onto", "over", "she", "that", "their", "there", "they", "through", "to", "under"),
        *("visible", "while", "who", "with"),
    )
)

# Reasons for which an answer cannot be used at all, though the model was asked rightly and answered.
SPOILED_ANSWERS = frozenset({REPEATS_ITSELF, REPEATS_EXAMPLE, REPEATS_PROMPT, LIST_OF_TAGS})


def is_surely_no_worse(caption: str, judged: Judgement, draft: str) -> bool:
    """Whether a text that says enough is kept whatever the draft says: it is sound, and in its own words."""
    return not any(judged.spoils) and alike(caption, draft) < _CLOSE


def is_taken_over(caption: str, draft: str) -> bool:
    """Whether a text has so much of the draft that what the rules do not find in it is rarely said."""
    return alike(caption, draft) >= _TAKEN_OVER


def why_the_draft_is_better(
    caption: str,
    judged: Judgement,
    draft: str,
    draft_judged: Judgement,
    asked: str | None,
    *,
    says_too_little: bool,
) -> str:
    """Why the draft is to be kept, as the end of a sentence on the model's text; "" if it is not.

    `asked` is all that the model was told of the picture, None where it saw the picture itself, and
    `says_too_little` whether the text is known to miss too much.
    """
    if draft_judged.spoils < judged.spoils:
        return _what_spoils(judged, draft_judged)
    if draft_judged.spoils > judged.spoils:
        return ""
    lost = draft_judged.coverage.score - judged.coverage.score
    if says_too_little and lost > 0:
        return f"says {share(judged.coverage.score)} of the tags, and the draft more"
    likeness = alike(caption, draft)
    adds = judged.coverage.adds
    if likeness >= _CLOSE and len(adds) > len(draft_judged.coverage.adds):
        return f"adds {', '.join(map(str, adds))}, which nothing bears out"
    left_out = [tag for tag in judged.not_found if tag not in draft_judged.not_found]
    if likeness < _TAKEN_OVER:
        return ""
    if worse := _why_a_copy_is_worse(caption, draft, len(left_out)):
        return worse
    if likeness < _REWRITTEN:
        return ""
    made_up = new_words(caption, asked, draft) if asked is not None else ()
    if len(made_up) >= _MADE_UP or any(_is_name(word.capitalize(), caption) for word in made_up):
        return f"adds {', '.join(made_up)} to the draft"
    return "loses what the draft says" if lost > _LOST else ""


def _why_a_copy_is_worse(caption: str, draft: str, left_out: int) -> str:
    """What is wrong with a text taken from the draft that leaves out so many tags, "" for nothing."""
    if left_out > _MOST_LEFT_OUT:
        return f"leaves out {amount(left_out, 'tag')} that the draft says"
    if twice := _said_twice(caption):
        return f'says "{twice}" twice'
    moved = _owned(caption) & _only_in_view(draft)
    if len(moved) >= _MOVED:
        return f"says {', '.join(sorted(moved))} to be worn or held"
    return ""


def _said_twice(caption: str) -> str:
    """The first run of words that a text repeats, "" for none."""
    said = words_in(caption)
    runs = [" ".join(said[at : at + _RUN]) for at in range(len(said) - _RUN + 1)]
    return next((run for at, run in enumerate(runs) if run in runs[:at]), "")


def _is_name(word: str, caption: str) -> bool:
    """Whether a capital tells a name: inside a sentence, or before another capital."""
    is_capital = word[0].isalpha()
    return is_capital and bool(
        re.search(rf"(?<=[a-z,] ){re.escape(word)}\b|\b{re.escape(word)} [A-Z]", caption)
    )


def _only_in_view(draft: str) -> frozenset[str]:
    """The words by which a draft lists what is in view and nobody's."""
    sentences = [draft[start:end] for start, end in sentence_spans(draft)]
    in_view = [sentence for sentence in sentences if IN_VIEW.search(sentence)]
    others = " ".join(sentence for sentence in sentences if sentence not in in_view)
    return frozenset(words_in(" ".join(in_view))) - frozenset(words_in(others))


def _owned(text: str) -> frozenset[str]:
    """The words by which a text lists what somebody wears or holds, from "wears" to the next clause."""
    owned: set[str] = set()
    for start, end in sentence_spans(text):
        is_listed = False
        for word, after in pairwise((*words_in(text[start:end]), "")):
            if word in _OWNING or (word, after) == _OUTFITS:
                is_listed = True
            elif word in _ENDS_OF_LISTS or word.endswith(("ing", "ly")):
                is_listed = False
            elif is_listed:
                owned.add(word)
    return frozenset(owned)


def note_on_draft(why: str) -> Problem:
    """What the user should know of a picture whose draft was kept; `why` as above."""
    return Problem("", DRAFT_WAS_BETTER, f"{DRAFT_WAS_BETTER}: the model's text {why}")


def _what_spoils(judged: Judgement, draft: Judgement) -> str:
    if len(judged.leaked) > len(draft.leaked):
        return f"says {', '.join(judged.leaked)}, which is hidden"
    if len(judged.unnamed) > len(draft.unnamed):
        return f"does not name {', '.join(map(words, judged.unnamed))}"
    return f"has a fault: {judged.coverage.faults[0].message.rstrip('.')}"
