"""Why an answer of a model is no caption: every reason there is, and what the user can do about it.

Reasons are what failures are counted by in the summary, so there are few of them and they are short.
"""

from errors import ItemError

REMEDIES = {
    "cut off": "the answer stops in the middle; raise max_tokens or ask for less",
    "blocked by the server's filter": "the server withheld the answer; use another model or server",
    "empty answer": "the answer holds no words; try again, or try another model",
    "reasoning without an answer": "the model only thought; raise max_tokens or turn reasoning off",
    "refused": "the model declined; use another model or plainer wording in the template",
    "did not see the picture": "the model got no picture; use a vision model and a server that passes it on",
    "wrong language": "the answer is in another language; name the language in the template",
    "repeats itself": "the answer goes round in circles; lower the temperature, raise a repetition penalty "
    "or use another model",
    "not plain text": "the answer is marked up or in several parts; ask for one paragraph of plain text",
    "talks about the picture": "the answer tells of the picture itself; say so in the template",
    "repeats the prompt": "the answer repeats the prompt; check that the server applies the chat template",
    "too long": "the answer has more words than allowed; ask for a shorter one or raise the limit",
}
"""What happened and what to do, by reason: one sentence without a full stop."""

_EXCERPT = 80


def rejection(reason: str, text: str = "") -> ItemError:
    """The error for an answer that is none: `reason` is a key of REMEDIES, `text` the answer so far.

    The message quotes the beginning of the text, as that is what tells a wrong rejection from a right one.
    """
    excerpt = " ".join(text[:_EXCERPT].split())
    if not excerpt:
        return ItemError(reason, REMEDIES[reason])
    dots = "…" if len(text) > _EXCERPT else ""
    return ItemError(reason, f"{REMEDIES[reason]} ({excerpt}{dots})")
