"""Whether words stand in a caption as they are."""

from __future__ import annotations

from check.text import Text, read

# A longer quotation is more than the words for one tag, so it says nothing of another caption.
_MOST_WORDS_LEARNT = 6
# In letters: "she has" or "of it" stands in every other caption.
_SHORTEST_TELLING = 4


def stands_in(quote: str, caption: Text) -> bool:
    """Whether a caption has these words one after the other, within one sentence, and does not deny them.

    Punctuation and capitals do not matter.
    """
    wanted = read(quote).words
    count = len(wanted)
    return bool(wanted) and any(
        caption.words[at : at + count] == wanted
        and caption.sentence[at] == caption.sentence[at + count - 1]
        and at not in caption.negated
        for at in range(len(caption.words) - count + 1)
    )


def as_learnt(quote: str) -> str:
    """The form in which words for a tag are remembered; "" for what tells nothing of another caption."""
    found = read(quote).words
    if len(found) > _MOST_WORDS_LEARNT or all(len(word) < _SHORTEST_TELLING for word in found):
        return ""
    return " ".join(found)
