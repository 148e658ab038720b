"""Recognizing a refusal, in English and in the languages that models fall back to.

In English the first person gives a refusal away: a caption has no "I" outside quotation marks. So "I cannot
describe" counts anywhere in the text, while "sorry" and "cannot" alone never do.
"""

from english import sentence_spans
from llm.replies.patterns import compiled, rare
from llm.replies.text import mask_quotations

# All of these expect text in lower case.
REFUSAL = rare("refusals", "refusal", flags=0)
_REFUSING_SENTENCE = compiled("refusals", "refusing_sentence", flags=0)
NO_PICTURE = rare("refusals", "no_picture", flags=0)


def refuses(text: str) -> bool:
    """Whether the model refuses, at the beginning or later on; quoted words do not count."""
    said = mask_quotations(text).lower()
    return REFUSAL.matches(said) or any(
        _REFUSING_SENTENCE.match(said, first, end) for first, end in sentence_spans(said)
    )


def saw_no_picture(text: str) -> bool:
    """Whether the model says that it got no picture."""
    return NO_PICTURE.matches(mask_quotations(text).lower())
