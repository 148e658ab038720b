"""What the words of an error mean, as servers tell the same with different statuses."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Kind = Literal[
    "gone",  # nothing answers at the address: all requests wait for the server
    "busy",  # the server has too much to do, or is just starting: try again later
    "flaky",  # may well succeed at the next try
    "broken",  # an error inside the server: try again, unless the same error occurs twice
    "slow",  # not answered in time: try once more
    "refused",  # this request will never be accepted
    "spent",  # nothing is answered before the time that the server names
    "foreign",  # what answers is no HTTP server: as flaky, unless it has never been one
    "hopeless",  # no request will be accepted until the user acts
]
CRASHED = "model crashed"
CANNOT_SEE = "the model cannot see"


class Rule(NamedTuple):
    """What the words of an error mean, whatever its status; without a reason, the status is the reason."""

    words: re.Pattern[str]
    kind: Kind
    reason: str
    remedy: str


_CANNOT_SEE = Rule(
    re.compile(
        r"support(?:s|ed)? (?:for )?(?:image|vision|multimodal)"
        r"|(?:image|vision|multimodal)[\w ']{0,20} (?:is|are) not supported|mmproj"
        r"|not a (?:multimodal|vision)|only 'text' content|unknown variant .?image|for image input"
    ),
    "refused",
    "",
    f"{CANNOT_SEE}: choose a vision model for [Interrogator]",
)
_LONG_PROMPT = Rule(
    re.compile(
        r"exceed_context_size|context[_ -]?(?:length|size|window|budget)|maximum context|available context"
    ),
    "refused",
    "",
    "the prompt is longer than the model's context: load the model with a larger one",
)
_CRASH = Rule(
    re.compile(
        r"model (?:has )?crashed|(?:failed to load|error loading)(?: the)? model|model failed to load"
        r"|operation cancell?ed|runner (?:process )?has (?:unexpectedly )?(?:terminated|stopped)"
        r"|out of memory|enginedead"
    ),
    "broken",
    CRASHED,
    "if that happens again, write concurrency = 1, or load a smaller model",
)
_LARGE_REQUEST = Rule(
    re.compile(r"(?:entity|payload|request|body)(?: is)? too large"),
    "refused",
    "",
    "lower [Interrogator] max_image_side, or raise the limit of the server or of its proxy",
)
_KEY = Rule(
    re.compile(r"api[ _]?key (?:is )?(?:not valid|invalid|expired)|(?:invalid|incorrect)[ _]api[ _]?key"),
    "hopeless",
    "key refused",
    "put the right api_key in config.ini or TAGSCRIBE_API_KEY",
)
_ACCOUNT = Rule(
    re.compile(r"insufficient[_ ](?:quota|credit|balance|funds)"),
    "hopeless",
    "account is empty",
    "see to the account with that service",
)
# LM Studio answers so, with status 200, where /v1 is missing from the address.
_WRONG_PLACE = Rule(
    re.compile(r"unexpected endpoint or method"),
    "hopeless",
    "not found",
    "is the address right (most end in /v1)?",
)
# LM Studio says so where it does not load models on demand.
_NOTHING_LOADED = Rule(
    re.compile(r"no models? (?:is |are )?loaded"),
    "hopeless",
    "no model",
    "load the model that config.ini names, or write model = auto",
)
# Servers tell the same with different statuses, so words are looked for first, in this order.
_RULES = (_CANNOT_SEE, _LONG_PROMPT, _CRASH, _LARGE_REQUEST, _KEY, _ACCOUNT, _WRONG_PLACE, _NOTHING_LOADED)
_BY_STATUS = {401: _KEY, 413: _LARGE_REQUEST}


def rule_for(status: int | None, words: str, *, asks_to_come_back: bool) -> Rule | None:
    """The rule for an error with these words in lower case; None if its status alone has to tell.

    A service without money left may also ask to come back, when somebody else has paid.
    """
    found = next((rule for rule in _RULES if rule.words.search(words)), None)
    if found is None and status == 402 and not asks_to_come_back:
        return _ACCOUNT
    return found or _BY_STATUS.get(status or 200)
